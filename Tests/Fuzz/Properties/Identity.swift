// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Sameness bit for bit. `==` is too kind for it: it takes −0.0 for 0.0, no NaN for itself, and a
/// letter with a combining accent for the letter that has it.
package enum Identity {
  package static func holds(_ left: Value, _ right: Value) -> Bool {
    switch (left, right) {
    case (.number(let left), .number(let right)): left.bitPattern == right.bitPattern
    case (.word(let left), .word(let right)): holds(left, right)
    default: left == right
    }
  }

  package static func holds(_ left: String, _ right: String) -> Bool {
    left.utf8.elementsEqual(right.utf8)
  }

  package static func holds(_ left: [String], _ right: [String]) -> Bool {
    left.count == right.count && zip(left, right).allSatisfy { holds($0, $1) }
  }

  /// What tells two columns apart; an absent value has no bits, so those are not compared.
  package static func difference(_ left: ValueColumn, _ right: ValueColumn) -> String? {
    guard left.tags == right.tags else { return "tags" }
    guard left.bits.count == right.bits.count else { return "the number of values" }
    for row in left.tags.indices where left.tags[row] != .absent {
      if left.bits[row] != right.bits[row] { return "the bits of row \(row)" }
    }
    return holds(left.words, right.words) ? nil : "words"
  }

  package static func difference(_ left: ReadingColumns, _ right: ReadingColumns) -> String? {
    guard holds(left.kind, right.kind) else { return "the kind" }
    guard left.profileVersion == right.profileVersion else { return "the profile's version" }
    guard holds(left.metricNames, right.metricNames) else { return "the names of metrics" }
    guard left.device == right.device else { return "devices" }
    guard left.channel == right.channel else { return "channels" }
    guard left.flags == right.flags else { return "flags" }
    guard left.receivedAt == right.receivedAt else { return "receive times" }
    guard left.eventTime == right.eventTime else { return "event times" }
    guard left.session == right.session else { return "sessions" }
    guard left.packetID == right.packetID else { return "packet ids" }
    guard left.payloadHash == right.payloadHash else { return "hashes of payloads" }
    if let difference = difference(left.sentTime, right.sentTime) {
      return "\(difference) of sent times"
    }
    guard left.metrics.count == right.metrics.count else { return "the number of metrics" }
    for metric in left.metrics.indices {
      if let difference = difference(left.metrics[metric], right.metrics[metric]) {
        return "\(difference) of metric \(metric)"
      }
    }
    return nil
  }
}
