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
package final class ScheduleCodec {
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

  private let fields = JSONFields(Field.allCases.map(\.path))

  package init() {}

  /// - Parameter payload: at most `MessageHeader.payloadSizeMax` bytes, 64 more readable behind.
  package func decode(
    _ payload: UnsafeRawBufferPointer, commune: String, id: String
  ) -> Result<Change, ScheduleFault> {
    guard payload.count > 0 else { return .success(.withdraw) }
    let status = unsafe fields.decode(payload)
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

  private func isAbsent(_ field: Field) -> Bool { fields.isAbsent(field.rawValue) }

  private func time(_ field: Field) -> Milliseconds? { fields.time(field.rawValue) }

  private func flag(_ field: Field) throws(ScheduleFault) -> Bool {
    if isAbsent(field) { return false }
    guard let flag = fields.flag(field.rawValue) else { throw .wrongType }
    return flag
  }

  private func text(_ field: Field, sizeMax: Int) throws(ScheduleFault) -> String? {
    if isAbsent(field) { return nil }
    guard let text = unsafe fields.text(field.rawValue) else { throw .wrongType }
    guard text.count <= sizeMax else { throw .textTooLong }
    return unsafe JSONFields.string(text)
  }

  /// A number of seconds above 0, as a whole number of milliseconds; nil if it is none.
  private func seconds(_ field: Field) -> Milliseconds? {
    var number = fields.number(field.rawValue)
    if let text = unsafe fields.text(field.rawValue), text.count <= SlotLimits.wordSizeMax {
      number = unsafe Double(JSONFields.string(text))
    }
    guard let number, number.isFinite, number > 0 else { return nil }
    // What is longer than a slot may be is refused all the same; it only must not overflow.
    let length = Milliseconds((min(number, 1e9) * 1_000).rounded())
    return length > 0 ? length : nil
  }

  private func list(
    _ key: String, _ fault: ScheduleFault, where isValid: (String) -> Bool
  ) throws(ScheduleFault) -> [String] {
    guard let words = fields.texts(under: key, countMax: SlotLimits.targetCountMax) else {
      throw .wrongType
    }
    guard words.count <= SlotLimits.targetCountMax else { throw .tooManyTargets }
    guard words.allSatisfy(isValid) else { throw fault }
    // A list is a set: what stands twice, or in another order, means the same.
    return Set(words).sorted()
  }

  private static func fault(_ status: Int32) -> ScheduleFault {
    switch status {
    case Int32(NHIP_NOT_UTF8): .notUTF8
    case Int32(NHIP_NOT_OBJECT): .notObject
    default: .notJSON
    }
  }
}
