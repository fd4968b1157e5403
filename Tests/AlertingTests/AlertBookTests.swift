// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry
import Testing

@testable import Alerting

@Suite("alert book")
struct AlertBookTests {
  static let rule = AlertRule(
    name: "offline", title: Title(vi: "Mất liên lạc", en: "Offline"), severity: .high,
    trigger: .offline)
  static let device = Device(
    number: 7, id: "ap-1", kind: "wifi-ap", name: "Wi-Fi Thôn 1", site: "nvh01", commune: "04321")
  static let name = "wifi-ap/offline"

  static func book(open: [Alert] = []) -> AlertBook {
    AlertBook(open: open, registry: Registry(devices: [device]), node: "n1", isPublished: true)
  }

  static func subject(device: Int64) -> AlertBook.Subject {
    AlertBook.Subject(rule: name, device: device)
  }

  static func raise(_ book: inout AlertBook, since: Milliseconds, at now: Milliseconds) {
    book.raise(
      rule, kind: "wifi-ap", device: 7, since: since, at: now,
      evidence: .offline(lastHeardAt: since, markReceivedAt: nil, allowance: 180_000))
  }

  @Test("one condition makes one alert, however often it is seen")
  func onceOpen() {
    var book = Self.book()
    Self.raise(&book, since: 1_000, at: 200_000)
    Self.raise(&book, since: 1_000, at: 201_000)
    Self.raise(&book, since: 5_000, at: 202_000)
    let transitions = book.takeTransitions()
    #expect(transitions.alerts.count == 1)
    #expect(transitions.outbox.count == 2)
    #expect(book.takeTransitions().alerts.isEmpty)
  }

  @Test("an alert's id follows from rule, device and opening alone")
  func identity() {
    var first = Self.book()
    Self.raise(&first, since: 1_000, at: 200_000)
    var second = Self.book()
    Self.raise(&second, since: 1_000, at: 999_000)
    let (one, two) = (first.openAlerts[0].id, second.openAlerts[0].id)
    #expect(one == two)
    #expect(one.count == 16)
    var other = Self.book()
    Self.raise(&other, since: 1_001, at: 200_000)
    #expect(other.openAlerts[0].id != one)
  }

  @Test("fires, is acknowledged once, resolves; each step counts up and is sent")
  func lifeCycle() throws {
    var book = Self.book()
    Self.raise(&book, since: 1_000, at: 200_000)
    let id = book.openAlerts[0].id
    let acknowledged = try book.acknowledge(id: id, by: "lan", note: "đã gọi điện", at: 300_000)
    #expect(acknowledged.state == .acknowledged)
    #expect(throws: AlertBook.Failure.alreadyAcknowledged(id, by: "lan")) {
      try book.acknowledge(id: id, by: "minh", note: "", at: 301_000)
    }
    book.resolve(rule: Self.name, device: 7, resolvedAt: 400_000, at: 400_100)
    book.resolve(rule: Self.name, device: 7, resolvedAt: 500_000, at: 500_100)
    let (alerts, outbox) = book.takeTransitions()
    #expect(alerts.map(\.state) == [.resolved])
    #expect(alerts[0].version == 3)
    #expect(alerts[0].acknowledgement?.by == "lan")
    #expect(alerts[0].resolvedAt == 400_000)
    #expect(outbox.map(\.topic).filter { $0 == "nhip/v1/04321/alert-event" }.count == 3)
    let states = outbox.filter { $0.topic == "nhip/v1/04321/alert/\(id)" }
    #expect(states.map(\.isRetained) == [true, true, true])
    #expect(states.map { $0.payload.isEmpty } == [false, false, true])
    #expect(book.openCount == 0)
    #expect(throws: AlertBook.Failure.notOpen(id)) {
      try book.acknowledge(id: id, by: "lan", note: "", at: 600_000)
    }
  }

  @Test("what the store held open stays open and is not announced again")
  func restart() {
    var before = Self.book()
    Self.raise(&before, since: 1_000, at: 200_000)
    var after = Self.book(open: before.takeTransitions().alerts)
    Self.raise(&after, since: 1_000, at: 300_000)
    #expect(after.takeTransitions().outbox.isEmpty)
    #expect(after.openCount == 1)
  }

  @Test("a rule or a device that is gone leaves no alert open")
  func goneSubjects() {
    var book = Self.book()
    Self.raise(&book, since: 1_000, at: 200_000)
    book.resolveAll(except: [Self.subject(device: 7), Self.subject(device: 8)], at: 300_000)
    #expect(book.openCount == 1)
    book.resolveAll(except: [Self.subject(device: 8)], at: 300_000)
    #expect(book.openCount == 0)
  }

  @Test("every transition is a CloudEvent that says what, on what, since when and why")
  func cloudEvent() throws {
    var book = Self.book()
    Self.raise(&book, since: 1_700_000_000_123, at: 1_700_000_200_000)
    let outbox = book.takeTransitions().outbox
    let event = try #require(
      try JSONSerialization.jsonObject(with: Data(outbox[1].payload)) as? [String: Any])
    #expect(event["specversion"] as? String == "1.0")
    #expect(event["source"] as? String == "/nhip/v1/node/n1")
    #expect(event["type"] as? String == "vn.nhip.alert.firing")
    #expect(event["subject"] as? String == "04321/wifi-ap/ap-1")
    #expect(event["time"] as? String == "2023-11-14T22:16:40.000Z")
    #expect(event["datacontenttype"] as? String == "application/json")
    let data = try #require(event["data"] as? [String: Any])
    #expect(event["id"] as? String == "\(data["alert"] as? String ?? "")-1")
    #expect(data["since"] as? String == "2023-11-14T22:13:20.123Z")
    #expect(data["severity"] as? String == "high")
    let evidence = try #require(data["evidence"] as? [String: Any])
    #expect(evidence["trigger"] as? String == "offline")
    #expect(evidence["last_heard_at"] as? String == "2023-11-14T22:13:20.123Z")
    #expect(evidence["allowance_seconds"] as? Int == 180)
    let summary = try #require(data["summary"] as? [String: String])
    #expect(
      summary["vi"]
        == "Mất liên lạc – Wi-Fi Thôn 1 (nvh01): không có tín hiệu quá 3 phút cho phép, từ 05:13 "
        + "15/11/2023. Cán bộ xã kiểm tra nguồn điện và dây mạng tại chỗ.")
  }

  @Test("without publishing nothing is written to be sent, and alerts still live")
  func unpublished() {
    var book = AlertBook(
      open: [], registry: Registry(devices: [Self.device]), node: "n1", isPublished: false)
    Self.raise(&book, since: 1_000, at: 200_000)
    let transitions = book.takeTransitions()
    #expect(transitions.alerts.count == 1)
    #expect(transitions.outbox.isEmpty)
  }
}
