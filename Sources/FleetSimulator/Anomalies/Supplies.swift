// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// What a device uses up: SIM data, its battery, paper. A function of time, so that nothing has to
/// be remembered between readings.
struct Supplies: Sendable, Hashable {
  enum Supply: String, Sendable {
    case data = "net_mb_month"
    case battery = "batt_pct"
    case paper = "paper_pct"
  }

  /// The supply runs out at the interval's end, and is renewed half a day later.
  struct Exhaustion: Sendable, Hashable {
    var supply: Supply
    var interval: Interval

    static let renewal: Milliseconds = 12 * 3_600_000
  }

  /// Megabytes that the SIM has for a calendar month.
  static let dataQuota = 6_000.0
  /// Percent at which a battery and a roll of paper count as used up.
  static let batteryLimit = 20.0
  static let paperLimit = 3.0
  private static let batteryFull = 97.0
  /// Usual need: 18 days' rest at the end of the month, a roll's half in a month.
  private static let dataPerDay = 110.0...150.0
  private static let paperPerDay = 1.5...3.0

  private let dailyData: Double
  private let dailyPaper: Double
  private let paperPhase: Double
  var exhaustion: Exhaustion?

  init(random: inout RandomStream) {
    dailyData = random.uniform(in: Self.dataPerDay)
    dailyPaper = random.uniform(in: Self.paperPerDay)
    paperPhase = random.uniform(in: 0...50)
  }

  func level(_ supply: Supply, at instant: Milliseconds) -> Double {
    guard let exhaustion, exhaustion.supply == supply, exhaustion.interval.start <= instant,
      instant < exhaustion.interval.end + Exhaustion.renewal
    else { return usual(supply, at: instant) }
    let before = usual(supply, at: exhaustion.interval.start)
    let share =
      Double(instant - exhaustion.interval.start) / Double(exhaustion.interval.duration)
    switch supply {
    case .data: return min(Self.dataQuota, before + (Self.dataQuota - before) * share)
    case .battery: return max(5, before + (Self.batteryLimit - before) * share)
    case .paper: return max(0, before + (Self.paperLimit - before) * share)
    }
  }

  private func usual(_ supply: Supply, at instant: Milliseconds) -> Double {
    switch supply {
    case .data:
      let elapsed = instant - Self.monthStart(of: instant)
      return dailyData * Double(elapsed) / Double(dayLength)
    case .battery: return Self.batteryFull
    case .paper:
      let used = dailyPaper * Double(instant) / Double(dayLength) + paperPhase
      return 100 - used.truncatingRemainder(dividingBy: 50)
    }
  }

  /// SIM contracts of the fleet begin anew on the first of a month.
  static func monthStart(of instant: Milliseconds) -> Milliseconds {
    let day = localDay(of: instant)
    return LocalTime.start(ofDay: day - LocalTime.civil(ofDay: day).day + 1)
  }
}
