// SPDX-License-Identifier: Apache-2.0

import CSimdJSON
import Telemetry

/// Reads the lines of a replay: `{"topic":…,"payload":…,"received_at":…}` for a message (with
/// `"retained":true` where it was, `"resumed":true` where it came from a session that the broker
/// had kept), `{"observed":false,"from":…,"to":…}` for a time nobody heard.
package final class ReplayLineCodec {
  /// One line, understood; a message's bytes are valid until the next line is read.
  @unsafe package enum Line {
    case message(Message)
    case unobserved(Interval)
    case invalid
  }

  private enum Slot: Int, CaseIterable {
    case topic, payload, receivedAt, retained, resumed, observed, from, to

    var path: String {
      switch self {
      case .topic: "/topic"
      case .payload: "/payload"
      case .receivedAt: "/received_at"
      case .retained: "/retained"
      case .resumed: "/resumed"
      case .observed: "/observed"
      case .from: "/from"
      case .to: "/to"
      }
    }
  }

  private let fields = JSONFields(Slot.allCases.map(\.path))

  package init() {}

  /// - Parameter line: without its newline; 64 more bytes readable behind.
  package func read(_ line: UnsafeRawBufferPointer) -> Line {
    guard line.count > 0, unsafe fields.decode(line) == Int32(NHIP_DECODED) else {
      return unsafe .invalid
    }
    if let isObserved = fields.flag(Slot.observed.rawValue) {
      return unsafe isObserved ? .invalid : unobserved()
    }
    guard let topic = unsafe fields.text(Slot.topic.rawValue),
      let payload = unsafe fields.text(Slot.payload.rawValue),
      let receivedAt = time(.receivedAt), topic.count <= Topic.lengthMax
    else { return unsafe .invalid }
    // An empty list would be made by a call that knows nothing of its type, once a line.
    var flags = ReadingFlags(rawValue: 0)
    if isTrue(.retained) { flags.insert(.retained) }
    if isTrue(.resumed) { flags.insert(.resumed) }
    let header = MessageHeader(
      receivedAt: receivedAt, payloadSize: payload.count, topicSize: topic.count, packetID: 0,
      session: 0, flags: flags)
    return unsafe .message(Message(header: header, topic: topic, payload: payload))
  }

  private func isTrue(_ slot: Slot) -> Bool { fields.flag(slot.rawValue) == true }

  private func time(_ slot: Slot) -> Milliseconds? { fields.time(slot.rawValue) }

  private func unobserved() -> Line {
    guard let from = time(.from), let to = time(.to), from <= to else { return unsafe .invalid }
    return unsafe .unobserved(Interval(start: from, end: to))
  }
}
