// SPDX-License-Identifier: Apache-2.0

import CSimdJSON
import Telemetry

/// Readings of one kind that gather into a batch, column by column in memory of our own.
///
/// Appending to some thirty arrays would ask each of them, for each reading, whether it is shared
/// and has room. Here room is looked at once a reading, and a batch leaves as copies of whole
/// columns. Owned by the engine's thread; grows to the largest batch and keeps that size.
@safe package final class ReadingStage {
  /// What is known of a reading beside its payload's values.
  package struct Envelope: Sendable {
    package var device: Int64
    package var channel: Channel
    package var flags: ReadingFlags
    package var receivedAt: Milliseconds
    package var eventTime: Milliseconds
    package var session: UInt16
    package var packetID: UInt16
    package var payloadHash: UInt64

    package init(
      device: Int64, channel: Channel, flags: ReadingFlags, receivedAt: Milliseconds,
      eventTime: Milliseconds, session: UInt16, packetID: UInt16, payloadHash: UInt64
    ) {
      self.device = device
      self.channel = channel
      self.flags = flags
      self.receivedAt = receivedAt
      self.eventTime = eventTime
      self.session = session
      self.packetID = packetID
      self.payloadHash = payloadHash
    }
  }

  private static let capacityFirst = 64
  /// Between two columns, so that their ends do not all fall into the same lines of a cache.
  private static let gap = 24

  package private(set) var count = 0
  private let empty: ReadingColumns
  private let slotCount: Int
  private var capacity = 0
  private var envelopes: UnsafeMutablePointer<Envelope>
  private var tags: UnsafeMutablePointer<UInt8>
  private var bits: UnsafeMutablePointer<UInt64>
  private var words: [WordTable]

  package init(profile: Profile) {
    empty = ReadingColumns(
      kind: profile.kind, profileVersion: profile.version,
      metricNames: profile.metrics.map(\.name))
    // One more for `ts`.
    slotCount = profile.metrics.count + 1
    words = Array(repeating: WordTable(), count: slotCount)
    unsafe envelopes = .allocate(capacity: 0)
    unsafe tags = .allocate(capacity: 0)
    unsafe bits = .allocate(capacity: 0)
    reserve(Self.capacityFirst)
  }

  deinit {
    unsafe envelopes.deallocate()
    unsafe tags.deallocate()
    unsafe bits.deallocate()
  }

  /// - Parameter values: one a slot: every metric, then `ts`; their tags are those of columns.
  func append(_ envelope: Envelope, _ values: UnsafeMutableBufferPointer<nhip_value>) {
    precondition(values.count == slotCount, "a row has one value for each column")
    if count == capacity { reserve(capacity * 2) }
    unsafe (envelopes + count).initialize(to: envelope)
    let stride = capacity + Self.gap
    var place = count
    for slot in 0..<slotCount {
      let tag = unsafe values[slot].tag
      unsafe tags[place] = tag
      unsafe bits[place] = tag == UInt8(NHIP_VALUE_ABSENT) ? 0 : values[slot].bits
      if tag == UInt8(NHIP_VALUE_TEXT) {
        let text = unsafe UnsafeRawBufferPointer(
          start: values[slot].text, count: Int(values[slot].text_size))
        unsafe bits[place] = UInt64(words[slot].position(of: text))
      }
      place += stride
    }
    count += 1
  }

  /// Hands over what has gathered, and starts anew.
  package func take() -> ReadingColumns {
    var columns = empty
    columns.device = column { $0.device }
    columns.channel = column { $0.channel }
    columns.flags = column { $0.flags }
    columns.receivedAt = column { $0.receivedAt }
    columns.eventTime = column { $0.eventTime }
    columns.session = column { $0.session }
    columns.packetID = column { $0.packetID }
    columns.payloadHash = column { $0.payloadHash }
    columns.sentTime = values(slotCount - 1)
    for slot in 0..<slotCount - 1 { columns.metrics[slot] = values(slot) }
    for slot in words.indices { words[slot].removeAll() }
    count = 0
    return columns
  }

  @inline(__always)
  private func column<Element>(_ field: (Envelope) -> Element) -> [Element] {
    unsafe Array(unsafeUninitializedCapacity: count) { room, size in
      for row in 0..<count {
        unsafe room.initializeElement(at: row, to: field(envelopes[row]))
      }
      size = count
    }
  }

  private func values(_ slot: Int) -> ValueColumn {
    let start = slot * (capacity + Self.gap)
    var column = ValueColumn()
    // A tag lies in memory as the number of its case, which is its raw value.
    let raw = unsafe UnsafeRawPointer(tags + start)
    column.tags = unsafe Array(
      UnsafeBufferPointer(start: raw.assumingMemoryBound(to: ValueColumn.Tag.self), count: count))
    column.bits = unsafe Array(UnsafeBufferPointer(start: bits + start, count: count))
    column.words = words[slot].words
    return column
  }

  private func reserve(_ wanted: Int) {
    let stride = wanted + Self.gap
    let moreEnvelopes = UnsafeMutablePointer<Envelope>.allocate(capacity: wanted)
    let moreTags = UnsafeMutablePointer<UInt8>.allocate(capacity: stride * slotCount)
    let moreBits = UnsafeMutablePointer<UInt64>.allocate(capacity: stride * slotCount)
    unsafe moreEnvelopes.moveInitialize(from: envelopes, count: count)
    for slot in 0..<slotCount {
      let start = slot * (capacity + Self.gap)
      unsafe (moreTags + slot * stride).update(from: tags + start, count: count)
      unsafe (moreBits + slot * stride).update(from: bits + start, count: count)
    }
    unsafe envelopes.deallocate()
    unsafe tags.deallocate()
    unsafe bits.deallocate()
    unsafe (envelopes, tags, bits) = unsafe (moreEnvelopes, moreTags, moreBits)
    capacity = wanted
  }
}
