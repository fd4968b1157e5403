// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Times on the level axis of a picture: whole minutes, hours, days, months or years of Viet Nam.
struct PictureCalendar {
  struct Tick: Hashable {
    var time: Milliseconds
    var label: String
  }

  static let tickCountMax = 9
  private static let minute = LocalTime.minuteLength
  private static let hour = LocalTime.hourLength
  private static let day = LocalTime.dayLength
  private static let steps: [Milliseconds] =
    [1_000, 2_000, 5_000, 10_000, 30_000]
    + [1, 2, 5, 10, 15, 30].map { $0 * minute } + [1, 2, 3, 6, 12].map { $0 * hour }
    + [1, 2, 7, 14].map { $0 * day }
  /// In months.
  private static let longSteps: [Int64] = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1_200]

  let start: Milliseconds
  let end: Milliseconds

  /// What is shorter than a minute is drawn as one.
  init(start: Milliseconds, end: Milliseconds) {
    let isShort = end - start < Self.minute
    self.start = isShort ? start - Self.minute / 2 : start
    self.end = isShort ? start + Self.minute / 2 : end
  }

  /// 0 at the left, 1 at the right.
  func share(_ time: Milliseconds) -> Double {
    min(max(Double(time - start) / Double(end - start), 0), 1)
  }

  var ticks: [Tick] {
    let length = end - start
    if let step = Self.steps.first(where: { length / $0 < Int64(Self.tickCountMax) }) {
      return evenTicks(step)
    }
    let months = length / (30 * Self.day)
    let step = Self.longSteps.first { months / $0 < Int64(Self.tickCountMax) } ?? 1_200
    return monthTicks(step)
  }

  private func evenTicks(_ step: Milliseconds) -> [Tick] {
    // Weeks begin on Mondays; the first local day was a Thursday.
    let origin = LocalTime.start(ofDay: step > Self.day && step % (7 * Self.day) == 0 ? 4 : 0)
    var time = origin + (start - origin) / step * step
    while time < start { time += step }
    var ticks: [Tick] = []
    while time <= end {
      ticks.append(Tick(time: time, label: label(time, step)))
      time += step
    }
    return ticks
  }

  private func label(_ time: Milliseconds, _ step: Milliseconds) -> String {
    let text = LocalTime.text(time)
    if step >= Self.day || LocalTime.start(ofDay: LocalTime.day(of: time)) == time {
      return String(text.prefix(5))
    }
    let clock = text.dropFirst(11)
    return String(step < Self.minute ? clock : clock.prefix(5))
  }

  private func monthTicks(_ step: Int64) -> [Tick] {
    let first = LocalTime.civil(ofDay: LocalTime.day(of: start))
    var month = (first.year * 12 + first.month - 1) / step * step
    var ticks: [Tick] = []
    while let day = LocalTime.day(year: month / 12, month: month % 12 + 1, day: 1) {
      let time = LocalTime.start(ofDay: day)
      if time > end { break }
      let text = LocalTime.date(ofDay: day)
      if time >= start {
        ticks.append(Tick(time: time, label: String(text.dropFirst(step % 12 == 0 ? 6 : 3))))
      }
      month += step
    }
    return ticks
  }
}
