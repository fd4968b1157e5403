// SPDX-License-Identifier: Apache-2.0

import Ingest
import Storage
import Telemetry

/// What the engine remembers of its devices, as bytes: written every few minutes, read at start.
///
/// It comes in parts of some devices each, so that a nation's state is never in memory twice. A
/// part is little-endian 64-bit words: layout, number of devices; for each its registry number, its
/// clock (of the current boot and the one before: its instant, hour and day of its measures, the
/// smallest lags of two days), last heard, marked at, then its condition rules (count; hash of the
/// name, judged at, holds since, opened at), its anomaly rules (count; hash of the name, judged at,
/// total, usual since, whether its alert is open, detector) and its checks (length and bytes of
/// ``CheckBank``).
/// `Int64.min` is none; a detector is its length and its bytes. Rules are found again by the hash
/// of their name, so that a changed profile keeps what still fits. Which alerts are open the store
/// says: what is here says it of the block that the state stands behind.
enum Checkpoint {
  /// Changes when the layout does; a part of another layout is not read.
  private static let layout: Int64 = 5
  /// A part ends with the device that brings it to this: some milliseconds of writing.
  static let partSizeBytes = 1 << 20
  /// Where in a part its number of devices stands.
  private static let countOffset = 8

  /// The state of the devices from a position on, as many as one part takes.
  ///
  /// - Parameter position: in `intake.devices`; afterwards that of the next part's first.
  static func part(
    of intake: Intake, _ judge: AlertJudge, from position: inout Int,
    sizeBytes: Int = partSizeBytes
  ) -> [UInt8] {
    var writer = Writer()
    writer.append(layout)
    writer.append(0)
    let first = position
    while position < intake.devices.count, position == first || writer.bytes.count < sizeBytes {
      let state = intake.states[position]
      let number = intake.devices[position].number
      writer.append(number)
      writer.append(state.current)
      writer.append(state.earlier)
      judge.encode(number, to: &writer)
      position += 1
      // Kinds differ a little; growing step by step would end at twice the size.
      if position == first + 1 { writer.reserve(forMoreThan: sizeBytes) }
    }
    writer.replace(at: countOffset, with: Int64(position - first))
    return writer.bytes
  }

  /// Restores what one part says; devices it does not name keep what they have.
  ///
  /// - Parameter body: called with the judge's position of each device that it names.
  /// - Returns: false if the bytes are no part of this layout.
  static func restore(
    _ bytes: [UInt8], _ intake: Intake, _ judge: inout AlertJudge,
    body: (Int) -> Void = { _ in }
  ) -> Bool {
    var reader = Reader(bytes)
    guard reader.next() == layout, let count = reader.next() else { return false }
    for _ in 0..<max(0, count) {
      guard let number = reader.next(), let current = reader.nextClock(),
        let earlier = reader.nextClock(), judge.restore(number, from: &reader)
      else { return false }
      intake.restore(number, ClockState(current: current, earlier: earlier))
      if let position = judge.positionOfNumber[number] { body(position) }
    }
    return reader.isAtEnd
  }

  /// Writes all of it at once, for who has nothing else to do meanwhile.
  ///
  /// - Parameter afterBlock: the newest block that was judged.
  static func write(
    _ intake: Intake, _ judge: AlertJudge, to store: Store, afterBlock: Int64, at: Milliseconds
  ) throws(StoreError) {
    var writer = try CheckpointWriter(store: store)
    var position = 0
    repeat {
      try writer.append(part(of: intake, judge, from: &position), afterBlock: afterBlock)
    } while position < intake.devices.count
    try writer.finish(at: at)
  }

  struct Writer {
    private(set) var bytes: [UInt8] = []

    /// Room for one more thing of what is in it by then.
    mutating func reserve(forMoreThan sizeBytes: Int) {
      bytes.reserveCapacity(sizeBytes + 2 * bytes.count)
    }

    mutating func replace(at offset: Int, with word: Int64) {
      unsafe withUnsafeBytes(of: word.littleEndian) {
        unsafe bytes.replaceSubrange(offset..<offset + 8, with: $0)
      }
    }

    mutating func append(_ word: Int64) {
      unsafe withUnsafeBytes(of: word.littleEndian) { unsafe bytes.append(contentsOf: $0) }
    }

    mutating func append(_ clock: BootClock) {
      append(clock.bootAt)
      append(Int64(clock.hour))
      append(Int64(clock.day))
      append(clock.today)
      append(clock.before)
    }

