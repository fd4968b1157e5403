// SPDX-License-Identifier: Apache-2.0

import CSimdJSON
import Telemetry

/// Why a message cannot become a slot; the text is the quarantine's reason.
package enum ScheduleFault: String, Error, Sendable, CaseIterable {
  case tooLarge = "schedule-too-large"
  case notJSON = "schedule-not-json"
  case notUTF8 = "schedule-not-utf8"
  case notObject = "schedule-not-object"
  case wrongType = "schedule-field-wrong-type"
  case textTooLong = "schedule-text-too-long"
  case unknownKind = "schedule-unknown-kind"
  case unknownPriority = "schedule-unknown-priority"
  case unknownVoice = "schedule-unknown-voice"
  case noStart = "schedule-no-start"
  case startNotTime = "schedule-start-not-a-time"
  case noEnd = "schedule-no-end"
  case endNotTime = "schedule-end-not-a-time"
  case endBeforeStart = "schedule-end-before-start"
  case badLength = "schedule-bad-dur-s"
  case tooLong = "schedule-too-long"
  case badDevice = "schedule-bad-device"
  case badUnit = "schedule-bad-unit"
  case tooManyTargets = "schedule-too-many-targets"
}

/// Decodes what the scheduler publishes under `nhip/v1/{commune}/schedule/{slot-id}`.
///
/// Owned by the engine's thread. docs/SCHEDULE.md says what a payload holds.
@safe package final class ScheduleCodec {
  /// What a message makes of a slot.
  package enum Change: Sendable, Hashable {
    /// `version` and `receivedAt` are for the store to give.
    case put(Slot)
    /// The retained message was emptied, or says no more than that the slot is cancelled.
    case withdraw
  }

  enum Field: Int, CaseIterable {
    case kind, prog, title, prio, start, end, duration, voice, source, cancelled

    var path: String {
      switch self {
      case .kind: "/kind"
      case .prog: "/prog"
      case .title: "/title"
      case .prio: "/prio"
      case .start: "/start"
      case .end: "/end"
      case .duration: "/dur_s"
      case .voice: "/voice"
      case .source: "/src"
      case .cancelled: "/cancelled"
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
    unsafe values = .allocate(capacity: Field.allCases.count)
    unsafe values.initialize(repeating: nhip_value())
    for field in Field.allCases {
      unsafe nhip_decoder_add(
        decoder, field.path, UInt32(field.rawValue), Int32(NHIP_AGGREGATE_NONE))
    }
  }

  deinit {
    unsafe nhip_decoder_destroy(decoder)
    unsafe values.deallocate()
  }

  /// - Parameter payload: at most `MessageHeader.payloadSizeMax` bytes, 64 more readable behind.
  package func decode(
    _ payload: UnsafeRawBufferPointer, commune: String, id: String
  ) -> Result<Change, ScheduleFault> {
    guard let base = payload.baseAddress, payload.count > 0 else { return .success(.withdraw) }
    let status = unsafe nhip_decoder_decode(
      decoder, base.assumingMemoryBound(to: UInt8.self), payload.count, values.baseAddress,
      values.count)
    guard status == Int32(NHIP_DECODED) else { return .failure(Self.fault(status)) }
    do throws(ScheduleFault) {
      let isCancelled = try flag(.cancelled)
      if isCancelled, isAbsent(.start) { return .success(.withdraw) }
      var slot = try slot(commune: commune, id: id)
      slot.isCancelled = isCancelled
      return .success(.put(slot))
    } catch {
      return .failure(error)
    }
  }

  private func slot(commune: String, id: String) throws(ScheduleFault) -> Slot {
    let (interval, requested) = try span()
    let kind = try text(.kind, sizeMax: SlotLimits.wordSizeMax).map(Slot.Kind.init(rawValue:))
    guard let kind = kind ?? .loudspeaker else { throw .unknownKind }
    let prio = try text(.prio, sizeMax: SlotLimits.wordSizeMax).map(Slot.Priority.init(word:))
    guard let priority = prio ?? .normal else { throw .unknownPriority }
    let word = try text(.voice, sizeMax: SlotLimits.wordSizeMax).map(Slot.Voice.init(rawValue:))
    guard let voice = word ?? .unknown else { throw .unknownVoice }
    let devices = try list("devices", .badDevice, where: TopicParser.isDevice)
    let units = try list("units", .badUnit, where: Self.isUnit)
    guard devices.count + units.count <= SlotLimits.targetCountMax else { throw .tooManyTargets }
    return Slot(
      commune: commune, id: id, kind: kind, interval: interval,
      programme: try text(.prog, sizeMax: SlotLimits.wordSizeMax) ?? "",
      title: try text(.title, sizeMax: SlotLimits.titleSizeMax) ?? "", priority: priority,
      voice: voice, requested: requested,
      source: try text(.source, sizeMax: SlotLimits.wordSizeMax) ?? "", devices: devices,
      units: units)
  }

  /// When it is, and how long it should sound: `end` and `dur_s` may stand together, for a bulletin
  /// that is shorter than the time kept for it.
  private func span() throws(ScheduleFault) -> (Interval, requested: Milliseconds) {
    guard !isAbsent(.start) else { throw .noStart }
    guard let start = time(.start) else { throw .startNotTime }
    var length: Milliseconds?
    if !isAbsent(.duration) {
      guard let milliseconds = seconds(.duration) else { throw .badLength }
      length = milliseconds
    }
    var end = length.map { start + $0 }
    if !isAbsent(.end) {
      guard let given = time(.end) else { throw .endNotTime }
      end = given
    }
    guard let end else { throw .noEnd }
    guard start < end else { throw .endBeforeStart }
    guard end - start <= SlotLimits.lengthMax else { throw .tooLong }
    if let length, length > end - start { throw .badLength }
    return (Interval(start: start, end: end), length ?? end - start)
  }

  /// No white space, which separates codes where they are stored.
  package static func isUnit(_ text: String) -> Bool {
    (1...SlotLimits.wordSizeMax).contains(text.utf8.count)
      && !text.unicodeScalars.contains { $0.value <= 32 || $0.value == 127 }
  }

  // MARK: Values

  private func isAbsent(_ field: Field) -> Bool { unsafe values[field.rawValue].tag == 0 }

  private func flag(_ field: Field) throws(ScheduleFault) -> Bool {
    let value = unsafe values[field.rawValue]
    switch unsafe value.tag {
    case 0: return false
    case 4: return unsafe value.bits == 1
    default: throw .wrongType
    }
  }

  private func text(_ field: Field, sizeMax: Int) throws(ScheduleFault) -> String? {
    let value = unsafe values[field.rawValue]
    guard unsafe value.tag != 0 else { return nil }
    guard unsafe value.tag == 5 else { throw .wrongType }
    guard unsafe Int(value.text_size) <= sizeMax else { throw .textTooLong }
    return unsafe Self.string(value)
  }

  private func time(_ field: Field) -> Milliseconds? {
    let value = unsafe values[field.rawValue]
    switch unsafe value.tag {
    case 1: return unsafe SentTime.milliseconds(epoch: Int64(bitPattern: value.bits))
    case 3: return unsafe SentTime.milliseconds(epoch: Double(bitPattern: value.bits))
    case 5:
      let text = unsafe UnsafeRawBufferPointer(start: value.text, count: Int(value.text_size))
      return unsafe SentTime.milliseconds(text: text)
    default: return nil
    }
  }

  /// A number of seconds above 0, as a whole number of milliseconds; nil if it is none.
  private func seconds(_ field: Field) -> Milliseconds? {
    let value = unsafe values[field.rawValue]
    let number: Double? =
      switch unsafe value.tag {
      case 1: unsafe Double(Int64(bitPattern: value.bits))
      case 3: unsafe Double(bitPattern: value.bits)
      case 5: unsafe value.text_size <= SlotLimits.wordSizeMax ? Double(Self.string(value)) : nil
      default: nil
      }
    guard let number, number.isFinite, number > 0 else { return nil }
    // What is longer than a slot may be is refused all the same; it only must not overflow.
    return Milliseconds((min(number, 1e9) * 1_000).rounded())
  }

  private func list(
    _ key: String, _ fault: ScheduleFault, where isValid: (String) -> Bool
  ) throws(ScheduleFault) -> [String] {
    final class Found {
      var words: [String] = []
      var isText = true
    }
    let found = Found()
    let status = unsafe nhip_decoder_list(
      decoder, key, Unmanaged.passUnretained(found).toOpaque()
    ) { context, value in
      guard let context = unsafe context, let value = unsafe value?.pointee else { return 1 }
      let found = unsafe Unmanaged<Found>.fromOpaque(context).takeUnretainedValue()
      found.isText = unsafe value.tag == 5
      if found.isText { unsafe found.words.append(ScheduleCodec.string(value)) }
      return found.isText && found.words.count <= SlotLimits.targetCountMax ? 0 : 1
    }
    guard status == 0, found.isText else { throw .wrongType }
    guard found.words.count <= SlotLimits.targetCountMax else { throw .tooManyTargets }
    guard found.words.allSatisfy(isValid) else { throw fault }
    // A list is a set: what stands twice, or in another order, means the same.
    return Set(found.words).sorted()
  }

  private static func string(_ value: nhip_value) -> String {
    guard let text = unsafe value.text else { return "" }
    let bytes = unsafe UnsafeRawBufferPointer(start: text, count: Int(value.text_size))
    return unsafe PersonalData.scrubbed(String(decoding: bytes, as: UTF8.self))
  }

  private static func fault(_ status: Int32) -> ScheduleFault {
    switch status {
    case Int32(NHIP_NOT_UTF8): .notUTF8
    case Int32(NHIP_NOT_OBJECT): .notObject
    default: .notJSON
    }
  }
}
