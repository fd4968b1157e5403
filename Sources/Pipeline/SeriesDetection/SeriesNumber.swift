// SPDX-License-Identifier: Apache-2.0

/// What stands where a series has its values.
enum SeriesNumber: Equatable {
  case value(Double)
  /// Nothing, or a word for it: NA, null, -.
  case missing
  /// NaN, an infinity, or a number beyond a double.
  case notFinite
  case unreadable

  private static let missingWords: Set<String> = [
    "", "na", "n/a", "#n/a", "null", "none", "-", "--",
  ]
  private static let notFiniteWords: Set<String> = ["nan", "inf", "infinity"]
  /// A longer text is no number.
  private static let sizeBytesMax = 400

  /// - Parameter separator: of the columns; where it is no comma, a comma is the decimal one.
  init(_ text: [UInt8], separator: UInt8) {
    guard text.count <= Self.sizeBytesMax else {
      self = .unreadable
      return
    }
    if text.allSatisfy(Self.isOfPlainNumber), let number = Self.plain(text) {
      self = number
      return
    }
    var word = String(decoding: text, as: UTF8.self).lowercased()
    if Self.missingWords.contains(word) {
      self = .missing
      return
    }
    if word.hasPrefix("+") || word.hasPrefix("-") { word.removeFirst() }
    if Self.notFiniteWords.contains(word) {
      self = .notFinite
      return
    }
    self = Self.grouped(text, separator: separator).flatMap(Self.plain) ?? .unreadable
  }

  private static func isOfPlainNumber(_ byte: UInt8) -> Bool {
    byte.isDigit || byte == .point || byte == .minus || byte == UInt8(ascii: "+")
      || byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E")
  }

  private static func plain(_ text: [UInt8]) -> SeriesNumber? {
    guard text.allSatisfy(isOfPlainNumber), text.contains(where: \.isDigit),
      let number = Double(String(decoding: text, as: UTF8.self))
    else { return nil }
    return number.isFinite ? .value(number) : .notFinite
  }

  /// Numbers with a comma, or with marks between thousands, with a decimal point alone.
  ///
  /// `3,5` and `1.234,5` have a decimal comma, `1,234.5` and `1.234.567` have groups. `1,234` is a
  /// group of thousands where commas part the columns, as English spreadsheets quote it, and a
  /// decimal comma elsewhere.
  private static func grouped(_ text: [UInt8], separator: UInt8) -> [UInt8]? {
    let (commas, points) = (text.count { $0 == .comma }, text.count { $0 == .point })
    let lastComma = text.lastIndex(of: .comma) ?? -1
    let lastPoint = text.lastIndex(of: .point) ?? -1
    let isDecimalComma: Bool
    if commas > 0, points > 0 {
      isDecimalComma = lastComma > lastPoint
    } else if commas == 1 {
      isDecimalComma = separator != .comma || !areThousands(text, .comma)
    } else {
      isDecimalComma = commas == 0
    }
    let (decimal, group) = isDecimalComma ? (UInt8.comma, UInt8.point) : (.point, .comma)
    guard text.count(where: { $0 == decimal }) <= 1, areThousands(text, group) else { return nil }
    return text.compactMap { $0 == group ? nil : $0 == decimal ? .point : $0 }
  }

  /// Every mark has one to three digits before it, and exactly three behind it.
  private static func areThousands(_ text: [UInt8], _ mark: UInt8) -> Bool {
    let end = text.firstIndex { $0 == (mark == .comma ? .point : .comma) } ?? text.endIndex
    let whole = text[..<end].drop { $0 == .minus || $0 == UInt8(ascii: "+") }
    guard !text[end...].contains(mark) else { return false }
    let groups = whole.split(separator: mark, omittingEmptySubsequences: false)
    guard groups.count > 1 else { return true }
    return (1...3).contains(groups[0].count)
      && groups.allSatisfy { $0.allSatisfy(\.isDigit) }
      && groups.dropFirst().allSatisfy { $0.count == 3 }
  }
}
