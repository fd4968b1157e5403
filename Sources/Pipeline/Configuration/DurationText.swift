// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Lengths of time as people write them: a whole number and `ms`, `s`, `m`, `h` or `d`.
package enum DurationText {
  /// Ten years: longer is a slip of the keyboard.
  package static let millisecondsMax: Milliseconds = 3_660 * 86_400_000

  static let allowed = "a whole number above zero and ms, s, m, h or d, up to 3660d"

  /// Nil unless `text` is a positive duration up to `millisecondsMax`.
  package static func milliseconds(_ text: String) -> Milliseconds? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let count = Int64(digits), let unit = units[String(text.dropFirst(digits.count))] else {
      return nil
    }
    let (product, overflow) = count.multipliedReportingOverflow(by: unit)
    guard !overflow, product > 0, product <= millisecondsMax else { return nil }
    return product
  }

  /// The shortest exact form, for messages.
  static func text(_ milliseconds: Milliseconds) -> String {
    for (name, unit) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)] as
      [(String, Int64)] where milliseconds % unit == 0
    {
      return "\(milliseconds / unit)\(name)"
    }
    return "\(milliseconds)ms"
  }

  private static let units: [String: Int64] = [
    "ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000,
  ]
}
