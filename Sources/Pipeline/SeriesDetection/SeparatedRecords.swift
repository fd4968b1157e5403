// SPDX-License-Identifier: Apache-2.0

/// Cuts separated text (RFC 4180, and what spreadsheets make of it) into records while its bytes
/// come, in whatever pieces: the records are the same. Ends of lines are LF, CRLF or CR; blank
/// lines are none; a byte order mark is skipped.
///
/// Holds one record: at most ``recordSizeMax`` bytes.
struct SeparatedRecords {
  /// A longer record is no row of a series: its rest is skipped.
  static let recordSizeMax = 1 << 16
  /// A quoted field that goes on for longer was never meant to: the quote is a character.
  static let quotedLinesMax = 64

  private enum Place { case fieldStart, plain, quoted, behindQuote, skipping }

  /// Told by the first record; until then a comma, a semicolon and a tab all start a field.
  private var separator: UInt8?
  private(set) var line = 1
  private var recordLine = 1
  private var pending: [UInt8] = []
  private var place = Place.fieldStart
  private var isBehindReturn = false
  private var linesInQuotes = 0
  private var markBytes = 0

  init() {}

  /// Bytes held until their record is whole.
  var heldCount: Int { pending.count }

  /// - Parameter record: called with each record that the bytes complete.
  mutating func take(
    _ bytes: some Sequence<UInt8>, _ record: (SeparatedRecord) -> Void
  ) {
    for byte in bytes {
      if line == 1, markBytes >= 0, skipsMark(byte) { continue }
      accept(byte, record)
    }
  }

  /// No more bytes come.
  mutating func finish(_ record: (SeparatedRecord) -> Void) {
    while place == .quoted { readLiterally(record) }
    if !pending.isEmpty || place == .skipping { end(record) }
  }

  /// The UTF-8 byte order mark, which may come in pieces as well.
  private mutating func skipsMark(_ byte: UInt8) -> Bool {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    guard markBytes < mark.count, byte == mark[markBytes] else {
      // What looked like a mark was none: its bytes are text.
      pending += mark[..<max(0, markBytes < mark.count ? markBytes : 0)]
      if markBytes > 0, markBytes < mark.count { place = .plain }
      markBytes = -1
      return false
    }
    markBytes += 1
    if markBytes == mark.count { markBytes = -1 }
    return true
  }

  private mutating func accept(
    _ byte: UInt8, _ record: (SeparatedRecord) -> Void
  ) {
    let followsReturn = isBehindReturn
    isBehindReturn = byte == .carriageReturn
    let endsLine = byte == .lineFeed || byte == .carriageReturn
    // The second half of CRLF.
    if byte == .lineFeed, followsReturn {
      if place == .quoted { pending.append(byte) }
      return
    }
    if endsLine { line += 1 }
    switch place {
    case .quoted:
      pending.append(byte)
      if byte == .quote { place = .behindQuote }
      if endsLine { linesInQuotes += 1 }
      if pending.count >= Self.recordSizeMax || linesInQuotes > Self.quotedLinesMax {
        readLiterally(record)
      }
      return
    case .behindQuote where byte == .quote:
      place = .quoted
    case _ where endsLine:
      return end(record)
    case .skipping:
      return
    case .fieldStart where byte == .quote:
      place = .quoted
    default:
      let isStart = isSeparator(byte) || place == .fieldStart && byte.isBlank
      place = isStart ? .fieldStart : .plain
    }
    pending.append(byte)
    if pending.count >= Self.recordSizeMax { place = .skipping }
  }

  private func isSeparator(_ byte: UInt8) -> Bool {
    if let separator { return byte == separator }
    return byte == .comma || byte == .semicolon || byte == .tab
  }

  private mutating func end(_ record: (SeparatedRecord) -> Void) {
    let found = SeparatedRecord(
      line: recordLine, bytes: pending, isTooLong: place == .skipping)
    begin(at: line)
    hand(found, to: record)
  }

  private mutating func hand(_ found: SeparatedRecord, to record: (SeparatedRecord) -> Void) {
    guard found.bytes.contains(where: { !$0.isBlank }) else { return }
    var found = found
    let separator = separator ?? Self.separator(of: found)
    (self.separator, found.separator) = (separator, separator)
    record(found)
  }

  /// The commonest outside of quotes. Where two are as common, the comma stands in numbers: of
  /// `21/11/2026 08:00;3,5` each field has at most one.
  private static func separator(of record: SeparatedRecord) -> UInt8 {
    var counts: [UInt8: Int] = [:]
    var isQuoted = false
    for byte in record.bytes {
      if byte == .quote, !record.isLiteral { isQuoted.toggle() }
      if !isQuoted { counts[byte, default: 0] += 1 }
    }
    var chosen = UInt8.comma
    for candidate in [UInt8.semicolon, .tab] {
      let count = counts[candidate, default: 0]
      if count > 0, count >= counts[chosen, default: 0] { chosen = candidate }
    }
    return chosen
  }

  private mutating func begin(at line: Int) {
    pending.removeAll(keepingCapacity: true)
    place = .fieldStart
    linesInQuotes = 0
    recordLine = line
  }

  /// The quote never closes: the first line is a record by itself, and what follows is read again.
  /// Each line is read again at most ``quotedLinesMax`` times.
  private mutating func readLiterally(
    _ record: (SeparatedRecord) -> Void
  ) {
    let bytes = pending
    guard let end = bytes.firstIndex(where: { $0 == .lineFeed || $0 == .carriageReturn }) else {
      // One line: too long, or the last.
      place = bytes.count >= Self.recordSizeMax ? .skipping : .plain
      if place == .plain {
        let found = SeparatedRecord(line: recordLine, bytes: bytes, isLiteral: true)
        begin(at: line)
        hand(found, to: record)
      }
      return
    }
    let found = SeparatedRecord(line: recordLine, bytes: Array(bytes[..<end]), isLiteral: true)
    line = recordLine + 1
    begin(at: line)
    let behind = isBehindReturn
    isBehindReturn = bytes[end] == .carriageReturn
    hand(found, to: record)
    for byte in bytes[(end + 1)...] { accept(byte, record) }
    if bytes.count == end + 1 { isBehindReturn = behind }
  }
}
