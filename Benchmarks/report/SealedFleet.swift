// SPDX-License-Identifier: Apache-2.0

import Foundation
import Storage
import Telemetry

/// Fills a store with sealed days of its devices, as `nhip run` would have left them, and writes
/// the same figures as CSV for the peer.
///
///     ReportBenchmark STORE FIRST-DAY DAYS SEED FOLDER
///
/// A device has three outages in two months, some over midnight; three out of a hundred days have
/// time that nobody observed. Figures of use are those of the shipped profiles, made up.
@main
struct SealedFleet {
  private let store: Store
  private let kinds: [(name: String, devices: [Int64])]
  private var random: Generator
  private let days: FileHandle
  private let outages: FileHandle

  static func main() throws {
    let words = Array(CommandLine.arguments.dropFirst())
    guard words.count == 5, let first = Int64(words[1]), let count = Int64(words[2]),
      let seed = UInt64(words[3])
    else {
      print("usage: ReportBenchmark STORE FIRST-DAY DAYS SEED FOLDER")
      exit(64)
    }
    var fleet = try SealedFleet(path: words[0], seed: seed, folder: words[4])
    try fleet.fill(first..<first + count)
  }

  private init(path: String, seed: UInt64, folder: String) throws {
    store = try Store(path: path, access: .readWrite)
    kinds = Dictionary(grouping: try store.registry().devices) { $0.kind }
      .mapValues { $0.map(\.number).sorted() }.sorted { $0.key < $1.key }
      .map { ($0.key, $0.value) }
    random = Generator(state: seed)
    func file(_ name: String) throws -> FileHandle {
      let path = folder + "/" + name
      guard FileManager.default.createFile(atPath: path, contents: nil),
        let handle = FileHandle(forWritingAtPath: path)
      else { throw CocoaError(.fileWriteUnknown) }
      return handle
    }
    days = try file("days.csv")
    outages = try file("outages.csv")
  }

  private mutating func fill(_ span: Range<Int64>) throws {
    let used = ["used1", "used2", "used3", "peak", "peak_at"]
    try days.write(
      contentsOf: Data(
        ("day,device," + SealedFleet.names.joined(separator: ",") + ","
          + used.joined(separator: ",") + "\n").utf8))
    try outages.write(contentsOf: Data("day,device,start,end,accountable,down\n".utf8))
    var batch = CommitBatch()
    batch.observed = [
      Observation(
        session: 1, start: LocalTime.start(ofDay: span.lowerBound),
        end: LocalTime.start(ofDay: span.upperBound + 8))
    ]
    try store.commit(batch)
    var running: [Int64: DaySheet.Outage] = [:]
    for day in span {
      var sheets: [EncodedDaySheet] = []
      for kind in kinds {
        sheets.append(EncodedDaySheet(try sheet(kind.name, kind.devices, day, &running)))
      }
      _ = try store.publish(
        SealedDay(
          day: day, revision: 1, generation: 1, throughBlock: 0,
          sealedAt: LocalTime.start(ofDay: day + 8), isFinal: true),
        sheets: sheets, cause: "sealed", differences: [])
    }
  }

  static let names = [
    "readings", "up", "no_link", "off", "unknown", "unobserved", "maintenance", "excluded",
    "reboots", "service_held", "service_failed", "service_unknown", "backlog", "wrong_clock",
    "own_clock_wrong", "untimed", "out_of_range", "last_heard",
  ]

  /// The kind's figures of use: three that add and one greatest value.
  private static func usage(_ kind: String) -> [String] {
    switch kind {
    case "wifi-ap": ["download", "upload", "client_minutes", "peak_clients"]
    case "loudspeaker": ["requested", "played", "bulletins", "playing"]
    default: ["a", "b", "c", "d"]
    }
  }

  private mutating func sheet(
    _ kind: String, _ devices: [Int64], _ day: Int64, _ running: inout [Int64: DaySheet.Outage]
  ) throws -> DaySheet {
    let start = LocalTime.start(ofDay: day)
    let end = start + LocalTime.dayLength
    let usage = Self.usage(kind)
    let allNames = Self.names + usage + ["\(usage[3])_at"]
    var columns = allNames.map {
      DaySheet.Column(
        name: $0, isMillionths: $0 == "client_minutes",
        values: Array(repeating: 0, count: devices.count))
    }
    var found: [DaySheet.Outage] = []
    var (dayLines, outageLines) = ("", "")
    for (row, device) in devices.enumerated() {
      var outage = running.removeValue(forKey: device)
      if outage == nil, random.next(below: 20) == 0 {
        let from = start + Milliseconds(random.next(below: 86_400_000))
        let to = from + 60_000 + Milliseconds(random.next(below: 12 * 3_600_000))
        outage = DaySheet.Outage(
          position: row, interval: Interval(start: from, end: to), accountable: to - from,
          downInDay: 0, cause: UInt8(random.next(below: 3)), isMarked: false, isOpen: false)
      }
      var down: Milliseconds = 0
      if var here = outage {
        down = min(here.interval.end, end) - max(here.interval.start, start)
        here.downInDay = down
        found.append(here)
        let numbers = [
          day, device, here.interval.start, here.interval.end, here.accountable, down,
        ]
        outageLines += numbers.map { String($0) }.joined(separator: ",") + "\n"
        if here.interval.end > end { running[device] = here }
      }
      let unobserved =
        random.next(below: 33) == 0
        ? min(Milliseconds(random.next(below: 3_600_000)), LocalTime.dayLength - down) : 0
      let up = LocalTime.dayLength - down - unobserved
      let cause = outage.map { Int($0.cause) }
      let values: [Int64] = [
        up / 60_000, up, cause == 1 ? down : 0, cause == 2 ? down : 0, cause == 0 ? down : 0,
        unobserved, 0, 0, down > 0 && cause == 2 ? 1 : 0, up - up / 50, up / 50, 0,
        Int64(random.next(below: 20) == 0 ? 12 : 0), 0, 0, 0, 0,
        end - 1 - Int64(random.next(below: 60_000)), Int64(random.next(below: 1 << 33)),
        Int64(random.next(below: 1 << 30)), Int64(random.next(below: 1 << 34)),
        Int64(random.next(below: 300)), start + Int64(random.next(below: 86_400_000)),
      ]
      for (column, value) in values.enumerated() { columns[column].values[row] = value }
      dayLines += "\(day),\(device)," + values.map { String($0) }.joined(separator: ",") + "\n"
    }
    try days.write(contentsOf: Data(dayLines.utf8))
    try outages.write(contentsOf: Data(outageLines.utf8))
    return DaySheet(kind: kind, devices: devices, columns: columns, outages: found)
  }
}

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
private struct Generator {
  var state: UInt64

  mutating func next(below bound: UInt64) -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return (value ^ (value >> 31)) % bound
  }
}
