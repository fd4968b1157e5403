// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What the engine must remember of one device's clock between two of its readings: the boot that
/// runs and the one before, of which late messages may still come.
///
/// A value of 64 bytes a device, whatever it sends; owned by the engine's thread.
struct ClockState: Sendable, Equatable {
  var current = BootClock()
  var earlier = BootClock()

  /// A boot is a new one when its instant moves by more than this; less is rounding.
  static let bootTolerance: Milliseconds = 10_000
  /// A clock further off than this is wrong.
  static let clockTolerance: Milliseconds = 300_000
  /// A clock that is off by less is corrected by whole steps of this towards its truth, so that
  /// what merely took a while on its way leaves `ts` as it is. Less than half of the shortest
  /// report interval, so that readings keep their order; less than `bootTolerance` by a second of
  /// rounding and more, so that no boot is seen where a step is made.
  static let correctionStep: Milliseconds = 5_000
  /// A clock may lose as much in an hour (144 s a day; a crystal loses up to 17): what was measured
  /// `n` hours ago says that it is behind by at most `n` times this more.
  static let lossPerHour: Milliseconds = 6_000
  /// A `ts` this far in the past is late; an older one is no time at all.
  static let lateness: Milliseconds = 7 * 86_400_000

  /// Hours since 1970, which is what the measures of a clock are kept by.
  static func hour(of instant: Milliseconds) -> Int64 {
    let hour = instant / LocalTime.hourLength
    // Rounded down, also before 1970.
    return instant % LocalTime.hourLength < 0 ? hour - 1 : hour
  }

  /// Our own clock may tell another time than when this was measured: what lies within the
  /// tolerance may be our error as well as theirs. What is more is theirs.
  mutating func forgetSmall() {
    if Self.isSmall(current) { current.forget() }
    if Self.isSmall(earlier) { earlier.forget() }
  }

  private static func isSmall(_ clock: BootClock) -> Bool {
    clock.lagMin.map { abs($0) <= clockTolerance } ?? false
  }
}

/// How far one device's clock is behind, at most, in one boot: the smallest (receive − `ts`), as of
/// when it was measured.
///
/// A measure binds later ones by what a clock may lose meanwhile (`ClockState.lossPerHour`): who
/// lags by no more tells of the clock, who lags by more is late. Kept are the smallest of two local
/// days, the newest on which it was measured and the one before on which it was. So a message that
/// took hours is late as long as a punctual one is remembered, however long the silence between
/// them was; and what is late for two days is a clock.
struct BootClock: Sendable, Equatable {
  /// When it began, by the device's own clock; `.min` while it has not told `up`.
  var bootAt: Milliseconds = .min
  /// The hour of the smallest measure, and the newest day on which it was measured.
  private(set) var hour: Int32 = 0
  private(set) var day: Int32 = none
  /// The smallest of that day and of the measured day before it, as they would stand at hour 0;
  /// `.max` is none.
  private(set) var today: Milliseconds = .max
  private(set) var before: Milliseconds = .max

  private static let none = Int32.min

  init(bootAt: Milliseconds = .min) { self.bootAt = bootAt }

  /// As a checkpoint keeps it.
  init(bootAt: Milliseconds, hour: Int32, day: Int32, today: Milliseconds, before: Milliseconds) {
    self.bootAt = bootAt
    (self.hour, self.day, self.today, self.before) = (hour, day, today, before)
  }

  /// The smallest lag, as of when it was measured; nil if it never was.
  var lagMin: Milliseconds? {
    let least = min(today, before)
    return least == .max ? nil : least + ClockState.lossPerHour * Int64(hour)
  }

  /// Takes a lag that nobody added to on purpose.
  mutating func measure(lag: Milliseconds, receivedAt: Milliseconds) {
    let now = Int32(clamping: ClockState.hour(of: receivedAt))
    let nowDay = Int32(clamping: LocalTime.day(of: receivedAt))
    // Two days back: that is no disorder of receipt, but another file or another time of ours.
    if day == Self.none || nowDay < day - 2 {
      forget()
      (hour, day) = (now, nowDay)
    }
    let known = min(today, before)
    let level = lag - ClockState.lossPerHour * Int64(max(now, hour))
    if nowDay > day {
      (before, today, day) = (today, level, nowDay)
    } else {
      today = min(today, level)
    }
    if min(today, before) != known { hour = max(now, hour) }
  }

  /// What was measured; the boot stays.
  mutating func forget() { (hour, day, today, before) = (0, Self.none, .max, .max) }
}
