// SPDX-License-Identifier: Apache-2.0

import Telemetry
import TestSupport
import Testing

@testable import Storage

@Suite("A day sheet")
struct DaySheetTests {
  private static func random(_ random: inout SeededGenerator) -> DaySheet {
    // Now and then more than a run of packed numbers.
    let isLong = Int.random(in: 0..<8, using: &random) == 0
    let count = Int.random(in: 0...(isLong ? 700 : 60), using: &random)
    var device: Int64 = 0
    let devices = (0..<count).map { _ in
      device += Int64.random(in: 1...9, using: &random)
      return device
    }
    let columns = (0..<Int.random(in: 0...6, using: &random)).map { position in
      let usual = Int64.random(in: -5...86_400_000, using: &random)
      let share = Int.random(in: 0...4, using: &random)
      let values = devices.map { _ -> Int64 in
        switch Int.random(in: 0...4, using: &random) {
        case 0 where share > 0: DaySheet.absent
        case 1 where share > 1:
          Int64.random(in: -DaySheet.valueMax...DaySheet.valueMax, using: &random)
        case 2 where share > 2: Bool.random(using: &random) ? DaySheet.valueMax : 0
        default: usual
        }
      }
      return DaySheet.Column(
        name: "figure\(position)", isMillionths: Bool.random(using: &random), values: values)
    }
    let outages = (0..<(count == 0 ? 0 : Int.random(in: 0...20, using: &random))).map { _ in
      let start = Int64.random(in: -1_000_000...2_000_000_000_000, using: &random)
      let length = Int64.random(in: 0...900_000_000, using: &random)
      return DaySheet.Outage(
        position: Int.random(in: 0..<count, using: &random),
        interval: Interval(start: start, end: start + length),
        accountable: Int64.random(in: 0...length, using: &random),
        downInDay: Int64.random(in: 0...86_400_000, using: &random),
        cause: UInt8.random(in: 0...2, using: &random), isMarked: Bool.random(using: &random),
        isOpen: Bool.random(using: &random))
    }.sorted { $0.position < $1.position }
    let conditions = (0..<Int.random(in: 0...3, using: &random)).map { "condition \($0)" }
    let failures = (0..<(count == 0 ? 0 : Int.random(in: 0...20, using: &random))).map { _ in
      let start = Int64.random(in: -1_000_000...2_000_000_000_000, using: &random)
      return DaySheet.Failure(
        position: Int.random(in: 0..<count, using: &random),
        interval: Interval(
          start: start, end: start + Int64.random(in: 1...86_400_000, using: &random)),
        isRestored: Bool.random(using: &random),
        failing: conditions.indices.filter { _ in Bool.random(using: &random) })
    }.sorted { $0.position < $1.position }
    return DaySheet(
      kind: "kiosk", devices: devices, columns: columns, outages: outages,
      conditions: conditions, failures: failures,
      withoutFailures: devices.indices.filter { _ in Int.random(in: 0...9, using: &random) == 0 })
  }

  @Test("comes back as it was written, whatever it holds")
  func roundTrip() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("day sheet test: seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    for round in 0..<500 {
      let sheet = Self.random(&generator)
      #expect(try DaySheet(encoded: sheet.encoded()) == sheet, "seed \(seed), round \(round)")
    }
  }

  @Test("has numbers of every width, absent ones among them, as they were")
  func widths() throws {
    for width in 0...63 {
      let greatest = width == 0 ? 0 : Int64.max >> Int64(63 - width)
      for absentEvery in [0, 1, 3] {
        for count in [1, 255, 256, 257] {
          let values = (0..<count).map { row -> Int64 in
            if absentEvery > 0, row % absentEvery == 0 { return DaySheet.absent }
            return row % 2 == 0 ? greatest : row % 5 == 1 ? -greatest : 0
          }
          var writer = ByteWriter()
          writer.packed(values)
          writer.fixed64(0)
          var reader = ByteReader(writer.output[...])
          #expect(try reader.packed(count: count) == values, "width \(width), \(count) values")
          #expect(reader.remaining == PackedNumbers.slackSizeBytes)
          var short = ByteReader(writer.output.dropLast(PackedNumbers.slackSizeBytes + 1))
          #expect(throws: BlockError.self) { try short.packed(count: count) }
        }
      }
    }
  }

  @Test("that was damaged is refused, never misread")
  func damaged() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("damaged day sheet test: seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<60 {
      let bytes = Self.random(&generator).encoded()
      for _ in 0..<20 {
        var broken = bytes
        switch Int.random(in: 0...2, using: &generator) {
        case 0: broken.removeLast(Int.random(in: 1...bytes.count, using: &generator))
        case 1: broken.append(0)
        default:
          broken[Int.random(in: 0..<bytes.count, using: &generator)] ^=
            1 << UInt8.random(in: 0...7, using: &generator)
        }
        #expect(throws: BlockError.self, "seed \(seed)") { try DaySheet(encoded: broken) }
      }
    }
  }

  @Test("with plain bytes that make no sense is refused, although its checksum holds")
  func hostile() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("hostile day sheet test: seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<2_000 {
      var plain = Self.random(&generator).encoded()
      plain.removeLast(DaySheet.checksumSizeBytes)
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        plain[Int.random(in: 1..<plain.count, using: &generator)] =
          UInt8.random(in: 0...255, using: &generator)
      }
      let bytes = DaySheet.sealed(plain)
      // Some changes make another valid sheet: what is read must then be whole.
      do throws(BlockError) {
        let sheet = try DaySheet(encoded: bytes)
        #expect(sheet.columns.allSatisfy { $0.values.count == sheet.devices.count })
        #expect(sheet.outages.allSatisfy { sheet.devices.indices.contains($0.position) })
        #expect(sheet.failures.allSatisfy { sheet.devices.indices.contains($0.position) })
        #expect(
          sheet.failures.allSatisfy { $0.failing.allSatisfy(sheet.conditions.indices.contains) })
        #expect(sheet.withoutFailures.allSatisfy(sheet.devices.indices.contains))
      } catch {
        continue
      }
    }
  }
}
