// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Takes `nhip/v1/{commune}/{kind}/{device}/{channel}` apart without allocating until it is right.
package enum TopicParser {
  /// Why a topic is not one of ours; the text is the quarantine's reason.
  package enum Fault: String, Error {
    case notUTF8 = "topic-not-utf8"
    case notOurs = "topic-unknown"
    case commune = "topic-bad-commune"
    case kind = "topic-bad-kind"
    case reserved = "topic-reserved"
    case device = "topic-bad-device"
    case channel = "topic-unknown-channel"
    case slot = "schedule-bad-slot-id"
  }

  package static func parse(
    _ topic: UnsafeRawBufferPointer
  ) -> Result<(address: DeviceAddress, channel: Channel), Fault> {
    let levels = unsafe topic.split(
      separator: UInt8(ascii: "/"), maxSplits: 6, omittingEmptySubsequences: false)
    guard unsafe levels.count == 6, unsafe text(levels[0]) == "nhip",
      unsafe text(levels[1]) == "v1"
    else { return .failure(.notOurs) }
    guard let commune = unsafe text(levels[2]), let kind = unsafe text(levels[3]),
      let device = unsafe text(levels[4]), let channelName = unsafe text(levels[5])
    else { return .failure(.notUTF8) }
    guard commune.utf8.count == 5, commune.utf8.allSatisfy(isDigit) else {
      return .failure(.commune)
    }
    if Topic.reserved.contains(kind) { return .failure(.reserved) }
    guard isKind(kind) else { return .failure(.kind) }
    guard isDevice(device) else { return .failure(.device) }
    guard let channel = Channel(name: channelName) else { return .failure(.channel) }
    return .success((DeviceAddress(commune: commune, kind: kind, device: device), channel))
  }

  /// Takes `nhip/v1/{commune}/schedule/{slot-id}` apart; nil if it is another topic.
  package static func slot(
    _ topic: UnsafeRawBufferPointer
  ) -> Result<(commune: String, id: String), Fault>? {
    let levels = unsafe topic.split(
      separator: UInt8(ascii: "/"), maxSplits: 5, omittingEmptySubsequences: false)
    guard unsafe levels.count == 5, unsafe text(levels[0]) == "nhip",
      unsafe text(levels[1]) == "v1", unsafe text(levels[3]) == Topic.schedule
    else { return nil }
    guard let commune = unsafe text(levels[2]), let id = unsafe text(levels[4]) else {
      return .failure(.notUTF8)
    }
    guard commune.utf8.count == 5, commune.utf8.allSatisfy(isDigit) else {
      return .failure(.commune)
    }
    return isDevice(id) ? .success((commune, id)) : .failure(.slot)
  }

  /// `[a-z0-9-]{1,32}`.
  package static func isKind(_ text: String) -> Bool {
    (1...32).contains(text.utf8.count)
      && text.utf8.allSatisfy { isDigit($0) || isLower($0) || $0 == UInt8(ascii: "-") }
  }

  /// `[A-Za-z0-9._-]{1,64}`.
  package static func isDevice(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy {
        isDigit($0) || isLower($0) || isLower($0 | 0x20) && $0 < 0x80
          || [UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-")].contains($0)
      }
  }

  private static func text(_ level: Slice<UnsafeRawBufferPointer>) -> String? {
    unsafe String(validating: level, as: UTF8.self)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  private static func isLower(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
  }
}
