// SPDX-License-Identifier: Apache-2.0

import Telemetry
import Yams

/// Reading single values. Values are shown in messages as written, before `${NAME}` is replaced:
/// an environment variable may hold a secret.
extension YAMLNode {
  /// Names, titles and paths; longer is a mistake.
  static let textLengthMax = 4_096

  /// The text of a scalar that is not empty, with `${NAME}` replaced.
  func text(lengthMax: Int = textLengthMax) -> String? {
    guard case .scalar(let scalar) = node else {
      report("expected one value, not a list or mapping")
      return nil
    }
    if scalar.style == .plain, ["", "~", "null", "Null", "NULL"].contains(scalar.string) {
      report("the value is missing")
      return nil
    }
    guard let text = expanded(scalar.string) else { return nil }
    guard !text.isEmpty else {
      report("the value is empty")
      return nil
    }
    guard text.utf8.count <= lengthMax else {
      report("the value is too long", allowed: "at most \(lengthMax) bytes")
      return nil
    }
    return text
  }

  /// A name that `isValid`; `allowed` says the rule in words.
  func text(allowed: String, where isValid: (String) -> Bool) -> String? {
    guard let text = text() else { return nil }
    guard isValid(text) else {
      report("the value does not fit", allowed: allowed)
      return nil
    }
    return text
  }

  /// One of the words of an enumeration.
  func word<Word: RawRepresentable & CaseIterable>(
    _ type: Word.Type
  ) -> Word? where Word.RawValue == String {
    word(from: Dictionary(uniqueKeysWithValues: Word.allCases.map { ($0.rawValue, $0) }))
  }

  func word<Word>(from known: [String: Word]) -> Word? {
    guard let text = text() else { return nil }
    if let word = known[text] { return word }
    let names = known.keys.sorted()
    let suggestion = NearestName.nearest(to: text, in: names)
    report(
      "unknown word" + (suggestion.map { ", did you mean '\($0)'?" } ?? ""),
      allowed: names.joined(separator: ", "))
    return nil
  }

  func integer(in range: ClosedRange<Int>) -> Int? {
    guard let text = plainText(expected: "a whole number") else { return nil }
    guard let value = Int(text), !text.hasPrefix("+") else {
      report("expected a whole number", allowed: "\(range.lowerBound)…\(range.upperBound)")
      return nil
    }
    guard range.contains(value) else {
      report("out of range", allowed: "\(range.lowerBound)…\(range.upperBound)")
      return nil
    }
    return value
  }

  func number() -> Double? {
    guard let text = plainText(expected: "a number") else { return nil }
    guard let value = NumberText.double(text) else {
      report("expected a number", allowed: "digits, with a point for decimals")
      return nil
    }
    return value
  }

  /// - Parameter allowed: the rule in words.
  func number(above lowest: Double, atMost highest: Double, allowed: String) -> Double? {
    guard let number = number() else { return nil }
    guard number > lowest, number <= highest else {
      report("out of range", allowed: allowed)
      return nil
    }
    return number
  }

  func boolean() -> Bool? {
    guard let text = plainText(expected: "true or false") else { return nil }
    switch text {
    case "true": return true
    case "false": return false
    default:
      report("expected true or false", allowed: "true, false")
      return nil
    }
  }

  func duration() -> Milliseconds? {
    guard let text = text() else { return nil }
    if let value = DurationText.milliseconds(text) { return value }
    report("not a duration", allowed: DurationText.allowed)
    return nil
  }

  func duration(in range: ClosedRange<Milliseconds>) -> Milliseconds? {
    guard let length = duration() else { return nil }
    guard range.contains(length) else {
      let ends = [range.lowerBound, range.upperBound].map(DurationText.text)
      report("out of range", allowed: ends.joined(separator: "…"))
      return nil
    }
    return length
  }

  /// Quotes make a text of a number, which is then the wrong type.
  private func plainText(expected: String) -> String? {
    guard let text = text() else { return nil }
    guard case .scalar(let scalar) = node, scalar.style == .plain else {
      report("expected \(expected), not a text in quotes", allowed: expected)
      return nil
    }
    return text
  }

  private func expanded(_ text: String) -> String? {
    guard let expansion = context.expansion else { return text }
    do throws(EnvironmentExpansion.Failure) {
      return try expansion.expand(text)
    } catch {
      switch error {
      case .unclosed:
        report("'${' without its '}'", allowed: "${NAME}, or $${ for a plain ${")
      case .badName(let name):
        report(
          "'\(name)' cannot name an environment variable",
          allowed: "letters, digits and _, not beginning with a digit")
      case .unset(let name):
        report("the environment variable \(name) is not set", allowed: "a value for \(name)")
      }
      return nil
    }
  }
}

/// Decimal numbers as files write them: no hexadecimal, no infinity.
enum NumberText {
  static func double(_ text: String) -> Double? {
    guard text.utf8.allSatisfy(characters.contains), let value = Double(text), value.isFinite
    else { return nil }
    return value
  }

  private static let characters = Array("0123456789+-.eE".utf8)
}
