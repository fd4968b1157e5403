// SPDX-License-Identifier: Apache-2.0

extension LocalFormat {
  /// From here on digits are counted by powers of ten: nobody reads sixteen of them.
  private static let plainMax = 1e12
  private static let plainMin = 1e-4
  private static let superscripts = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")

  /// A measured value of any size with its unit: about four digits that count.
  func measured(_ value: Double, unit: String = "") -> String {
    let shown = words.shown(unit: unit)
    return measured(value) + (shown.isEmpty ? "" : " \(shown)")
  }

  private func measured(_ value: Double) -> String {
    switch value.magnitude {
    case 0: "0"
    case Self.plainMin..<0.1: number(value, decimals: 5)
    case 0.1..<1: number(value, decimals: 4)
    case 1..<100: number(value, decimals: 2)
    case 100..<1_000: number(value, decimals: 1)
    case 1_000..<Self.plainMax: number(value, decimals: 0)
    default: scientific(value)
    }
  }

  /// 1,5·10³⁰⁰; what is not finite prints itself.
  func scientific(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return "\(value)" }
    // Printing is exact and rounds once, which dividing by a power of ten would not.
    let digits = "\(value.magnitude)".split(separator: "e")
    let mantissa = digits[0].split(separator: ".", omittingEmptySubsequences: false)
    let whole = mantissa[0]
    let decimals = mantissa.count > 1 ? mantissa[1] : ""
    let all = Array((whole + decimals).utf8.drop { $0 == UInt8(ascii: "0") })
    let leading = (whole + decimals).utf8.count - all.count
    var exponent = (digits.count > 1 ? Int(digits[1]) ?? 0 : 0) + whole.utf8.count - 1 - leading
    let first = all.prefix(4).reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    let scale = [1, 10, 100, 1_000][min(all.count, 4) - 1]
    let isRoundedUp = all.count > 4 && all[4] >= UInt8(ascii: "5")
    var shown = Double(first + (isRoundedUp ? 1 : 0)) / Double(scale)
    if shown >= 10 {
      shown /= 10
      exponent += 1
    }
    let power = String(exponent.magnitude).utf8.map { Self.superscripts[Int($0) - 48] }
    return (value < 0 ? "-" : "") + number(shown, decimals: 3) + "·10"
      + (exponent < 0 ? "⁻" : "") + String(power)
  }
}
