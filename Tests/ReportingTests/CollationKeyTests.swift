// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import Reporting

@Suite("A collation key")
struct CollationKeyTests {
  private static let pieces =
    [
      "Thôn", "thôn", "Xóm", "Bản", "Ấp", "ấp", "Tổ dân phố", "TỔ", "Nhà văn hóa", "Nhà văn hoá",
      "Cụm loa", "AP", "ap", "d00", "Đồng", "Dong", "Đông", "Hòa", "Hoà", "Hoa", "Hỏa", "Họa",
      "Hóa", "Ỷ", "ỵ", "Ưng", "Ứng", "ơ", "ổ", "Lý", "Lỳ", "w", "z", "F", "J", "",
    ]
    + (0...12).map(String.init) + ["007", "00", "100", "99", "2026", "123456789012345678901234"]
    + " _-–—,;:!?.'’\"“”()[]{}@*/\\&#%`^+<=>|~$".map(String.init)
  private static let vietnamese = Array(
    "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ"
      + "ÀẢÃÁẠĂÂĐÊÔƠƯỲỶỸÝỴ 0129-.(")

  private static func agrees(_ left: String, _ right: String) -> Bool {
    let (first, second) = (CollationKey(left), CollationKey(right))
    // Where Foundation contradicts itself there is nothing to agree with.
    let turned = CollationKey.byFoundation(right, left).rawValue
    guard CollationKey.byFoundation(left, right).rawValue == -turned else { return true }
    return switch CollationKey.byFoundation(left, right) {
    case .orderedAscending: first < second && !(second < first) && first != second
    case .orderedSame: first == second && !(first < second) && !(second < first)
    case .orderedDescending: second < first && !(first < second) && first != second
    }
  }

  @Test("puts names of registries in the order that Foundation puts them in")
  func registries() {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("collation test of registry names: seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    func name() -> String {
      (0..<Int.random(in: 1...5, using: &generator)).map { _ in
        Self.pieces.randomElement(using: &generator) ?? ""
      }.joined(separator: Bool.random(using: &generator) ? " " : "")
    }
    for _ in 0..<20_000 {
      let left = name()
      // Mostly the same, or differences would be found in the first letter.
      let right = Bool.random(using: &generator) ? name() : left + name()
      #expect(Self.agrees(left, right), "'\(left)', '\(right)', seed \(seed)")
    }
  }

  @Test("puts any Vietnamese letters in the order that Foundation puts them in")
  func letters() {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("collation test of letters: seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<20_000 {
      var left: [Character] = []
      for _ in 0..<Int.random(in: 0...7, using: &generator) {
        left.append(Self.vietnamese.randomElement(using: &generator) ?? "a")
      }
      var right = left
      for _ in 0..<Int.random(in: 0...2, using: &generator) where !right.isEmpty {
        let position = Int.random(in: 0..<right.count, using: &generator)
        right[position] = Self.vietnamese.randomElement(using: &generator) ?? "a"
      }
      #expect(
        Self.agrees(String(left), String(right)),
        "'\(String(left))', '\(String(right))', seed \(seed)")
    }
  }

  @Test(
    "leaves what it has no weights for to Foundation, and takes letters with marks apart",
    arguments: ["Ñuñoa", "Kênh № 3", "Thôn ２", "中村", "a\u{301}\u{302}", "Straße", "…", "😀 2"])
  func others(name: String) {
    for other in Self.pieces + ["Kênh № 12", "Thôn 10", name] {
      #expect(Self.agrees(name, other), "'\(name)', '\(other)'")
      let apart = other.decomposedStringWithCanonicalMapping
      #expect(CollationKey(apart) == CollationKey(other))
    }
  }

  @Test("does not contradict itself where Foundation does")
  func capitals() {
    #expect(CollationKey("ữb") < CollationKey("ưĐ"))
    #expect(!(CollationKey("ưĐ") < CollationKey("ữb")))
    #expect(CollationKey("aĐ") > CollationKey("ãb"))
  }

  @Test("of a number longer than can be counted is Foundation's too")
  func longNumbers() {
    let long = String(repeating: "1", count: 300)
    #expect(Self.agrees(long, long + "0"))
    #expect(Self.agrees("2", long))
  }
}
