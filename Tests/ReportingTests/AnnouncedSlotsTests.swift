// SPDX-License-Identifier: Apache-2.0

import Telemetry
import TestSupport
import Testing

@testable import Reporting

/// Random versions of random slots, against a clock that ticks through all of it.
@Suite("slots as they were announced")
struct AnnouncedSlotsTests {
  private static func version(
    _ id: String, _ version: Int, receivedAt: Milliseconds, start: Milliseconds
  ) -> Slot {
    Slot(
      commune: "04321", id: id, interval: Interval(start: start, end: start + 5),
      title: "\(version)", isCancelled: version % 3 == 0, version: version, receivedAt: receivedAt)
  }

  @Test("each is as it stood when it began, however it was changed", arguments: 0..<300)
  func oracle(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    var all: [[Slot]] = []
    for number in 0..<Int.random(in: 1...4, using: &random) {
      var received = Milliseconds.random(in: 0...20, using: &random)
      all.append(
        (1...Int.random(in: 1...4, using: &random)).map { version in
          defer { received += Milliseconds.random(in: 0...12, using: &random) }
          return Self.version(
            "s\(number)", version, receivedAt: received,
            start: Milliseconds.random(in: 0...60, using: &random))
        })
    }
    let period = Interval(start: 15, end: 40)
    func overlaps(_ slot: Slot) -> Bool {
      slot.interval.start < period.end && period.start < slot.interval.end
    }
    var expected: [Slot] = []
    for versions in all {
      for instant in Milliseconds(0)...100 {
        guard let slot = versions.last(where: { $0.receivedAt <= instant }),
          slot.interval.start == instant
        else { continue }
        if overlaps(slot) { expected.append(slot) }
        break
      }
    }
    expected.sort { ($0.interval.start, $0.id) < ($1.interval.start, $1.id) }
    let slots = all.compactMap(\.last).filter(overlaps).sorted {
      ($0.interval.start, $0.id) < ($1.interval.start, $1.id)
    }
    // As the store gives them: of slots that reach into the period with any version.
    let versions = all.filter { $0.count > 1 && $0.contains(where: overlaps) }.flatMap(\.self)
    let found = AnnouncedSlots.of(slots, versions: versions, overlapping: period)
    #expect(found ?? slots == expected, "seed \(seed)")
    #expect((found == nil) == (slots == expected), "seed \(seed)")
  }
}
