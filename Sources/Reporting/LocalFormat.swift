// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// Numbers, dates and order of names as people in Viet Nam read them: UTC+7, decimal comma.
struct LocalFormat: Sendable {
  let words: Words
  /// Bounds closer than 0.05 % are the seconds between last reading and end of period: beside
  /// every figure they would hide the bounds that matter. Programs get them all, exactly.
  static let boundsShownFrom: Int64 = 500

  init(words: Words) { self.words = words }

  /// dd/MM/yyyy
  func day(_ instant: Milliseconds) -> String { String(LocalTime.text(instant).prefix(10)) }

  /// dd/MM/yyyy HH:mm:ss
  func instant(_ instant: Milliseconds) -> String { LocalTime.text(instant) }

  /// Whole local days are shown as their first and last day, anything else to the second.
  func period(_ period: Interval) -> String {
    let isWholeDays =
      LocalTime.start(ofDay: LocalTime.day(of: period.start)) == period.start
      && LocalTime.start(ofDay: LocalTime.day(of: period.end)) == period.end
      && period.duration > 0
    guard isWholeDays else {
      return "\(instant(period.start)) \(words.until) \(instant(period.end))"
    }
    let first = day(period.start)
    let last = day(period.end - 1)
    return first == last ? first : "\(first) \(words.until) \(last)"
  }

  /// Hours with two decimals, rounded half up.
  func hours(_ length: Milliseconds) -> String {
    scaled(Int64((Double(length) / 36_000).rounded()), decimals: 2)
  }

  /// h:mm:ss
  func length(_ length: Milliseconds) -> String {
    let seconds = length / 1000
    return "\(seconds / 3600):\(padded(Int(seconds / 60 % 60), 2)):\(padded(Int(seconds % 60), 2))"
  }

  /// Percent with two decimals, rounded down: 100 means that nothing was lost.
  func percent(_ partsPerMillion: Int64) -> String { scaled(partsPerMillion / 100, decimals: 2) }

  /// The ratio, with its bounds when so much was not observed that they matter.
  func availability(_ times: StateTimes) -> String {
    shown(.percent(times.ratio, times.ratioLowest, times.ratioHighest))
  }

  func service(_ service: ServiceTimes?) -> String {
    shown(.percent(service?.ratio, service?.ratioLowest, service?.ratioHighest))
  }

  /// Percent with as many decimals as it has: a target is shown as it was set.
  func exactPercent(_ partsPerMillion: Int64) -> String {
    trimmed(scaled(partsPerMillion, decimals: 4))
  }

  /// Seconds with the milliseconds they have.
  func seconds(_ length: Milliseconds) -> String { trimmed(scaled(length, decimals: 3)) }

  func count(_ count: some BinaryInteger) -> String { grouped(String(count)) }

  /// At most so many decimals (0 to 6), without trailing zeros. Beyond 2^53 as it prints itself.
  func number(_ value: Double, decimals: Int = 2) -> String {
    let scale = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000][decimals] as Double
    guard value.magnitude < 9e15 / scale else { return "\(value)" }
    let text = scaled(Int64((value * scale).rounded()), decimals: decimals)
    return decimals > 0 ? trimmed(text) : text
  }

  /// Without zeros at the end of the decimals.
  private func trimmed(_ decimals: String) -> String {
    var text = decimals
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(words.decimalSeparator) { text.removeLast() }
    return text
  }

  /// Vietnamese collation with numbers as numbers: Thôn 2 before Thôn 10, Da before Đa. Long lists
  /// are sorted by keys made once.
  static func precedes(_ left: String, _ right: String) -> Bool {
    CollationKey(left) < CollationKey(right)
  }

  private func padded(_ number: Int?, _ width: Int) -> String {
    let text = String(number ?? 0)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }

  private func scaled(_ value: Int64, decimals: Int) -> String {
    let digits = Array(String(value.magnitude).utf8)
    let zeros = Array(repeating: UInt8(ascii: "0"), count: max(0, decimals + 1 - digits.count))
    let full = zeros + digits
    var text: [UInt8] = value < 0 ? [UInt8(ascii: "-")] : []
    append(full.dropLast(decimals), to: &text)
    if decimals > 0 {
      text += words.decimalSeparator.utf8
      text += full.suffix(decimals)
    }
    return String(decoding: text, as: UTF8.self)
  }

  private func grouped(_ digits: String) -> String {
    let isNegative = digits.utf8.first == UInt8(ascii: "-")
    var text: [UInt8] = isNegative ? [UInt8(ascii: "-")] : []
    append(Array(digits.utf8)[(isNegative ? 1 : 0)...], to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// A point (or comma) between thousands. Bytes: a report formats numbers by the hundred thousand.
  private func append(_ digits: ArraySlice<UInt8>, to text: inout [UInt8]) {
    for (position, digit) in digits.enumerated() {
      if position > 0, (digits.count - position) % 3 == 0 {
        text += words.thousandsSeparator.utf8
      }
      text.append(digit)
    }
  }
}
