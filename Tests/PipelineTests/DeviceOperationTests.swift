// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry
import Testing

@testable import Pipeline

@Suite("operations on devices")
struct DeviceOperationTests {
  static let start = ReplayFixture.start
  static let now = start + 86_400_000

  let fixture: ReplayFixture
  var store: Store { fixture.store }

  /// Two communes with a site each, a closed site, and a loudspeaker behind an access point.
  static let registry = Registry(
    units: [
      Unit(code: "01", name: "Tỉnh", level: "province"),
      Unit(code: "04321", name: "Xã A", level: "commune", parent: "01"),
      Unit(code: "04321-1", name: "Thôn 1", level: "village", parent: "04321"),
      Unit(code: "04322", name: "Xã B", level: "commune", parent: "01"),
    ],
    sites: [
      Site(code: "a1", name: "Nhà văn hóa", type: "culture-house", unit: "04321-1"),
      Site(code: "a2", name: "Trụ sở", type: "committee", unit: "04321"),
      Site(code: "b1", name: "Trụ sở", type: "committee", unit: "04322"),
      Site(
        code: "old", name: "Chợ cũ", type: "market", unit: "04321", validTo: start - 86_400_000),
      Site(code: "p1", name: "Tỉnh", type: "committee", unit: "01"),
    ],
    devices: [
      Device(
        id: "ap-1", kind: "wifi-ap", name: "Wi-Fi", site: "a1", commune: "04321", owner: "UBND",
        commissionedAt: start, simQuotaMegabytes: 6_000, simCycleDay: 1,
        simExpiresOn: now, certificateExpiresOn: now),
      Device(
        id: "loa-1", kind: "loudspeaker", name: "Loa", site: "a1", commune: "04321", via: "ap-1",
        commissionedAt: start),
      Device(
        id: "ap-0", kind: "wifi-ap", name: "Cũ", site: "a1", commune: "04321", via: "ap-1",
        commissionedAt: start, retiredAt: start + 1),
    ])

  /// What the history holds before any operation.
  static let entries = 12

  init() throws { fixture = try ReplayFixture(registry: Self.registry) }

  private func device(_ id: String) throws -> Device {
    try #require(try store.registry().device(id))
  }

  private func hear(_ topicPrefix: String, _ count: Int) throws {
    _ = try fixture.replay(
      (1...count).map { number in
        try ReplayFixture.line(
          "\(topicPrefix)/telemetry", "{\"seq\":\(number)}",
          at: Self.start + Milliseconds(number) * 60_000)
      })
  }

  private func move(_ id: String, to site: String) throws -> DeviceMove.Result {
    try DeviceMove.move(
      id, to: site, by: "an", note: "sửa mái", at: Self.now, store: store,
      profiles: fixture.profiles)
  }

  private func replace(_ old: String, _ new: String) throws -> DeviceReplacement.Result {
    try DeviceReplacement.replace(
      old, with: new, by: "an", note: "cháy nguồn", at: Self.now, store: store,
      profiles: fixture.profiles)
  }

  private func retire(_ id: String, at instant: Milliseconds? = nil) throws -> Device {
    try DeviceRetirement.retire(
      id, at: instant, by: "an", note: "mất trộm", now: Self.now, store: store)
  }

  private func adopt(_ address: DeviceAddress, site: String = "a1") throws -> Adoption.Result {
    try Adoption.adopt(
      address, name: "mới", site: site, by: "an", at: Self.now, store: store,
      profiles: fixture.profiles)
  }

  @Test("a move within a commune changes the site, keeps the topics, and is remembered")
  func moveWithinCommune() throws {
    let result = try move("ap-1", to: "a2")
    #expect(!result.hasNewTopics)
    #expect(try device("ap-1") == result.after)
    #expect(result.after.number == result.before.number)
    let entry = try #require(try store.registryHistory(device: "ap-1").last)
    #expect(entry.at == Self.now)
    #expect(entry.actor == "an")
    #expect(entry.note == "sửa mái")
    #expect(entry.change.before?.contains(#""site":"a1""#) == true)
    #expect(entry.change.after?.contains(#""site":"a2""#) == true)
    #expect(try store.registryHistory(device: nil).count == Self.entries + 1)
  }

