// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Where a name stands in Vietnamese order, computed once a name: numbers as numbers (Thôn 2 before
/// Thôn 10), upper and lower case as one, letters in the order of the alphabet (Da before Đa), and
/// tones (ngang, huyền, hỏi, ngã, sắc, nặng) only between names that are else the same.
///
/// The weights are those of CLDR's collation for `vi` at its first two levels (UTS #10, UTS #35),
/// which Foundation asks ICU for as well, at ten times the price a comparison. They cover
/// Vietnamese letters, short numbers and common punctuation; a name with anything else is compared
/// by Foundation, in the same order.
struct CollationKey: Comparable, Sendable {
  private let name: String
  /// First level, a zero, second level; nil where a letter has no weight here.
  private let weights: [UInt8]?

  init(_ name: String) {
    self.name = name
    weights = Self.weights(of: name)
  }

  static func < (left: CollationKey, right: CollationKey) -> Bool {
    guard let first = left.weights, let second = right.weights else {
      return byFoundation(left.name, right.name) == .orderedAscending
    }
    return first.lexicographicallyPrecedes(second)
  }

  /// Names that stand at one place need not be the same: Thôn 02 and thôn 2.
  static func == (left: CollationKey, right: CollationKey) -> Bool {
    guard let first = left.weights, let second = right.weights else {
      return byFoundation(left.name, right.name) == .orderedSame
    }
    return first == second
  }

  /// In lower case, since Foundation says of some capitals behind different tones (ưĐ, ữb) that
  /// each stands before the other.
  static func byFoundation(_ left: String, _ right: String) -> ComparisonResult {
    left.lowercased().compare(
      right.lowercased(), options: [.numeric, .caseInsensitive], range: nil, locale: locale)
  }

  private static let locale = Locale(identifier: "vi_VN")

  // MARK: Weights

  private struct Weight {
    /// 0 for what has none.
    var first: UInt8 = 0
    var tone: UInt8 = 0
  }

  private static let punctuation = " _-–—,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$"
  private static let alphabet = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
  /// The vowels, each without a tone and with the five.
  private static let toned = [
    "aàảãáạ", "ăằẳẵắặ", "âầẩẫấậ", "eèẻẽéẹ", "êềểễếệ", "iìỉĩíị", "oòỏõóọ", "ôồổỗốộ", "ơờởỡớợ",
    "uùủũúụ", "ưừửữứự", "yỳỷỹýỵ",
  ]
  private static let digitZero = UInt32(UInt8(ascii: "0"))
  /// Behind all punctuation, before all letters; then the number of digits and the digits, each
  /// one more than it is.
  private static let number: UInt8 = 0x40
  /// A longer number is left to Foundation, which counts no further than 64 bits.
  private static let digitCountMax = 15

  /// By scalar; the dashes are the last that have a weight.
  private static let table: [Weight] = {
    var table = Array(repeating: Weight(), count: 0x2020)
    func set(_ letters: Character, _ weight: Weight) {
      for scalar in letters.unicodeScalars { table[Int(scalar.value)] = weight }
    }
    for (position, mark) in punctuation.enumerated() {
      set(mark, Weight(first: UInt8(position + 1)))
    }
    for (position, letter) in alphabet.enumerated() {
      let first = number + 1 + UInt8(position)
      let forms = toned.first { $0.first == letter }.map(Array.init) ?? [letter]
      for (tone, form) in forms.enumerated() {
        let weight = Weight(first: first, tone: UInt8(tone))
        set(form, weight)
        set(Character(form.uppercased()), weight)
      }
    }
    return table
  }()

  private static func weights(of name: String) -> [UInt8]? {
    if let weights = weightsOfComposed(name) { return weights }
    // Letters and marks apart, as some systems write file names.
    let composed = name.precomposedStringWithCanonicalMapping
    return composed.utf8.elementsEqual(name.utf8) ? nil : weightsOfComposed(composed)
  }

  private static func weightsOfComposed(_ name: String) -> [UInt8]? {
    let table = Self.table
    var first: [UInt8] = []
    var tones: [UInt8] = []
    first.reserveCapacity(2 * name.utf8.count + 4)
    tones.reserveCapacity(name.utf8.count)
    // Where the length of the number that is being read stands.
    var lengthPosition: Int?
    for scalar in name.unicodeScalars {
      let digit = scalar.value &- digitZero
      if digit < 10 {
        if lengthPosition == nil {
          first += [number, 1]
          lengthPosition = first.count - 1
        }
        // Zeros before a number are none of it.
        guard let position = lengthPosition, digit > 0 || first[position] > 1 else { continue }
        guard first[position] <= digitCountMax else { return nil }
        first[position] += 1
        first.append(UInt8(digit) + 1)
        continue
      }
      lengthPosition = nil
      guard scalar.value < table.count else { return nil }
      let weight = table[Int(scalar.value)]
      guard weight.first > 0 else { return nil }
      first.append(weight.first)
      if weight.first > number { tones.append(weight.tone + 1) }
    }
    first.append(0)
    return first + tones
  }
}
