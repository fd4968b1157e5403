// SPDX-License-Identifier: Apache-2.0

import Ingest
import Telemetry
import Testing

@Suite("The topic parser")
struct TopicParserTests {
  private func parse(
    _ bytes: [UInt8]
  ) -> Result<(address: DeviceAddress, channel: Channel), TopicParser.Fault> {
    unsafe bytes.withUnsafeBytes { unsafe TopicParser.parse($0) }
  }

  private func fault(_ bytes: [UInt8]) -> TopicParser.Fault? {
    guard case .failure(let fault) = parse(bytes) else { return nil }
    return fault
  }

  @Test("every topic that devices may publish on comes apart", arguments: Channel.allCases)
  func valid(channel: Channel) throws {
    let longKind = String(repeating: "k", count: 32)
    let longDevice = String(repeating: "D", count: 64)
    for (kind, device) in [
      ("wifi-ap", "AP.01_x-9"), ("0", "."), (longKind, longDevice), ("-", "zZ"),
    ] {
      let topic = Topic.path(commune: "00123", kind: kind, device: device, channel: channel)
      let found = try parse(Array(topic.utf8)).get()
      #expect(found.address == DeviceAddress(commune: "00123", kind: kind, device: device))
      #expect(found.channel == channel)
    }
  }

  @Test("a topic that is not one of ours is refused with the reason", arguments: [
    ("", TopicParser.Fault.notOurs),
    ("nhip/v1/00123/wifi-ap/a", .notOurs),
    ("nhip/v1/00123/wifi-ap/a/", .channel),
    ("nhip/v1/00123/wifi-ap/a/telemetry/x", .notOurs),
    ("nhip/v1/00123/wifi-ap/a/telemetry/x/y/z", .notOurs),
    ("nhip/v1/00123/wifi-ap/a/telemetry/", .notOurs),
    ("/nhip/v1/00123/wifi-ap/a/telemetry", .notOurs),
    ("nhip/v2/00123/wifi-ap/a/telemetry", .notOurs),
    ("NHIP/v1/00123/wifi-ap/a/telemetry", .notOurs),
    ("$SYS/v1/00123/wifi-ap/a/telemetry", .notOurs),
    ("nhip/v1/0123/wifi-ap/a/telemetry", .commune),
    ("nhip/v1/001234/wifi-ap/a/telemetry", .commune),
    ("nhip/v1/0012x/wifi-ap/a/telemetry", .commune),
    ("nhip/v1/٠٠١٢٣/wifi-ap/a/telemetry", .commune),
    ("nhip/v1//wifi-ap/a/telemetry", .commune),
    ("nhip/v1/00123//a/telemetry", .kind),
    ("nhip/v1/00123/Wifi/a/telemetry", .kind),
    ("nhip/v1/00123/wifi_ap/a/telemetry", .kind),
    ("nhip/v1/00123/wífi/a/telemetry", .kind),
    ("nhip/v1/00123/\(String(repeating: "k", count: 33))/a/telemetry", .kind),
    ("nhip/v1/00123/wifi-ap//telemetry", .device),
    ("nhip/v1/00123/wifi-ap/a b/telemetry", .device),
    ("nhip/v1/00123/wifi-ap/a\u{0}b/telemetry", .device),
    ("nhip/v1/00123/wifi-ap/[/telemetry", .device),
    ("nhip/v1/00123/wifi-ap/@/telemetry", .device),
    ("nhip/v1/00123/wifi-ap/đài/telemetry", .device),
    ("nhip/v1/00123/wifi-ap/\(String(repeating: "d", count: 65))/telemetry", .device),
    ("nhip/v1/00123/wifi-ap/a/Telemetry", .channel),
    ("nhip/v1/00123/wifi-ap/a/command", .channel),
  ])
  func invalid(topic: String, expected: TopicParser.Fault) {
    #expect(fault(Array(topic.utf8)) == expected)
  }

  @Test("a reserved word is never a kind", arguments: Topic.reserved.sorted())
  func reserved(word: String) {
    #expect(fault(Array("nhip/v1/00123/\(word)/a/telemetry".utf8)) == .reserved)
  }

  @Test("bytes that are no UTF-8 are refused on every level", arguments: 2...5)
  func invalidUTF8(level: Int) {
    var levels = ["nhip", "v1", "00123", "wifi-ap", "a", "telemetry"].map { Array($0.utf8) }
    levels[level].append(0xC3)
    #expect(fault(Array(levels.joined(separator: [UInt8(ascii: "/")]))) == .notUTF8)
  }

  @Test("every byte is a legal kind or device byte exactly as the pattern says")
  func everyByte() {
    let small = Set("abcdefghijklmnopqrstuvwxyz0123456789-".utf8)
    let large = small.union("ABCDEFGHIJKLMNOPQRSTUVWXYZ._".utf8)
    for byte in UInt8(0)..<0x80 {
      let text = String(decoding: [byte], as: UTF8.self)
      #expect(TopicParser.isKind(text) == small.contains(byte))
      #expect(TopicParser.isDevice(text) == large.contains(byte))
    }
    for scalar in UInt32(0x80)...0x24F {
      let text = Unicode.Scalar(scalar).map { String(Character($0)) } ?? ""
      #expect(!TopicParser.isKind(text) && !TopicParser.isDevice(text))
    }
  }

  @Test("the longest topic that MQTT allows is refused on any level")
  func longest() {
    let slashes = Array(repeating: UInt8(ascii: "/"), count: Topic.lengthMax)
    #expect(fault(slashes) == .notOurs)
    for (head, tail, expected) in [
      ("", "", TopicParser.Fault.notOurs), ("nhip/v1/", "/wifi-ap/a/telemetry", .commune),
      ("nhip/v1/00123/", "/a/telemetry", .kind), ("nhip/v1/00123/wifi-ap/", "/telemetry", .device),
      ("nhip/v1/00123/wifi-ap/a/", "", .channel),
    ] {
      let rest = Topic.lengthMax - head.utf8.count - tail.utf8.count
      let topic = Array(head.utf8) + Array(repeating: 0x61, count: rest) + Array(tail.utf8)
      #expect(fault(topic) == expected)
    }
  }
}