  @Test("a move to another commune changes the topics, and credits what came under the new ones")
  func moveToAnotherCommune() throws {
    try hear("nhip/v1/04322/wifi-ap/ap-1", 3)
    let result = try move("ap-1", to: "b1")
    #expect(result.hasNewTopics)
    #expect(result.after.topicPrefix == "nhip/v1/04322/wifi-ap/ap-1")
    #expect(result.credited.readings == 3)
    #expect(try store.inbox().isEmpty)
    try hear("nhip/v1/04321/wifi-ap/ap-1", 1)
    #expect(try store.inbox().map(\.address.commune) == ["04321"])
  }

  @Test(
    "a move that cannot be is refused with its reason, and changes nothing",
    arguments: [
      ("nobody", "a2", DeviceRefusal.unknownDevice("nobody")),
      ("ap-0", "a2", .retired("ap-0", at: start + 1)),
      ("ap-1", "nowhere", .unknownSite("nowhere")),
      ("ap-1", "old", .closedSite("old", at: start - 86_400_000)),
      ("ap-1", "p1", .siteWithoutCommune("p1")),
      ("ap-1", "a1", .sameSite("ap-1", site: "a1")),
    ])
  func moveRefused(id: String, site: String, refusal: DeviceRefusal) throws {
    #expect(throws: refusal) { _ = try move(id, to: site) }
    #expect(try store.registryHistory(device: nil).count == Self.entries)
  }

