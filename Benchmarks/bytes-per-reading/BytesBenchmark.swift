// SPDX-License-Identifier: Apache-2.0

import Foundation
import Storage
import Telemetry

/// Seals made-up days, or those of a store, and says how many bytes a reading takes.
///
///     BytesBenchmark set VARIANT DEVICES MINUTES SEED [FILE]
///     BytesBenchmark store FILE
///
/// With FILE, the set is also written there as NDJSON in order of arrival, for the peers.
@main
enum BytesBenchmark {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    switch arguments.first {
    case "set" where arguments.count >= 5:
      let words = Array(arguments)
      guard let variant = ReadingSet.Variant(rawValue: words[1]), let devices = Int(words[2]),
        let minutes = Int(words[3]), let seed = UInt64(words[4])
      else { return usage() }
      let set = ReadingSet(variant: variant, minuteCount: minutes)
      if words.count > 5 { try set.writeLines(devices: devices, seed: seed, to: words[5]) }
      var measure = Sealing()
      for device in 0..<devices {
        for day in set.readings(device: device, seed: seed).splitByDay() {
          try measure.add(day)
        }
      }
      let entropy = set.entropyBits / 8
      print("\(variant) entropy_bytes \(rounded(entropy))")
      measure.show("\(variant)")
    case "store" where arguments.count == 2:
      try StoredDays.measure(path: Array(arguments)[1])
    default: usage()
    }
  }

  private static func usage() {
    print("usage: BytesBenchmark set smooth|lively DEVICES MINUTES SEED [FILE] | store FILE")
    exit(64)
  }
}

/// Adds up what sealing took.
struct Sealing {
  private var readingCount = 0
  private var valueCount = 0
  private var dayCount = 0
  private var sizeBytes = 0
  private var encodeSeconds = 0.0
  private var decodeSeconds = 0.0
  /// Of everything decoded, so that nobody speeds up the wrong answer.
  private var checksum: UInt64 = 14_695_981_039_346_656_037

  /// - Throws: `BlockError` if the day does not come back, and stops the run if it comes back
  ///   different.
  mutating func add(_ day: ReadingColumns) throws {
    let start = cpuSeconds()
    let bytes = SealedCodec.encode(day)
    let middle = cpuSeconds()
    let decoded = try SealedCodec.decode(
      bytes, device: day.device[0], kind: day.kind, profileVersion: day.profileVersion,
      metricNames: day.metricNames)
    decodeSeconds += cpuSeconds() - middle
    encodeSeconds += middle - start
    precondition(decoded == day, "a day came back different")
    dayCount += 1
    readingCount += day.count
    valueCount += day.count * (day.metrics.count + 2)
    sizeBytes += bytes.count
    note(decoded)
  }

  func show(_ name: String) {
    let readings = Double(max(readingCount, 1))
    print("\(name) sealed_bytes \(rounded(Double(sizeBytes) / readings))")
    print(
      "\(name): \(readingCount) readings in \(dayCount) days of devices,",
      "encoded at \(rounded(Double(valueCount) / encodeSeconds / 1e6)),",
      "decoded at \(rounded(Double(valueCount) / decodeSeconds / 1e6)) million values",
      "a CPU second, checksum \(String(checksum, radix: 16))")
  }

  /// FNV-1a over the numbers of the day.
  private mutating func note(_ day: ReadingColumns) {
    for row in 0..<day.count {
      mix(UInt64(bitPattern: day.eventTime[row]))
      mix(UInt64(bitPattern: day.receivedAt[row]))
      for metric in day.metrics { mix(metric.bits[row]) }
    }
  }

  private mutating func mix(_ value: UInt64) {
    checksum = (checksum ^ value) &* 1_099_511_628_211
  }
}

func cpuSeconds() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }

func rounded(_ value: Double) -> String { String(format: "%.3f", value) }
