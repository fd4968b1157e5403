// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// Writes every stored reading as one line of NDJSON: those of sealed days once, those of hot
/// blocks exactly as often as they are stored.
package enum ReadingExport {
  /// `{"topic":…,"ts":…,"received_at":…,"event_time":…,"flags":[…],"fields":{…}}`: sealed days by
  /// device and event time, then hot blocks in the order of storing. `ts` is as sent and absent if
  /// it was; the other times are UTC milliseconds.
  ///
  /// - Parameter progress: called once a block with the share of the store read, 0 to 1.
  package static func write(
    store: Store, progress: (Double) -> Void = { _ in }, to output: (String) -> Void
  ) throws {
    let devices = Dictionary(
      uniqueKeysWithValues: try store.registry().devices.map { ($0.number, $0) })
    let sealed = try store.sealedDays()
    for (position, day) in sealed.enumerated() {
      progress(0.5 * Double(position) / Double(sealed.count))
      try store.forEachSealedBlock(of: day) { block in
        for row in block.ownRows {
          output(line(block.readings, row, device: devices[block.device]))
        }
      }
    }
    let throughBlock = Dictionary(uniqueKeysWithValues: sealed.map { ($0.day, $0.throughBlock) })
    let newest = try store.lastBlock()
    try store.forEachBlock(eventTimeFrom: nil, to: nil, afterBlock: 0) { id, block in
      progress(0.5 + 0.5 * Double(id) / Double(max(1, newest)))
      for row in 0..<block.count {
        // What came for a sealed day since it was sealed waits for a revision, and stands here.
        let isSealed = throughBlock[LocalTime.day(of: block.eventTime[row])].map { id <= $0 }
        if isSealed != true { output(line(block, row, device: devices[block.device[row]])) }
      }
    }
  }

  static func line(_ block: ReadingColumns, _ row: Int, device: Device?) -> String {
    let topic = Topic.path(
      commune: device?.commune ?? "", kind: block.kind, device: device?.id ?? "",
      channel: block.channel[row])
    var parts = ["\"topic\":\(quoted(topic))"]
    if let sent = text(block.sentTime[row]) { parts.append("\"ts\":\(sent)") }
    parts.append("\"received_at\":\(block.receivedAt[row])")
    parts.append("\"event_time\":\(block.eventTime[row])")
    parts.append("\"flags\":[\(names(block.flags[row]).map(quoted).joined(separator: ","))]")
    let fields = block.metricNames.indices.compactMap { column in
      text(block.metrics[column][row]).map { "\(quoted(block.metricNames[column])):\($0)" }
    }
    parts.append("\"fields\":{\(fields.joined(separator: ","))}")
    return "{\(parts.joined(separator: ","))}"
  }

  private static func names(_ flags: ReadingFlags) -> [String] {
    let all: [(ReadingFlags, String)] = [
      (.retained, "retained"), (.redelivered, "redelivered"), (.resumed, "resumed"),
      (.backlog, "backlog"), (.untimed, "untimed"), (.clockWrong, "clock_wrong"),
      (.outOfRange, "out_of_range"), (.offlineMark, "offline_mark"),
      (.receivedAtWrong, "received_at_wrong"), (.clockShifted, "clock_shifted"),
    ]
    return all.filter { flags.contains($0.0) }.map(\.1)
  }

  /// A value as JSON; nil for an absent one.
  package static func text(_ value: Value) -> String? {
    switch value {
    case .absent: nil
    case .integer(let value): String(value)
    case .unsigned(let value): String(value)
    case .number(let value): value.isFinite ? "\(value)" : "null"
    case .flag(let value): value ? "true" : "false"
    case .word(let value): quoted(value)
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