  @Test("a replacement takes the place, not the hardware's own fields, and is one change")
  func replacement() throws {
    try hear("nhip/v1/04321/wifi-ap/ap-2", 2)
    let result = try replace("ap-1", "ap-2")
    #expect(try device("ap-1").retiredAt == Self.now)
    let new = try device("ap-2")
    #expect(new.number == result.new.number)
    #expect(
      new
        == Device(
          number: new.number, id: "ap-2", kind: "wifi-ap", name: "Wi-Fi", site: "a1",
          commune: "04321", owner: "UBND", commissionedAt: Self.start + 60_000))
    #expect(result.credited.readings == 2)
    #expect(try store.inbox().isEmpty)
    #expect(result.dependants == ["loa-1"])
    #expect(try device("loa-1").via == "ap-2")
    #expect(try device("ap-0").via == "ap-1", "what is over stays as it was")
    let history = try store.registryHistory(device: nil).suffix(3)
    #expect(history.map(\.change.key) == ["ap-1", "ap-2", "loa-1"])
    #expect(history.allSatisfy { $0.note == "cháy nguồn" && $0.actor == "an" })
    #expect(Set(history.map(\.at)) == [Self.now])
  }

  @Test("a replacement that was not heard yet is in service from now on")
  func replacementUnheard() throws {
    #expect(try replace("loa-1", "loa-2").new.commissionedAt == Self.now)
    #expect(try device("loa-2").via == "ap-1")
  }

  @Test(
    "a replacement that cannot be is refused with its reason, and changes nothing",
    arguments: [
      ("nobody", "ap-9", DeviceRefusal.unknownDevice("nobody")),
      ("ap-0", "ap-9", .retired("ap-0", at: start + 1)),
      ("ap-1", "loa-1", .alreadyRegistered("loa-1")), ("ap-1", "ap-0", .alreadyRegistered("ap-0")),
      ("ap-1", "ap-1", .alreadyRegistered("ap-1")), ("ap-1", "ap 9", .badID("ap 9")),
      ("ap-1", "", .badID("")),
    ])
  func replacementRefused(old: String, new: String, refusal: DeviceRefusal) throws {
    #expect(throws: refusal) { _ = try replace(old, new) }
    #expect(try store.registryHistory(device: nil).count == Self.entries)
  }

  @Test("a retired device's later messages go to the inbox")
  func retirement() throws {
    try hear("nhip/v1/04321/loudspeaker/loa-1", 1)
    let before = try store.readingCount()
    #expect(try retire("loa-1", at: Self.start).retiredAt == Self.start)
    try hear("nhip/v1/04321/loudspeaker/loa-1", 2)
    #expect(try store.readingCount() == before)
    #expect(try store.inbox().map(\.kept) == [2])
    let entry = try #require(try store.registryHistory(device: "loa-1").last)
    #expect(entry.at == Self.now)
    #expect(entry.note == "mất trộm")
    // What stays in the inbox must not be lost by adopting a device that is no longer there.
    let address = try device("loa-1").address
    #expect(throws: DeviceRefusal.retired("loa-1", at: Self.start)) { _ = try adopt(address) }
    #expect(try store.inbox().map(\.kept) == [2])
  }

  @Test(
    "a retirement that cannot be is refused with its reason, and changes nothing",
    arguments: [
      ("nobody", nil, DeviceRefusal.unknownDevice("nobody")),
      ("ap-0", nil, .retired("ap-0", at: start + 1)),
      ("ap-1", nil, .hasDependants("ap-1", devices: ["loa-1"])),
      ("loa-1", now + 1, .inFuture(now + 1)),
      ("loa-1", start - 1, .beforeCommissioning("loa-1", at: start)),
    ])
  func retirementRefused(
    id: String, instant: Milliseconds?, refusal: DeviceRefusal
  ) throws {
    #expect(throws: refusal) { _ = try retire(id, at: instant) }
    #expect(try store.registryHistory(device: nil).count == Self.entries)
  }

  @Test("a device is adopted once, where it speaks from, and its messages become readings")
  func adoption() throws {
    try hear("nhip/v1/04321/wifi-ap/ap-9", 4)
    let address = DeviceAddress(commune: "04321", kind: "wifi-ap", device: "ap-9")
    #expect(throws: DeviceRefusal.otherCommune(site: "b1", commune: "04321")) {
      _ = try adopt(address, site: "b1")
    }
    let result = try adopt(address)
    #expect(result.credited.readings == 4)
    #expect(result.device.commissionedAt == Self.start + 60_000)
    #expect(throws: DeviceRefusal.alreadyRegistered("ap-9")) { _ = try adopt(address) }
  }

  @Test("a device of the same id in another commune is not adopted, and keeps its messages")
  func adoptionElsewhere() throws {
    try hear("nhip/v1/04322/wifi-ap/ap-1", 2)
    let address = DeviceAddress(commune: "04322", kind: "wifi-ap", device: "ap-1")
    #expect(
      throws: DeviceRefusal.registeredElsewhere("ap-1", topics: "nhip/v1/04321/wifi-ap/ap-1")
    ) { _ = try adopt(address, site: "b1") }
    #expect(try store.inbox().map(\.kept) == [2])
  }

  @Test("the history is told field by field, in local time")
  func history() throws {
    _ = try move("ap-1", to: "b1")
    _ = try replace("ap-1", "ap-2")
    let text = try RegistryHistoryText.render(device: "ap-1", store: store)
    #expect(
      text.hasSuffix(
        """
        21/11/2026 07:00:00\tan\tchanged\tsửa mái
          commune: 04321 → 04322
          site: a1 → b1
        21/11/2026 07:00:00\tan\tchanged\tcháy nguồn
          retired_at: – → 21/11/2026 07:00:00
        """), "\(text)")
    #expect(text.hasPrefix("20/11/2026 07:00:00\ttest\tregistered\n  certificate_expires_on: – →"))
    #expect(throws: DeviceRefusal.unknownDevice("nobody")) {
      _ = try RegistryHistoryText.render(device: "nobody", store: store)
    }
  }
}
