// SPDX-License-Identifier: Apache-2.0

import Analysis
import Foundation
import Telemetry

/// Numbers, dates and order of names as people in Viet Nam read them: UTC+7, decimal comma.
struct LocalFormat: Sendable {
  let words: Words
  /// Bounds closer than 0.05 % are the seconds between last reading and end of period: beside
  /// every figure they would hide the bounds that matter. Programs get them all, exactly.
  private static let boundsShownFrom: Int64 = 500
  private static let locale = Locale(identifier: "vi_VN")

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
    joined(availabilityParts(times))
  }

  func service(_ service: ServiceTimes?) -> String { joined(serviceParts(service)) }

  func availabilityParts(_ times: StateTimes) -> (ratio: String, bounds: String?) {
    ratio(times.ratio, times.ratioLowest, times.ratioHighest)
  }

  func serviceParts(_ service: ServiceTimes?) -> (ratio: String, bounds: String?) {
    ratio(service?.ratio, service?.ratioLowest, service?.ratioHighest)
  }

  private func ratio(
    _ ratio: Int64?, _ lowest: Int64?, _ highest: Int64?
  ) -> (ratio: String, bounds: String?) {
    guard let ratio else { return ("–", nil) }
    guard let lowest, let highest, highest - lowest >= Self.boundsShownFrom else {
      return (percent(ratio), nil)
    }
    return (percent(ratio), "(\(percent(lowest))–\(percent(highest)))")
  }

  private func joined(_ parts: (ratio: String, bounds: String?)) -> String {
    parts.bounds.map { "\(parts.ratio) \($0)" } ?? parts.ratio
  }

  /// Percent with as many decimals as it has: a target is shown as it was set.
  func exactPercent(_ partsPerMillion: Int64) -> String {
    trimmed(scaled(partsPerMillion, decimals: 4))
  }

  /// Seconds with the milliseconds they have.
  func seconds(_ length: Milliseconds) -> String { trimmed(scaled(length, decimals: 3)) }

  func longestOutage(_ longest: Milliseconds) -> String {
    longest > 0 ? length(longest) : "–"
  }

  func count(_ count: some BinaryInteger) -> String { grouped(String(count)) }

  /// At most two decimals, without trailing zeros. Beyond 2^53 as the number prints itself.
  func number(_ value: Double) -> String {
    guard value.magnitude < 9e15 / 100 else { return "\(value)" }
    return trimmed(scaled(Int64((value * 100).rounded()), decimals: 2))
  }

  /// Without zeros at the end of the decimals.
  private func trimmed(_ decimals: String) -> String {
    var text = decimals
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(words.decimalSeparator) { text.removeLast() }
    return text
  }

  func amount(_ result: UsageResult) -> String {
    switch result.amount {
    case nil: "–"
    case .whole(let value) where result.figure.divisor == 1: count(value)
    default: result.shown.map(number) ?? "–"
    }
  }

  /// Vietnamese collation with numbers as numbers: Thôn 2 before Thôn 10, Da before Đa.
  static func precedes(_ left: String, _ right: String) -> Bool {
    left.compare(right, options: [.numeric, .caseInsensitive], range: nil, locale: locale)
      == .orderedAscending
  }

  private func padded(_ number: Int?, _ width: Int) -> String {
    let text = String(number ?? 0)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }

  private func scaled(_ value: Int64, decimals: Int) -> String {
    let digits = String(value.magnitude)
    let full = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let sign = value < 0 ? "-" : ""
    return sign + grouped(String(full.dropLast(decimals))) + words.decimalSeparator
      + full.suffix(decimals)
  }

  private func grouped(_ digits: String) -> String {
    let sign = digits.hasPrefix("-") ? "-" : ""
    let bare = Array(digits.drop { $0 == "-" })
    var text = ""
    for (position, digit) in bare.enumerated() {
      if position > 0 && (bare.count - position) % 3 == 0 { text += words.thousandsSeparator }
      text.append(digit)
    }
    return sign + text
  }
}
