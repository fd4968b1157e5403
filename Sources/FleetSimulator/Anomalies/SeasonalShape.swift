// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// How a signal goes with the hour, the day of the week and the calendar, as a share of its most.
enum SeasonalShape: Sendable, Hashable {
  /// The same all day.
  case even
  /// A village: busy in the evening, empty at night, fuller on days off.
  case village
  /// An office: working hours with a lunch break, nearly nobody on days off.
  case office
  /// What the evening's load does to networks and mains.
  case evening

  func share(at instant: Milliseconds, day kind: DayKind) -> Double {
    switch self {
    case .even: 0
    case .village: Self.value(Self.villageHours, instant) * Self.villageFactor(kind)
    case .office: Self.value(Self.officeHours, instant) * (kind == .working ? 1 : 0.05)
    case .evening: Self.value(Self.eveningHours, instant) * (kind == .working ? 1 : 1.1)
    }
  }

  private static func villageFactor(_ kind: DayKind) -> Double {
    switch kind {
    case .working: 1
    case .weekend: 1.2
    case .holiday: 1.5
    }
  }

  /// Between the values of two full hours, on a straight line.
  private static func value(_ hours: [Double], _ instant: Milliseconds) -> Double {
    let time = localTime(of: instant)
    let hour = Int(time / LocalTime.hourLength)
    let part = Double(time % LocalTime.hourLength) / Double(LocalTime.hourLength)
    return hours[hour] + (hours[(hour + 1) % 24] - hours[hour]) * part
  }

  private static let villageHours: [Double] = [
    0.05, 0.03, 0.02, 0.02, 0.04, 0.12, 0.25, 0.35, 0.40, 0.40, 0.42, 0.45,
    0.40, 0.36, 0.38, 0.42, 0.50, 0.65, 0.85, 1.00, 0.95, 0.65, 0.30, 0.12,
  ]
  private static let officeHours: [Double] = [
    0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.05, 0.40, 0.95, 1.00, 1.00, 0.70,
    0.30, 0.75, 1.00, 0.98, 0.90, 0.40, 0.10, 0.05, 0.04, 0.03, 0.02, 0.02,
  ]
  private static let eveningHours: [Double] = [
    0.15, 0.08, 0.05, 0.05, 0.06, 0.12, 0.25, 0.35, 0.42, 0.45, 0.48, 0.50,
    0.45, 0.42, 0.44, 0.48, 0.55, 0.70, 0.90, 1.00, 0.95, 0.75, 0.45, 0.25,
  ]
}
