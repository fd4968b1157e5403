// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// Days on which nobody works and villages are full: Tết and the public holidays of the Labour
/// Code (article 112), as the government fixed them for the years a plan may span.
enum SimulatedHolidays {
  /// First and last day of each, as year × 10,000 + month × 100 + day.
  private static let stretches: [ClosedRange<Int64>] = [
    20_260_101...20_260_101, 20_260_214...20_260_222, 20_260_426...20_260_427,
    20_260_430...20_260_501, 20_260_901...20_260_902, 20_270_101...20_270_101,
    20_270_204...20_270_210, 20_270_416...20_270_416, 20_270_430...20_270_501,
    20_270_902...20_270_903,
  ]

  static func contains(day: Int64) -> Bool {
    let date = LocalTime.civil(ofDay: day)
    let number = date.year * 10_000 + date.month * 100 + date.day
    return stretches.contains { $0.contains(number) }
  }
}

/// What people make of a day.
enum DayKind: Sendable, Hashable {
  case working, weekend, holiday

  init(day: Int64) {
    if SimulatedHolidays.contains(day: day) {
      self = .holiday
    } else {
      self = LocalTime.weekday(ofDay: day) >= 5 ? .weekend : .working
    }
  }
}
