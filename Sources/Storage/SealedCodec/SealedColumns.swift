// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The order of a sealed day's content: the same walk writes and reads it.
///
/// Column after column, because what came before (event times, other metrics of the row) tells
/// much of what comes next. The first fault ends the walk; only a reader can find one.
struct SealedColumns<Coder: BitCoder> {
  var coder: Coder
  private(set) var fault: BlockError?
  var header = SealedHeader()
  private var surroundings = Surroundings()
  private var count = 0
  private var allRows: [Int] = []
  /// By row, for what depends on which topic a reading came by.
  private var channels: [UInt8] = []
  /// What the texts of this block may still take in memory: repetitive text is coded in so few
  /// bits that the size of the input bounds nothing.
  private var textSizeBytesLeft = UInt64(BlockCodec.plainSizeBytesMax)

  init(_ coder: Coder) { self.coder = coder }

  mutating func code(_ columns: inout ReadingColumns) {
    let size = header.number(UInt64(columns.count), .readingCount, with: &coder)
    let metricCount = header.number(UInt64(columns.metrics.count), .metricCount, with: &coder)
    guard size <= UInt64(BlockLimits.readingCountMax) else {
      return fail("the number of readings")
    }
    guard metricCount == UInt64(columns.metrics.count) else {
      return fail("the number of metrics")
    }
    count = Int(size)
    guard count * columns.metrics.count <= BlockLimits.cellCountMax else {
      return fail("the number of values")
    }
    allRows = Array(0..<count)
    codeFixed(&columns)
    codeTimes(&columns)
    guard fault == nil else { return }
    codeHashes(&columns.payloadHash)
    column(&columns.sentTime, isKnown: false)
    for metric in columns.metrics.indices where fault == nil {
      column(&columns.metrics[metric], isKnown: true)
    }
  }

  mutating func fail(_ what: String) { fault = fault ?? .implausible(what) }

  mutating func spendText(_ length: UInt64) -> Bool {
    let cost = length.addingReportingOverflow(UInt64(MemoryLayout<String>.size))
    guard !cost.overflow, cost.partialValue <= textSizeBytesLeft else { return false }
    textSizeBytesLeft -= cost.partialValue
    return true
  }

  // MARK: What every reading has

  private mutating func codeFixed(_ columns: inout ReadingColumns) {
    integers(&columns.channel, isKnown: true) { UInt64($0.rawValue) } element: {
      UInt8(exactly: $0).flatMap { Channel(rawValue: $0) }
    }
    channels = columns.channel.map(\.rawValue)
    integers(&columns.flags, isKnown: true) { UInt64($0.rawValue) } element: {
      UInt16(exactly: $0).map { ReadingFlags(rawValue: $0) }
    }
    integers(&columns.session, isKnown: false) { UInt64($0) } element: { UInt16(exactly: $0) }
    integers(&columns.packetID, isKnown: false) { UInt64($0) } element: { UInt16(exactly: $0) }
  }

  /// The delay of each message, then its event time, which may keep to a grid or to the instant
  /// at which the message before was through.
  private mutating func codeTimes(_ columns: inout ReadingColumns) {
    var delays = zip(columns.receivedAt, columns.eventTime).map { UInt64(bitPattern: $0 &- $1) }
    sequence(&delays, rows: allRows)
    let knownCount = surroundings.known.count
    surroundings.known.append(KnownColumn(numbers: Self.usual(delays)))
    surroundings.isTime = true
    integers(&columns.eventTime, isKnown: false) { UInt64(bitPattern: $0) } element: {
      Int64(bitPattern: $0)
    }
    surroundings.isTime = false
    surroundings.times = columns.eventTime.map { UInt64(bitPattern: $0) }
    // The delays have had their say: as a column they would only slow the search.
    surroundings.known.removeSubrange(knownCount...)
    guard Coder.isReading, fault == nil else { return }
    columns.receivedAt = zip(columns.eventTime, delays).map { $0 &+ Int64(bitPattern: $1) }
  }

  /// Delays with the median in place of those that tell of a queue somewhere, not of the way.
  private static func usual(_ delays: [UInt64]) -> [UInt64] {
    guard !delays.isEmpty else { return [] }
    let middle = delays.sorted()[delays.count / 2]
    return delays.map { delay in
      let distance = Int64(bitPattern: delay &- middle)
      return distance.magnitude <= Milliseconds.usualDelaySpread ? delay : middle
    }
  }

  /// Either not kept, and then 0, or without any pattern.
  private mutating func codeHashes(_ hashes: inout [UInt64]) {
    var isKept = hashes.map { $0 == 0 ? UInt64(0) : 1 }
    sequence(&isKept, rows: allRows)
    if Coder.isReading { hashes = Array(repeating: 0, count: count) }
    for row in 0..<count where isKept[row] != 0 && !coder.isExhausted {
      hashes[row] = coder.codeEven(hashes[row], count: 64)
    }
  }

  // MARK: Sequences

