// SPDX-License-Identifier: Apache-2.0

/// Which of a device's topics a message came by.
package enum Channel: UInt8, Sendable, CaseIterable {
  case telemetry = 0
  case state = 1
  case backlog = 2
  case event = 3

  package init?(name: some StringProtocol) {
    guard let channel = Channel.allCases.first(where: { $0.name == name }) else { return nil }
    self = channel
  }

  package var name: String {
    switch self {
    case .telemetry: "telemetry"
    case .state: "state"
    case .backlog: "backlog"
    case .event: "event"
    }
  }
}

/// What else is known of one reading.
package struct ReadingFlags: OptionSet, Sendable, Hashable {
  package let rawValue: UInt16
  package init(rawValue: UInt16) { self.rawValue = rawValue }

  /// A retained copy sent at subscribe: tells a state, is not a heartbeat.
  package static let retained = ReadingFlags(rawValue: 1 << 0)
  /// The broker marked it as possibly delivered before.
  package static let redelivered = ReadingFlags(rawValue: 1 << 1)
  /// Drained from a session that the broker had kept for us.
  package static let resumed = ReadingFlags(rawValue: 1 << 2)
  /// The device kept it while cut off: counts for usage and `powered`, not for `heard`.
  package static let backlog = ReadingFlags(rawValue: 1 << 3)
  /// It carried no `ts`; the event time is the receive time.
  package static let untimed = ReadingFlags(rawValue: 1 << 4)
  /// Its clock is wrong and not trusted; the event time was corrected.
  package static let clockWrong = ReadingFlags(rawValue: 1 << 5)
  /// At least one value stood outside its metric's range.
  package static let outOfRange = ReadingFlags(rawValue: 1 << 6)
  /// `online: false`: a presence mark, usually the will; has no time of its own.
  package static let offlineMark = ReadingFlags(rawValue: 1 << 7)
  /// The machine's own clock was wrong, or in doubt, when it was received: `receivedAt` was told by
  /// the machine's running time or by what most devices say, and the device's time stands.
  package static let receivedAtWrong = ReadingFlags(rawValue: 1 << 8)
  /// Its clock is off by some seconds or minutes, too little to be called wrong: the event time was
  /// corrected by what is known of it, and its `ts` tells it from its fellows as well as before.
  package static let clockShifted = ReadingFlags(rawValue: 1 << 9)
}

/// One value as the device sent it.
package enum Value: Sendable, Hashable {
  case absent
  case integer(Int64)
  /// A counter above `Int64.max`.
  case unsigned(UInt64)
  case number(Double)
  case flag(Bool)
  case word(String)

  /// The value as a number: flags are 0 and 1, words and absent values have none.
  package var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .unsigned(let value): Double(value)
    case .number(let value): value
    case .flag(let value): value ? 1 : 0
    case .absent, .word: nil
    }
  }
}

/// A column of values of one metric. A mixed column is legal: devices send 3, then 3.5.
package struct ValueColumn: Sendable, Hashable {
  /// How to read `bits` at the same position.
  package enum Tag: UInt8, Sendable {
    case absent = 0
    /// `bits` is an Int64.
    case integer = 1
    /// `bits` is a UInt64.
    case unsigned = 2
    /// `bits` is the bit pattern of a Double.
    case number = 3
    /// `bits` is 0 or 1.
    case flag = 4
    /// `bits` is an index into `words`.
    case word = 5
  }

  package var tags: [Tag] = []
  package var bits: [UInt64] = []
  /// Each different word once, in order of first appearance.
  package var words: [String] = []

  package init() {}

  package var count: Int { tags.count }

  package subscript(row: Int) -> Value {
    switch tags[row] {
    case .absent: .absent
    case .integer: .integer(Int64(bitPattern: bits[row]))
    case .unsigned: .unsigned(bits[row])
    case .number: .number(Double(bitPattern: bits[row]))
    case .flag: .flag(bits[row] != 0)
    case .word: .word(words[Int(bits[row])])
    }
  }

  package mutating func append(_ value: Value) {
    switch value {
    case .absent: append(tag: .absent, bits: 0)
    case .integer(let value): append(tag: .integer, bits: UInt64(bitPattern: value))
    case .unsigned(let value): append(tag: .unsigned, bits: value)
    case .number(let value): append(tag: .number, bits: value.bitPattern)
    case .flag(let value): append(tag: .flag, bits: value ? 1 : 0)
    case .word(let value): append(tag: .word, bits: UInt64(position(of: value)))
    }
  }

  package mutating func append(tag: Tag, bits value: UInt64) {
    tags.append(tag)
    bits.append(value)
  }

  /// Appends one row of another column.
  package mutating func append(_ row: Int, of other: ValueColumn) {
    if other.tags[row] == .word {
      append(other[row])
    } else {
      append(tag: other.tags[row], bits: other.bits[row])
    }
  }

  /// Linear, because a batch sees few different words (states, versions, programmes).
  private mutating func position(of word: String) -> Int {
    // Equal texts may differ in bytes (an accent of its own, or none), and bytes are what is kept.
    let found = words.firstIndex { $0 == word && $0.utf8.elementsEqual(word.utf8) }
    if let found { return found }
    words.append(word)
    return words.count - 1
  }

  package mutating func removeAll() {
    tags.removeAll(keepingCapacity: true)
    bits.removeAll(keepingCapacity: true)
    words.removeAll(keepingCapacity: true)
  }
}

/// A batch of readings of one kind, as columns in arrival order. All columns have `count` rows.
package struct ReadingColumns: Sendable, Hashable {
  package let kind: String
  package let profileVersion: Int
  /// Names of `metrics`, in column order; stored with the block so that it explains itself.
  package let metricNames: [String]

  /// Registry numbers.
  package var device: [Int64] = []
  package var channel: [Channel] = []
  package var flags: [ReadingFlags] = []
  package var receivedAt: [Milliseconds] = []
  package var eventTime: [Milliseconds] = []
  /// `ts` exactly as sent: absent, a number, or the RFC 3339 text.
  package var sentTime = ValueColumn()
  /// Which MQTT session brought it (0 for replay).
  package var session: [UInt16] = []
  package var packetID: [UInt16] = []
  package var payloadHash: [UInt64] = []
  package var metrics: [ValueColumn]

  package init(kind: String, profileVersion: Int, metricNames: [String]) {
    self.kind = kind
    self.profileVersion = profileVersion
    self.metricNames = metricNames
    metrics = Array(repeating: ValueColumn(), count: metricNames.count)
  }

  package var count: Int { device.count }

  package mutating func removeAll() {
    device.removeAll(keepingCapacity: true)
    channel.removeAll(keepingCapacity: true)
    flags.removeAll(keepingCapacity: true)
    receivedAt.removeAll(keepingCapacity: true)
    eventTime.removeAll(keepingCapacity: true)
    sentTime.removeAll()
    session.removeAll(keepingCapacity: true)
    packetID.removeAll(keepingCapacity: true)
    payloadHash.removeAll(keepingCapacity: true)
    for column in metrics.indices { metrics[column].removeAll() }
  }
}
