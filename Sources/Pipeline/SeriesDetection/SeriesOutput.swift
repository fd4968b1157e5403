// SPDX-License-Identifier: Apache-2.0

import Analysis

/// The rows that `nhip detect` gives, as CSV (RFC 4180, UTF-8) with a decimal point.
struct SeriesOutput {
  private static let columns = "timestamp,value,novelty,severity,alarm,explanation"

  private var bytes: [UInt8] = []

  var count: Int { bytes.count }

  /// What was written since the last call.
  mutating func taken() -> [UInt8] {
    let taken = bytes
    bytes.removeAll(keepingCapacity: true)
    return taken
  }

  mutating func writeHeader(scores: [String]) {
    bytes += ([Self.columns] + scores).joined(separator: ",").utf8
    bytes.append(.lineFeed)
  }

  /// What was not judged has no novelty and no severity; added scores are 0 then.
  mutating func write(
    _ row: SeriesRow, _ judgement: Judgement?, sentence: String, scores: [Double]
  ) {
    writeText(row.timeText)
    bytes.append(.comma)
    if let value = row.value { bytes += "\(value)".utf8 }
    bytes.append(.comma)
    if let judgement { writeScore(judgement.novelty) }
    bytes.append(.comma)
    if let judgement { writeScore(judgement.severity) }
    bytes.append(.comma)
    bytes.append(UInt8(ascii: judgement?.startsAnomaly == true ? "1" : "0"))
    bytes.append(.comma)
    writeText(Array(sentence.utf8))
    for score in scores {
      bytes.append(.comma)
      writeScore(score)
    }
    bytes.append(.lineFeed)
  }

  private mutating func writeText(_ text: [UInt8]) {
    let isQuoted = text.contains { $0 == .comma || $0 == .quote }
    guard isQuoted else {
      bytes += text
      return
    }
    bytes.append(.quote)
    for byte in text {
      if byte == .quote { bytes.append(.quote) }
      bytes.append(byte)
    }
    bytes.append(.quote)
  }

  /// Six decimals tell apart whatever scores are compared for.
  private mutating func writeScore(_ score: Double) {
    let bounded = score.isFinite ? min(max(score, 0), 1e9) : 0
    let millionths = UInt64((bounded * 1e6).rounded())
    bytes += "\(millionths / 1_000_000)".utf8
    guard millionths % 1_000_000 > 0 else { return }
    var decimals = Array("\(millionths % 1_000_000 + 1_000_000)".utf8.dropFirst())
    while decimals.last == UInt8(ascii: "0") { decimals.removeLast() }
    bytes.append(.point)
    bytes += decimals
  }
}
