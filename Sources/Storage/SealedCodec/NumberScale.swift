// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// How the numbers of a column become whole ones: times a power of ten, or as bits.
struct NumberScale {
  static let whole = NumberScale(exponent: 0)

  /// Nil for columns that are no short decimals: their doubles go as bit patterns.
  private let exponent: Int?

  private init(exponent: Int?) { self.exponent = exponent }

  static let codeCount = ScaledDecimals.exponentMax + 2

  /// - Precondition: 0 ... `codeCount` − 1.
  init(code: Int) { exponent = code == 0 ? nil : code - 1 }

  /// The smallest exponent that is exact for every number and leaves room for every integer.
  init(fitting column: ValueColumn, rows: [Int]) {
    let tags = column.tags.map(\.rawValue)
    let number = ValueColumn.Tag.number.rawValue
    guard
      let found = ScaledDecimals.exponent(tags: tags, bits: column.bits, numberTag: number)
    else {
      self.init(exponent: nil)
      return
    }
    let factor = Int64(ScaledDecimals.power(found))
    let fits = rows.allSatisfy { row in
      switch column.tags[row] {
      case .integer:
        !Int64(bitPattern: column.bits[row]).multipliedReportingOverflow(by: factor).overflow
      case .unsigned: found == 0
      default: true
      }
    }
    self.init(exponent: fits ? found : nil)
  }

  var code: Int { exponent.map { $0 + 1 } ?? 0 }

  func scaled(_ bits: UInt64, _ tag: ValueColumn.Tag) -> UInt64 {
    guard let exponent else { return bits }
    let power = ScaledDecimals.power(exponent)
    guard tag == .number else { return bits &* UInt64(power) }
    guard let mantissa = ScaledDecimals.mantissa(of: Double(bitPattern: bits), power: power)
    else { preconditionFailure("an exponent that was exact for the column no longer is") }
    return UInt64(bitPattern: mantissa)
  }

  func bits(_ scaled: UInt64, _ tag: ValueColumn.Tag) -> UInt64 {
    guard let exponent else { return scaled }
    let power = ScaledDecimals.power(exponent)
    if tag == .number { return (Double(Int64(bitPattern: scaled)) / power).bitPattern }
    if exponent == 0 { return scaled }
    return UInt64(bitPattern: Int64(bitPattern: scaled) / Int64(power))
  }
}
