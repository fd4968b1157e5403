// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What a value of the registry was, and from when on it was another.
struct Dated<Value: Sendable>: Sendable {
  /// Ascending; the first has always held.
  private(set) var versions: [(from: Milliseconds, value: Value)]

  init(_ value: Value) { versions = [(.min, value)] }

  /// Later word wins: what was said before of the time from `from` on does not hold any more.
  mutating func set(_ value: Value, from: Milliseconds) {
    versions.removeAll { $0.from >= from && $0.from > .min }
    versions.append((from, value))
  }

  func value(at instant: Milliseconds) -> Value {
    (versions.last { $0.from <= instant } ?? versions[0]).value
  }

  var latest: Value { versions[versions.count - 1].value }

  /// Corrects the newest version, where the registry itself knows better than its history.
  mutating func correctLatest(_ value: Value) {
    versions[versions.count - 1].value = value
  }
}