  private mutating func integers<Element>(
    _ column: inout [Element], isKnown: Bool, _ pattern: (Element) -> UInt64,
    element: (UInt64) -> Element?
  ) {
    var numbers = column.map(pattern)
    sequence(&numbers, rows: allRows)
    if isKnown { surroundings.known.append(KnownColumn(numbers: numbers)) }
    guard Coder.isReading else { return }
    column.reserveCapacity(count)
    for number in numbers {
      guard let element = element(number) else { return fail("a value") }
      column.append(element)
    }
  }

  /// Numbers of the given rows, in whatever form takes the fewest bits.
  mutating func sequence(
    _ numbers: inout [UInt64], rows: [Int], mayBeFresh: Bool = false
  ) {
    if Coder.isReading { numbers = Array(repeating: 0, count: rows.count) }
    guard fault == nil, !rows.isEmpty else { return }
    surroundings.mayBeFresh = mayBeFresh
    var form = SequenceForm()
    if !Coder.isReading {
      form = FormChoice(numbers: numbers, rows: rows, surroundings: surroundings).best().form
    }
    guard
      let form = header.form(form, columnCount: surroundings.known.count, with: &coder)
    else { return fail("the form of a column") }
    form.code(&numbers, rows: rows, surroundings: surroundings, with: &coder)
    if coder.isExhausted { fault = .truncated }
  }

  // MARK: Values

  private mutating func column(_ column: inout ValueColumn, isKnown: Bool) {
    codeTags(&column)
    guard fault == nil else { return }
    if Coder.isReading { column.bits = Array(repeating: 0, count: count) }
    var known = KnownColumn(rowCount: count)
    codeNumbers(&column, known: &known)
    for tag: ValueColumn.Tag in [.flag, .word] {
      let rows = allRows.filter { column.tags[$0] == tag }
      guard !rows.isEmpty else { continue }
      var numbers = rows.map { column.bits[$0] }
      sequence(&numbers, rows: rows, mayBeFresh: tag == .word)
      for (index, row) in rows.enumerated() { column.bits[row] = numbers[index] }
      known.add(numbers, rows: rows)
    }
    codeWords(&column)
    if isKnown {
      known.finish()
      surroundings.known.append(known)
    }
  }

  private mutating func codeTags(_ column: inout ValueColumn) {
    if Coder.isReading { column.tags = Array(repeating: .absent, count: count) }
    guard count > 0 else { return }
    let first = column.tags[0]
    let isUniform = column.tags.allSatisfy { $0 == first }
    if header.choice(isUniform ? 1 : 0, of: 2, .isUniform, with: &coder) != 0 {
      let found = header.choice(Int(first.rawValue), of: Self.tagCount, .tag, with: &coder)
      guard let tag = tag(found) else { return fail("a tag") }
      if Coder.isReading { column.tags = Array(repeating: tag, count: count) }
      return
    }
    // What a topic brings, it usually brings again.
    let tree = IntervalTree(span: UInt32(Self.tagCount))
    let contextCount = Channel.allCases.count * 8
    var models = BitModels(
      count: contextCount * tree.nodeCount,
      adaptation: Adaptation(weight: 0, growth: 1, memory: 255))
    var last = [UInt8](repeating: 7, count: Channel.allCases.count)
    for row in 0..<count where !coder.isExhausted {
      let channel = Int(channels[row])
      let context = channel * 8 + Int(last[channel])
      let found = tree.code(
        UInt32(column.tags[row].rawValue), in: &models, at: context * tree.nodeCount,
        with: &coder)
      last[channel] = UInt8(found)
      guard let tag = tag(Int(found)) else { return fail("a tag") }
      column.tags[row] = tag
    }
  }

  private static var tagCount: Int { Int(ValueColumn.Tag.word.rawValue) + 1 }

  private func tag(_ value: Int) -> ValueColumn.Tag? {
    UInt8(exactly: value).flatMap(ValueColumn.Tag.init)
  }

  /// Whole numbers and decimals share one sequence, scaled alike: devices send 3, then 3.5.
  private mutating func codeNumbers(_ column: inout ValueColumn, known: inout KnownColumn) {
    let rows = allRows.filter {
      switch column.tags[$0] {
      case .integer, .unsigned, .number: true
      case .absent, .flag, .word: false
      }
    }
    guard !rows.isEmpty else { return }
    var scale = NumberScale.whole
    if rows.contains(where: { column.tags[$0] == .number }) {
      let chosen = Coder.isReading ? 0 : NumberScale(fitting: column, rows: rows).code
      scale = NumberScale(
        code: header.choice(chosen, of: NumberScale.codeCount, .exponent, with: &coder))
    }
    var numbers: [UInt64] = []
    if !Coder.isReading {
      numbers = rows.map { scale.scaled(column.bits[$0], column.tags[$0]) }
    }
    sequence(&numbers, rows: rows)
    for (index, row) in rows.enumerated() where Coder.isReading {
      column.bits[row] = scale.bits(numbers[index], column.tags[row])
    }
    known.add(numbers, rows: rows)
  }
}

extension Milliseconds {
  /// Beyond this from the median, a delay says nothing of when the next message leaves.
  fileprivate static let usualDelaySpread = Milliseconds(2_000).magnitude
}
