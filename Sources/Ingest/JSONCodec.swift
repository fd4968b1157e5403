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
/// Owned by the engine's thread. A plan has one slot a metric and one for `ts`; reading writes
/// every slot, then the caller appends them to a stage: a payload that fails leaves no trace.
@safe package final class JSONCodec {
  package let profile: Profile
  private let decoder: OpaquePointer
  private let values: UnsafeMutableBufferPointer<nhip_value>
  /// What a decoded value is held against, by slot.
  private let checks: [MetricCheck]
  /// The words that a state may have, by slot.
  let knownWords: [WordTable]
  /// When the payload read last was sent; nil if it carries no `ts`.
  package private(set) var sentAt: Milliseconds?
  /// Whether a value of the payload read last stands outside its metric's range.
  package private(set) var isOutOfRange = false
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
    knownWords = profile.metrics.map { WordTable($0.words) }
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

  /// Reads a payload and takes together what it says of its time.
  ///
  /// - Parameter payload: at most `MessageHeader.payloadSizeMax` bytes, 64 more readable behind.
  package func decode(_ payload: UnsafeRawBufferPointer) -> Result<Decoded, PayloadFault> {
    if let fault = unsafe read(payload) { return .failure(fault) }
    return .success(
      Decoded(sentAt: sentAt, sentTime: value(at: timeSlot), isOutOfRange: isOutOfRange))
  }

  /// Decodes a payload into the codec's slots.
  ///
  /// - Parameter payload: at most `MessageHeader.payloadSizeMax` bytes, 64 more readable behind.
  /// - Returns: why it is no reading, or nil if it is one.
  package func read(_ payload: UnsafeRawBufferPointer) -> PayloadFault? {
    guard let base = payload.baseAddress, payload.count > 0 else { return .empty }
    let status = unsafe nhip_decoder_decode(
      decoder, base.assumingMemoryBound(to: UInt8.self), payload.count, values.baseAddress,
      values.count)
    guard status == Int32(NHIP_DECODED) else { return Self.fault(status) }
    guard let isOutOfRange = checkValues() else { return .wrongType }
    self.isOutOfRange = isOutOfRange
    return readTime() ? nil : .badTime
  }

  /// - Returns: whether a value is out of its range; nil if one has a type its metric cannot take.
  private func checkValues() -> Bool? {
    var isOutOfRange = false
    for slot in checks.indices {
      // Most payloads carry some of the metrics only.
      if unsafe values[slot].tag == 0 { continue }
      let check = checks[slot]
      // Most values are the whole numbers that their metric wants.
      if unsafe values[slot].tag == 1, check.isGauge {
        let number = unsafe Double(Int64(bitPattern: values[slot].bits))
        if number < check.lowest || number > check.highest { isOutOfRange = true }
        continue
      }
      switch unsafe coerce(&values[slot], to: check, slot) {
      case .inRange: break
      case .outOfRange: isOutOfRange = true
      case .wrongType: return nil
      }
    }
    return isOutOfRange
  }

  /// Appends the values read last as one row.
  package func append(_ envelope: ReadingStage.Envelope, to stage: ReadingStage) {
    unsafe stage.append(envelope, values)
  }

  /// The value of one metric as read last, as a number; flags are 0 and 1, words have none.
  package func number(at slot: Int) -> Double? {
    let value = unsafe values[slot]
    switch unsafe Int(value.tag) {
    case 1: return unsafe Double(Int64(bitPattern: value.bits))
    case 2, 4: return unsafe Double(value.bits)
    case 3: return unsafe Double(bitPattern: value.bits)
    default: return nil
    }
  }

  /// Whether the payload read last says `false` there.
  package func isFalse(at slot: Int) -> Bool {
    let value = unsafe values[slot]
    return unsafe value.tag == 4 && value.bits == 0
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

  /// Tells ``sentAt`` by the slot of `ts`; false if what stands there is no time.
  private func readTime() -> Bool {
    let sent = unsafe values[timeSlot]
    sentAt = nil
    switch unsafe Int(sent.tag) {
    case 0: return true
    case 1: sentAt = unsafe SentTime.milliseconds(epoch: Int64(bitPattern: sent.bits))
    case 3: sentAt = unsafe SentTime.milliseconds(epoch: Double(bitPattern: sent.bits))
    case 5:
      let text = unsafe UnsafeRawBufferPointer(start: sent.text, count: Int(sent.text_size))
      sentAt = unsafe SentTime.milliseconds(text: text)
    default: return false
    }
    return sentAt != nil
  }
}
