// SPDX-License-Identifier: Apache-2.0

import Telemetry
import TestSupport

/// Where a message must end: in exactly one of these places, once for each time it was published.
enum Fate: Hashable {
  /// A stored reading, by the hash of its topic and payload.
  case reading(UInt64)
  /// A count of the quarantine.
  case quarantine(address: String, reason: String)
  /// A count of the inbox, by address.
  case inbox(DeviceAddress)
}

struct PublishedMessage {
  var topic: [UInt8]
  var payload: [UInt8]
  var fate: Fate
  /// Which session brings it.
  var part: SimulatedFleet.Part

  init(topic: String, payload: [UInt8], fate: ([UInt8]) -> Fate) {
    self.topic = Array(topic.utf8)
    self.payload = payload
    self.fate = fate(payload)
    part = .of(topic)
  }

  static func hash(topic: [UInt8], payload: [UInt8]) -> UInt64 {
    let seed = unsafe topic.withUnsafeBytes { unsafe PayloadHash.of($0) }
    return unsafe payload.withUnsafeBytes { unsafe PayloadHash.of($0, seed: seed) }
  }
}

/// Some devices that publish, now and then something twice, late, or what nobody can read.
struct SimulatedFleet {
  static let commune = "00001"
  static let kind = "lan-sensor"
  static let start: Milliseconds = 1_795_132_800_000 + 14 * 3_600_000

  static let devices = (1...4).map { number in
    Device(
      id: "d\(number)", kind: kind, name: "d\(number)", site: "s", commune: commune,
      commissionedAt: start - 30 * LocalTime.dayLength)
  }

  static let registry = Registry(
    units: [Telemetry.Unit(code: commune, name: "x", level: "commune")],
    sites: [Site(code: "s", name: "s", type: "t", unit: commune)], devices: devices)

  /// How the fleet is divided among sessions, by their places.
  enum Part: Int, CaseIterable {
    case odd, even, backlog

    /// Whether it tells when we could hear.
    var isLive: Bool { self != .backlog }

    static func of(_ topic: String) -> Part {
      if topic.hasSuffix("/\(Channel.backlog.name)") { return .backlog }
      return topic.contains("/d2/") || topic.contains("/d4/") ? .even : .odd
    }
  }

  /// Whether messages carry a `ts`.
  let hasClocks: Bool
  private var sequence = 0
  private var newest: PublishedMessage?

  init(hasClocks: Bool) { self.hasClocks = hasClocks }

  mutating func message(
    at now: Milliseconds, using random: inout SeededGenerator
  ) -> PublishedMessage {
    sequence += 1
    let device = "d\(Int.random(in: 1...4, using: &random))"
    switch Int.random(in: 0..<20, using: &random) {
    case 0:
      if let newest { return newest }
    case 1:
      return unreadable(device, using: &random)
    case 2:
      let address = DeviceAddress(commune: Self.commune, kind: Self.kind, device: "stranger")
      return PublishedMessage(
        topic: Self.topic("stranger", .telemetry), payload: reading(at: now, using: &random)
      ) { _ in .inbox(address) }
    case 3:
      let earlier = now - Milliseconds.random(in: 0...10_000_000, using: &random)
      return known(device, .backlog, reading(at: earlier, using: &random))
    default:
      break
    }
    return known(device, .telemetry, reading(at: now, using: &random))
  }

  private mutating func known(
    _ device: String, _ channel: Channel, _ payload: [UInt8]
  ) -> PublishedMessage {
    let topic = Self.topic(device, channel)
    let message = PublishedMessage(topic: topic, payload: payload) {
      .reading(PublishedMessage.hash(topic: Array(topic.utf8), payload: $0))
    }
    newest = message
    return message
  }

  private func unreadable(
    _ device: String, using random: inout SeededGenerator
  ) -> PublishedMessage {
    let address = "\(Topic.prefix)/\(Self.commune)/\(Self.kind)/\(device)"
    switch Int.random(in: 0..<4, using: &random) {
    case 0:
      return PublishedMessage(topic: Self.topic(device, .telemetry), payload: Array("{".utf8)) {
        _ in .quarantine(address: address, reason: "payload-not-json")
      }
    case 1:
      let size = MessageHeader.payloadSizeMax + 1
      return PublishedMessage(
        topic: Self.topic(device, .telemetry), payload: Array(repeating: 0x20, count: size)
      ) { _ in .quarantine(address: address, reason: "payload-too-large") }
    case 2:
      return PublishedMessage(topic: "elsewhere/telemetry", payload: Array("{}".utf8)) { _ in
        .quarantine(address: "", reason: "topic-unknown")
      }
    default:
      let text = "{\"seq\":\(sequence),\"link\":{\"cpnet\":{\"up\":\"yes please\"}}}"
      return PublishedMessage(topic: Self.topic(device, .telemetry), payload: Array(text.utf8)) {
        _ in .quarantine(address: address, reason: "field-wrong-type")
      }
    }
  }

  private func reading(at instant: Milliseconds, using random: inout SeededGenerator) -> [UInt8] {
    let isUp = Int.random(in: 0..<8, using: &random) > 0
    let rtt = Int.random(in: 1...99, using: &random)
    let time = hasClocks ? "\"ts\":\"\(LocalTime.universal(instant))\"," : ""
    let text = """
      {"seq":\(sequence),\(time)\
      "up":\((instant - Self.start) / 1_000 + 900_000),\
      "link":{"cpnet":{"up":\(isUp),"rtt_ms":\(rtt)},"internet":{"up":true,"rtt_ms":\(rtt)}},\
      "hosts":\(rtt),"new_hosts":0,"sev":{"1":0,"2":1,"3":2},"drop_pct":0.0\(rtt)}
      """
    return Array(text.utf8)
  }

  private static func topic(_ device: String, _ channel: Channel) -> String {
    Topic.path(commune: commune, kind: kind, device: device, channel: channel)
  }
}
