// SPDX-License-Identifier: Apache-2.0

import CSimdJSON
import Telemetry

/// Reads the lines of a replay: `{"topic":…,"payload":…,"received_at":…}` for a message (with
/// `"retained":true` where it was, `"resumed":true` where it came from a session that the broker
/// had kept), `{"observed":false,"from":…,"to":…}` for a time nobody heard.
@safe package final class ReplayLineCodec {
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

  private let decoder: OpaquePointer
  private let values: UnsafeMutableBufferPointer<nhip_value>

  package init() {
    guard let decoder = unsafe nhip_decoder_create() else {
      preconditionFailure("no memory for a JSON decoder")
    }
    unsafe self.decoder = decoder
    unsafe values = .allocate(capacity: Slot.allCases.count)
    unsafe values.initialize(repeating: nhip_value())
    for slot in Slot.allCases {
      unsafe nhip_decoder_add(
        decoder, slot.path, UInt32(slot.rawValue), Int32(NHIP_AGGREGATE_NONE))
    }
  }

  deinit {
    unsafe nhip_decoder_destroy(decoder)
    unsafe values.deallocate()
  }

  /// - Parameter line: without its newline; 64 more bytes readable behind.
  package func read(_ line: UnsafeRawBufferPointer) -> Line {
    guard let base = line.baseAddress, line.count > 0 else { return unsafe .invalid }
    let status = unsafe nhip_decoder_decode(
      decoder, base.assumingMemoryBound(to: UInt8.self), line.count, values.baseAddress,
      values.count)
    guard status == Int32(NHIP_DECODED) else { return unsafe .invalid }
    if unsafe values[Slot.observed.rawValue].tag == 4 { return unsafe unobserved() }
    guard let topic = unsafe text(.topic), let payload = unsafe text(.payload),
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

  private func isTrue(_ slot: Slot) -> Bool {
    let value = unsafe values[slot.rawValue]
    return unsafe value.tag == 4 && value.bits == 1
  }

  private func unobserved() -> Line {
    guard unsafe values[Slot.observed.rawValue].bits == 0, let from = time(.from),
      let to = time(.to), from <= to
    else { return unsafe .invalid }
    return unsafe .unobserved(Interval(start: from, end: to))
  }

  /// simdjson keeps strings in a buffer that is longer than the line by more than 64 bytes.
  private func text(_ slot: Slot) -> UnsafeRawBufferPointer? {
    let value = unsafe values[slot.rawValue]
    guard unsafe value.tag == 5 else { return nil }
    return unsafe UnsafeRawBufferPointer(start: value.text, count: Int(value.text_size))
  }

  private func time(_ slot: Slot) -> Milliseconds? {
    let value = unsafe values[slot.rawValue]
    switch unsafe value.tag {
    case 1: return unsafe SentTime.milliseconds(epoch: Int64(bitPattern: value.bits))
    case 3: return unsafe SentTime.milliseconds(epoch: Double(bitPattern: value.bits))
    case 5: return unsafe text(slot).flatMap { unsafe SentTime.milliseconds(text: $0) }
    default: return nil
    }
  }
}
