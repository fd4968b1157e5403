// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The figures of one kind's devices on one sealed day, column by column: what reports over weeks
/// and years read in place of a row for each device and day.
///
/// Made from the sealed figures (``SealedFigures``) whenever the day is published, and nothing that
/// they do not say: it may be made anew at any time.
package struct DaySheet: Sendable, Hashable {
  /// One figure of every device.
  package struct Column: Sendable, Hashable {
    package var name: String
    /// Values are millionths of their unit, else whole numbers.
    package var isMillionths: Bool
    /// One for each device; ``absent`` where nothing tells.
    package var values: [Int64]

    package init(name: String, isMillionths: Bool, values: [Int64]) {
      self.name = name
      self.isMillionths = isMillionths
      self.values = values
    }
  }

  /// What one outage took from the day; it may reach beyond it.
  package struct Outage: Sendable, Hashable {
    /// Position among `devices`.
    package var position: Int
    package var interval: Interval
    package var accountable: Milliseconds
    package var downInDay: Milliseconds
    /// The state with the greatest share, a number that its writer chose.
    package var cause: UInt8
    package var isMarked: Bool
    package var isOpen: Bool

    package init(
      position: Int, interval: Interval, accountable: Milliseconds, downInDay: Milliseconds,
      cause: UInt8, isMarked: Bool, isOpen: Bool
    ) {
      self.position = position
      self.interval = interval
      self.accountable = accountable
      self.downInDay = downInDay
      self.cause = cause
      self.isMarked = isMarked
      self.isOpen = isOpen
    }
  }

  /// A stretch of up time in which the service behind a device was not there.
  package struct Failure: Sendable, Hashable {
    /// Position among `devices`.
    package var position: Int
    package var interval: Interval
    /// Seen to hold again at its end.
    package var isRestored: Bool
    /// What failed: positions among `conditions`.
    package var failing: [Int]

    package init(position: Int, interval: Interval, isRestored: Bool, failing: [Int]) {
      self.position = position
      self.interval = interval
      self.isRestored = isRestored
      self.failing = failing
    }
  }

  /// No figure is as low: values are clamped to ±``valueMax``.
  package static let absent = Int64.min
  /// Beyond it a figure is stored as this: 4.6 exabytes a day are no use of a device.
  package static let valueMax = Int64(1) << 62 - 1

  package var kind: String
  /// Registry numbers, ascending.
  package var devices: [Int64]
  package var columns: [Column]
  /// In the order of their devices, then of time.
  package var outages: [Outage]
  /// Each condition that failed, once, in words of its writer.
  package var conditions: [String]
  /// In the order of their devices, then of time.
  package var failures: [Failure]
  /// Ascending positions of the devices whose failures are not kept: only their sum is known.
  package var withoutFailures: [Int]

  package init(
    kind: String, devices: [Int64], columns: [Column], outages: [Outage],
    conditions: [String] = [], failures: [Failure] = [], withoutFailures: [Int] = []
  ) {
    self.kind = kind
    self.devices = devices
    self.columns = columns
    self.outages = outages
    self.conditions = conditions
    self.failures = failures
    self.withoutFailures = withoutFailures
  }
}
