// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Whether the readings of a series go forward in time, and how they usually follow each other.
///
/// A reading that is not newer than the newest one says nothing that a detector could take. One
/// wrong instant in the future must not silence the rest of a series for ever, though: when a run
/// of readings goes forward behind the newest one, the clock was set back, and they count again.
struct SeriesOrder {
  enum Place: Equatable {
    /// - Parameter gap: since the reading before, where that is unusually long.
    case next(gap: Milliseconds?)
    /// The same instant as the newest reading.
    case repeated
    /// Before the newest reading.
    case backward
    /// The last of a run behind the newest reading: the clock was set back.
    case setBack
  }

  /// So many readings in a row must go forward behind the newest one.
  static let setBackCount = 10
  /// A gap is longer than so many usual steps.
  static let gapSteps: Milliseconds = 3
  /// The usual step is the median of so many.
  private static let stepCountMax = 31
  private static let stepCountMin = 5

  private(set) var newest: Milliseconds?
  private var behind: Milliseconds?
  private var behindCount = 0
  private var steps: [Milliseconds] = []
  private var nextStep = 0
  private(set) var usualStep: Milliseconds?

  mutating func take(_ time: Milliseconds) -> Place {
    guard let newest else {
      self.newest = time
      return .next(gap: nil)
    }
    guard time > newest else { return takeBehind(time, newest: newest) }
    (behind, behindCount) = (nil, 0)
    let step = time - newest
    self.newest = time
    let isGap = usualStep.map { step > Self.gapSteps * $0 } ?? false
    note(step)
    return .next(gap: isGap ? step : nil)
  }

  private mutating func takeBehind(_ time: Milliseconds, newest: Milliseconds) -> Place {
    if time == newest { return .repeated }
    behindCount = time > behind ?? .min ? behindCount + 1 : 1
    behind = time
    guard behindCount >= Self.setBackCount else { return .backward }
    self.newest = time
    (behind, behindCount) = (nil, 0)
    return .setBack
  }

  private mutating func note(_ step: Milliseconds) {
    if steps.count < Self.stepCountMax {
      steps.append(step)
    } else {
      steps[nextStep] = step
    }
    nextStep = (nextStep + 1) % Self.stepCountMax
    // While there are few each changes the median; later it is looked at once a round.
    guard steps.count >= Self.stepCountMin, nextStep == 0 || steps.count < Self.stepCountMax
    else { return }
    usualStep = steps.sorted()[steps.count / 2]
  }
}
