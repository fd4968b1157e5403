// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// A number as people read it in one of the two languages, in at most fifteen or so characters
/// whatever it is.
struct AlertNumber {
  let decimalSeparator: String
  let thousandsSeparator: String

  static let vietnamese = AlertNumber(decimalSeparator: ",", thousandsSeparator: ".")
  static let english = AlertNumber(decimalSeparator: ".", thousandsSeparator: ",")

  /// From here on digits say nothing any more.
  private static let largest = 1e12
  private static let smallest = 1e-6

  /// Two decimals, below 1 three digits that count; without zeros at the end.
  func text(_ number: Double) -> String {
    let magnitude = number.magnitude
    if magnitude == 0 || number.isNaN { return "0" }
    guard magnitude < Self.largest, magnitude >= Self.smallest else { return scientific(number) }
    var (scale, decimals) = (100.0, 2)
    while magnitude < 1, magnitude * scale < 100, decimals < 8 {
      scale *= 10
      decimals += 1
    }
    return fixed(Int64((magnitude * scale).rounded()), decimals, isNegative: number < 0)
  }

  func count(_ count: Int) -> String { fixed(Int64(count), 0, isNegative: false) }

  private func fixed(_ scaled: Int64, _ decimals: Int, isNegative: Bool) -> String {
    let digits = String(scaled)
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    var fraction = padded.suffix(decimals)
    while fraction.last == "0" { fraction.removeLast() }
    let whole = grouped(padded.dropLast(decimals))
    let sign = isNegative && scaled != 0 ? "-" : ""
    return sign + whole + (fraction.isEmpty ? "" : decimalSeparator + fraction)
  }

  private func grouped(_ digits: Substring) -> String {
    var text = ""
    for (position, digit) in digits.enumerated() {
      if position > 0, (digits.count - position) % 3 == 0 { text += thousandsSeparator }
      text.append(digit)
    }
    return text
  }

  /// 1,8×10^308
  private func scientific(_ number: Double) -> String {
    guard number.isFinite else { return number < 0 ? "-∞" : "∞" }
    var (mantissa, exponent) = (number.magnitude, 0)
    // Denormals first: they have no room for a power of ten beside them.
    while mantissa < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    while mantissa >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    let tenths = fixed(Int64((mantissa * 10).rounded()), 1, isNegative: number < 0)
    return "\(tenths)×10^\(exponent)"
  }
}
