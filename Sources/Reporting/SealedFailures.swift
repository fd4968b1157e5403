// SPDX-License-Identifier: Apache-2.0

import Analysis
import Storage
import Telemetry

/// One device's failures of service of a sealed day as text: what stays when retention has deleted
/// the readings that told of them.
///
/// `OFFSET:LENGTH:MARK:CONDITIONS`, separated by spaces: milliseconds from the day's start, `r` if
/// service was seen to be back at the end or `-`, and the conditions that failed, with commas
/// between them. A condition is `metric~==~n1.0`, or with a word `metric~!=~wsynced`; letters that
/// would be taken for signs of this form are written as `%` and two hexadecimal digits.
enum SealedFailures {
  /// - Parameter failures: of one local day.
  static func text(of failures: [ServiceFailure], day: Int64) -> String {
    let start = LocalTime.start(ofDay: day)
    return failures.map { failure in
      let times = "\(failure.interval.start - start):\(failure.interval.duration)"
      let conditions = failure.failing.map(text(of:)).joined(separator: ",")
      return "\(times):\(failure.isRestored ? "r" : "-"):\(conditions)"
    }.joined(separator: " ")
  }

  /// - Returns: nil if nothing was kept, or it is not what ``text(of:day:)`` writes.
  static func failures(_ text: String?, day: Int64) -> [ServiceFailure]? {
    guard let text else { return nil }
    let interval = SealedDay.interval(ofDay: day)
    var failures: [ServiceFailure] = []
    for word in text.split(separator: " ") {
      let fields = word.split(separator: ":", omittingEmptySubsequences: false)
      guard fields.count == 4, let offset = Milliseconds(fields[0]),
        let length = Milliseconds(fields[1]), offset >= 0, length > 0,
        length <= interval.duration - offset, ["r", "-"].contains(fields[2])
      else { return nil }
      let failing = fields[3].split(separator: ",").map { condition(String($0)) }
      let start = interval.start + offset
      guard !failing.contains(nil), failures.last.map({ $0.interval.end <= start }) ?? true else {
        return nil
      }
      failures.append(
        ServiceFailure(
          interval: Interval(start: start, end: start + length),
          failing: failing.compactMap(\.self), isRestored: fields[2] == "r"))
    }
    return failures
  }

  static func text(of condition: Condition) -> String {
    let constant =
      switch condition.constant {
      case .number(let number): "n\(number)"
      case .word(let word): "w\(escaped(word))"
      }
    return "\(escaped(condition.metric))~\(condition.comparison.rawValue)~\(constant)"
  }

  static func condition(_ text: String) -> Condition? {
    let parts = text.split(separator: "~", omittingEmptySubsequences: false)
    guard parts.count == 3, let comparison = Condition.Comparison(rawValue: String(parts[1])),
      let metric = unescaped(parts[0]), let mark = parts[2].first
    else { return nil }
    let rest = parts[2].dropFirst()
    switch mark {
    case "n":
      guard let number = Double(rest) else { return nil }
      return Condition(metric: metric, comparison: comparison, constant: .number(number))
    case "w":
      guard let word = unescaped(rest) else { return nil }
      return Condition(metric: metric, comparison: comparison, constant: .word(word))
    default: return nil
    }
  }

  private static let hexadecimal = Array("0123456789abcdef".utf8)

  private static func escaped(_ word: String) -> String {
    var bytes: [UInt8] = []
    for byte in word.utf8 {
      if byte <= 0x20 || byte == 0x7F || "%:,~".utf8.contains(byte) {
        bytes += [UInt8(ascii: "%"), hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)]]
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func unescaped(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      guard rest.count >= 2, let value = UInt8(digits, radix: 16)
      else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
