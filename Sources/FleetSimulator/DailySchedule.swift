// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// What loudspeakers play and when video endpoints meet, the same every local day.
enum DailySchedule {
  struct Slot: Sendable, Equatable {
    var start: Milliseconds
    var length: Milliseconds
    /// The bulletin's name, `BT-YYYYMMDD-HH`.
    var programme: String
  }

  /// Local minutes of start and length. The commune's own bulletins at dawn and dusk, relays of
  /// the province and the nation in between.
  private static let plays: [(start: Int64, length: Int64)] = [
    (300, 15), (390, 10), (690, 15), (1_020, 30), (1_140, 10),
  ]
  private static let meetings: [(start: Int64, length: Int64)] = [(480, 90), (840, 90)]

  /// The first slot that starts after the instant; nil for kinds that have none.
  static func next(after instant: Milliseconds, kind: SimulatedKind) -> Slot? {
    let slots: [(start: Int64, length: Int64)]
    switch kind {
    case .loudspeaker: slots = plays
    case .videoEndpoint: slots = meetings
    case .wirelessAccessPoint, .networkSensor, .kiosk: return nil
    }
    let today = localDay(of: instant)
    for day in today...(today + 1) {
      for slot in slots {
        let start = LocalTime.start(ofDay: day) + slot.start * 60_000
        guard start > instant else { continue }
        return Slot(
          start: start, length: slot.length * 60_000, programme: programme(day, slot.start / 60))
      }
    }
    return nil
  }

  private static func programme(_ day: Int64, _ hour: Int64) -> String {
    let date = LocalTime.civil(ofDay: day)
    var bytes = Array("BT-".utf8)
    bytes.appendPadded(date.year, digits: 4)
    bytes.appendPadded(date.month, digits: 2)
    bytes.appendPadded(date.day, digits: 2)
    bytes.append(UInt8(ascii: "-"))
    bytes.appendPadded(hour, digits: 2)
    return String(decoding: bytes, as: UTF8.self)
  }
}