    mutating func append(_ content: [UInt8]) {
      append(Int64(content.count))
      bytes += content
    }
  }

  struct Reader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    mutating func next() -> Int64? {
      guard bytes.count - position >= 8 else { return nil }
      defer { position += 8 }
      return unsafe bytes.withUnsafeBytes {
        unsafe Int64(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: Int64.self))
      }
    }

    mutating func nextClock() -> BootClock? {
      guard let bootAt = next(), let hour = next(), let day = next(), let today = next(),
        let before = next()
      else { return nil }
      return BootClock(
        bootAt: bootAt, hour: Int32(clamping: hour), day: Int32(clamping: day), today: today,
        before: before)
    }

    mutating func nextBytes() -> [UInt8]? {
      guard let count = next(), count >= 0, count <= bytes.count - position else { return nil }
      defer { position += Int(count) }
      return Array(bytes[position..<position + Int(count)])
    }
  }
}

extension AlertJudge {
  func encode(_ number: Int64, to writer: inout Checkpoint.Writer) {
    guard let position = positionOfNumber[number] else {
      for word in [Int64.min, .min, 0, 0, 0] { writer.append(word) }
      return
    }
    let plan = plans[planOfDevice[position]]
    writer.append(heardAt[position])
    writer.append(markedAt[position])
    writer.append(Int64(plan.conditions.count))
    for (rule, state) in zip(plan.conditions, conditions(of: position)) {
      writer.append(Self.hash(of: rule.name))
      writer.append(state.judgedAt)
      writer.append(state.holdsSince)
      writer.append(state.openedAt)
    }
    writer.append(Int64(plan.anomalies.count))
    for (index, rule) in plan.anomalies.enumerated() {
      let slot = anomalyStart[position] + index
      let state = anomalyStates[slot]
      writer.append(Self.hash(of: rule.name))
      writer.append(state.judgedAt)
      writer.append(Int64(bitPattern: state.total))
      writer.append(state.usualSince)
      writer.append(state.isOpen ? 1 : 0)
      writer.append(detectors.encoded(slot))
    }
    writer.append(checks.encoded(position))
  }

  /// - Returns: false if the bytes end too early.
  mutating func restore(_ number: Int64, from reader: inout Checkpoint.Reader) -> Bool {
    guard let heard = reader.next(), let marked = reader.next(),
      let conditionCount = reader.next()
    else { return false }
    let position = positionOfNumber[number]
    let plan = position.map { plans[planOfDevice[$0]] }
    if let position, let plan {
      heardAt[position] = heard
      silenceDueAt[position] = heard == .min ? .min : heard + plan.offlineAfter
      markedAt[position] = marked
      if marked != .min { pendingMarks.append(position) }
    }
    for _ in 0..<max(0, conditionCount) {
      guard let hash = reader.next(), let judgedAt = reader.next(),
        let holdsSince = reader.next(), let openedAt = reader.next()
      else { return false }
      guard let position,
        let rule = plan?.conditions.firstIndex(where: { Self.hash(of: $0.name) == hash })
      else { continue }
      conditionStates[conditionStart[position] + rule].judgedAt = judgedAt
      conditionStates[conditionStart[position] + rule].holdsSince = holdsSince
      conditionStates[conditionStart[position] + rule].openedAt = openedAt
    }
    guard let anomalyCount = reader.next() else { return false }
    for _ in 0..<max(0, anomalyCount) {
      guard let hash = reader.next(), let judgedAt = reader.next(), let total = reader.next(),
        let usualSince = reader.next(), let isOpen = reader.next(), let bytes = reader.nextBytes()
      else { return false }
      guard let position,
        let rule = plan?.anomalies.firstIndex(where: { Self.hash(of: $0.name) == hash }),
        detectors.restore(anomalyStart[position] + rule, encoded: bytes)
      else { continue }
      anomalyStates[anomalyStart[position] + rule] = AnomalyStates.State(
        judgedAt: judgedAt, total: UInt64(bitPattern: total), isOpen: isOpen != 0,
        usualSince: usualSince)
    }
    guard let checkBytes = reader.nextBytes() else { return false }
    // What it does not know of them begins anew.
    if let position { checks.restore(position, encoded: checkBytes) }
    return true
  }

  private static func hash(of name: String) -> Int64 {
    let bytes = Array(name.utf8)
    return unsafe bytes.withUnsafeBytes { unsafe Int64(bitPattern: PayloadHash.of($0)) }
  }
}
