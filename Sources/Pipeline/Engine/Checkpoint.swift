// SPDX-License-Identifier: Apache-2.0

import Ingest
import Telemetry

/// What the engine remembers of its devices, as bytes: written every few minutes, read at start.
///
/// Little-endian 64-bit words: layout, number of devices; for each its registry number, boot,
/// smallest lag, last heard, marked at, then its condition rules (count; hash of the name, judged
/// at, holds since, opened at) and its anomaly rules (count; hash of the name, judged at,
/// detector).
/// `Int64.min` is none; a detector is its length and its bytes. Rules are found again by the hash
/// of their name, so that a changed profile keeps what still fits. Open alerts are not in it: the
/// store has them.
enum Checkpoint {
  /// Changes when the layout does; a checkpoint of another layout is not read.
  private static let layout: Int64 = 3

  static func encode(_ intake: Intake, _ judge: AlertJudge) -> [UInt8] {
    var writer = Writer()
    writer.append(layout)
    writer.append(Int64(intake.devices.count))
    for (position, device) in intake.devices.enumerated() {
      let state = intake.states[position]
      writer.append(device.number)
      writer.append(state.bootAt ?? .min)
      writer.append(state.lagMin ?? .min)
      judge.encode(device.number, to: &writer)
      // Kinds differ a little; growing step by step would end at twice the size.
      if position == 0 { writer.reserve(times: intake.devices.count) }
    }
    return writer.bytes
  }

  /// Restores what the bytes say; devices they do not name keep what they have.
  ///
  /// - Returns: false if the bytes are no checkpoint of this layout; recovery then reads it all.
  static func restore(_ bytes: [UInt8], _ intake: Intake, _ judge: inout AlertJudge) -> Bool {
    var reader = Reader(bytes)
    guard reader.next() == layout, let count = reader.next() else { return false }
    for _ in 0..<max(0, count) {
      guard let number = reader.next(), let bootAt = reader.next(), let lagMin = reader.next(),
        judge.restore(number, from: &reader)
      else { return false }
      intake.restore(
        number,
        ClockState(
          bootAt: bootAt == .min ? nil : bootAt, lagMin: lagMin == .min ? nil : lagMin))
    }
    return reader.isAtEnd
  }

  struct Writer {
    private(set) var bytes: [UInt8] = []

    mutating func reserve(times count: Int) { bytes.reserveCapacity(bytes.count * count) }

    mutating func append(_ word: Int64) {
      unsafe withUnsafeBytes(of: word.littleEndian) { unsafe bytes.append(contentsOf: $0) }
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
      for word in [Int64.min, .min, 0, 0] { writer.append(word) }
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
    for (rule, state) in zip(plan.anomalies, anomalies(of: position)) {
      writer.append(Self.hash(of: rule.name))
      writer.append(state.judgedAt)
      writer.append(state.detector.encoded())
    }
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
      guard let hash = reader.next(), let judgedAt = reader.next(),
        let bytes = reader.nextBytes()
      else { return false }
      guard let position,
        let rule = plan?.anomalies.firstIndex(where: { Self.hash(of: $0.name) == hash }),
        let detector = GaugeDetector(encoded: bytes)
      else { continue }
      anomalyStates[anomalyStart[position] + rule].judgedAt = judgedAt
      anomalyStates[anomalyStart[position] + rule].detector = detector
    }
    return true
  }

  private static func hash(of name: String) -> Int64 {
    let bytes = Array(name.utf8)
    return unsafe bytes.withUnsafeBytes { unsafe Int64(bitPattern: PayloadHash.of($0)) }
  }
}
