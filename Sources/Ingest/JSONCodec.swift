// SPDX-License-Identifier: Apache-2.0

import CSimdJSON
import Telemetry

/// Why a payload cannot become a reading; the text is the quarantine's reason.
package enum PayloadFault: String, Error, Sendable {
  case empty = "payload-empty"
  case tooLarge = "payload-too-large"
  case notJSON = "payload-not-json"
  case notUTF8 = "payload-not-utf8"
  case notObject = "payload-not-object"
  case tooDeep = "payload-too-deep"
  case wrongType = "field-wrong-type"
  case badTime = "ts-not-a-time"
}

/// Decodes the native JSON of one kind over a plan compiled from its profile.
///
/// Owned by the engine's thread. A plan has one slot a metric and one for `ts`; decoding writes
/// every slot, then the caller appends them to its columns: a payload that fails leaves no trace.
@safe package final class JSONCodec {
  package let profile: Profile
  private let decoder: OpaquePointer
  private let values: UnsafeMutableBufferPointer<nhip_value>
  /// What a decoded value is held against, by slot.
  private let checks: [MetricCheck]
  private var timeSlot: Int { profile.metrics.count }

  package init(profile: Profile) {
    self.profile = profile
    guard let decoder = unsafe nhip_decoder_create() else {
      preconditionFailure("no memory for a JSON decoder")
    }
    unsafe self.decoder = decoder
    unsafe values = .allocate(capacity: profile.metrics.count + 1)
    unsafe values.initialize(repeating: nhip_value())
    checks = profile.metrics.map(MetricCheck.init)
    for (slot, metric) in profile.metrics.enumerated() {
      let aggregation =
        switch metric.aggregation {
        case nil: NHIP_AGGREGATE_NONE
        case .sum?: NHIP_AGGREGATE_SUM
        case .max?: NHIP_AGGREGATE_MAX
        case .min?: NHIP_AGGREGATE_MIN
        }
      let status = unsafe nhip_decoder_add(
        decoder, metric.path, UInt32(slot), Int32(aggregation))
      precondition(status == 0, "profile \(profile.kind) has a path that is none: \(metric.path)")
    }
    unsafe nhip_decoder_add(decoder, "/ts", UInt32(timeSlot), Int32(NHIP_AGGREGATE_NONE))
  }

  deinit {
    unsafe nhip_decoder_destroy(decoder)
    unsafe values.deallocate()
  }

  /// What a payload said of its own time.
  package struct Decoded: Sendable {
    /// nil if it carries no `ts`.
    package var sentAt: Milliseconds?
    /// `ts` as sent.
    package var sentTime: Value
    package var isOutOfRange: Bool
  }

  /// Decodes a payload into the codec's slots.
  ///
  /// - Parameter payload: at most `MessageHeader.payloadSizeMax` bytes, 64 more readable behind.
  package func decode(_ payload: UnsafeRawBufferPointer) -> Result<Decoded, PayloadFault> {
    guard let base = payload.baseAddress, payload.count > 0 else { return .failure(.empty) }
    let status = unsafe nhip_decoder_decode(
      decoder, base.assumingMemoryBound(to: UInt8.self), payload.count, values.baseAddress,
      values.count)
    guard status == Int32(NHIP_DECODED) else { return .failure(Self.fault(status)) }
    var isOutOfRange = false
    for slot in checks.indices {
      // Most payloads carry some of the metrics only.
      if unsafe values[slot].tag == 0 { continue }
      switch unsafe coerce(&values[slot], to: checks[slot], slot) {
      case .inRange: break
      case .outOfRange: isOutOfRange = true
      case .wrongType: return .failure(.wrongType)
      }
    }
    guard let (sentAt, sentTime) = readTime() else { return .failure(.badTime) }
    return .success(Decoded(sentAt: sentAt, sentTime: sentTime, isOutOfRange: isOutOfRange))
  }

  /// Appends the values decoded last as one row.
  package func append(to columns: inout ReadingColumns) {
    for slot in checks.indices {
      let value = unsafe values[slot]
      // Tags of decoded values are those of columns; only a word has to be looked up.
      guard unsafe value.tag != 5, let tag = unsafe ValueColumn.Tag(rawValue: UInt8(value.tag))
      else {
        columns.metrics[slot].append(self.value(at: slot))
        continue
      }
      unsafe columns.metrics[slot].append(tag: tag, bits: tag == .absent ? 0 : value.bits)
    }
  }

  /// The value of one metric as decoded last.
  package func value(at slot: Int) -> Value {
    let value = unsafe values[slot]
    switch unsafe Int(value.tag) {
    case 1: return unsafe .integer(Int64(bitPattern: value.bits))
    case 2: return unsafe .unsigned(value.bits)
    case 3: return unsafe .number(Double(bitPattern: value.bits))
    case 4: return unsafe .flag(value.bits != 0)
    case 5: return unsafe .word(Self.string(value))
    default: return .absent
    }
  }

  /// Top-level fields of the payload decoded last that no metric reads.
  package func unknownFields() -> [String] {
    final class Names { var list: [String] = [] }
    let names = Names()
    unsafe nhip_decoder_unknown_keys(decoder, Unmanaged.passUnretained(names).toOpaque()) {
      context, key, size in
      guard let context = unsafe context, let key = unsafe key else { return }
      let bytes = unsafe UnsafeRawBufferPointer(start: key, count: size)
      // A gateway may name fields after the addresses of its clients.
      let name = unsafe PersonalData.scrubbed(String(decoding: bytes, as: UTF8.self))
      unsafe Unmanaged<Names>.fromOpaque(context).takeUnretainedValue().list.append(name)
    }
    return names.list
  }

  private static func string(_ value: nhip_value) -> String {
    guard let text = unsafe value.text else { return "" }
    let bytes = unsafe UnsafeRawBufferPointer(start: text, count: Int(value.text_size))
    return unsafe PersonalData.scrubbed(String(decoding: bytes, as: UTF8.self))
  }

  private static func fault(_ status: Int32) -> PayloadFault {
    switch status {
    case Int32(NHIP_NOT_UTF8): .notUTF8
    case Int32(NHIP_NOT_OBJECT): .notObject
    case Int32(NHIP_TOO_DEEP): .tooDeep
    default: .notJSON
    }
  }

  private func readTime() -> (Milliseconds?, Value)? {
    let sent = unsafe values[timeSlot]
    let value = value(at: timeSlot)
    switch value {
    case .absent: return unsafe Int(sent.tag) == 6 ? nil : (nil, .absent)
    case .integer(let epoch): return SentTime.milliseconds(epoch: epoch).map { ($0, value) }
    case .number(let epoch): return SentTime.milliseconds(epoch: epoch).map { ($0, value) }
    case .word:
      let text = unsafe UnsafeRawBufferPointer(start: sent.text, count: Int(sent.text_size))
      return unsafe SentTime.milliseconds(text: text).map { ($0, value) }
    case .unsigned, .flag: return nil
    }
  }
}
