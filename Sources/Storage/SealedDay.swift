// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// A local day whose readings were sorted, deduplicated and written anew (chốt số liệu).
package struct SealedDay: Sendable, Hashable {
  /// Local days since 1970-01-01.
  package var day: Int64
  /// 1 for the first seal; one more whenever something reached into the day afterwards.
  package var revision: Int
  /// Counts what was written of the day, also where no reading or figure changed.
  package var generation: Int
  /// Hot blocks up to this one are in it.
  package var throughBlock: Int64
  package var sealedAt: Milliseconds
  /// Sealed after its lateness allowance: nothing that arrives now can still fall into it.
  package var isFinal: Bool
  /// Distinct readings of the day.
  package var readingCount: Int64
  /// How many more had the identity of one that is kept.
  package var duplicateCount: Int64
  /// Over the content of every device's block.
  package var contentHash: Int64
  /// Over the times in which we could hear, as far as the day's figures look at them.
  package var observedHash: Int64

  package init(
    day: Int64, revision: Int, generation: Int, throughBlock: Int64, sealedAt: Milliseconds,
    isFinal: Bool, readingCount: Int64 = 0, duplicateCount: Int64 = 0, contentHash: Int64 = 0,
    observedHash: Int64 = 0
  ) {
    self.day = day
    self.revision = revision
    self.generation = generation
    self.throughBlock = throughBlock
    self.sealedAt = sealedAt
    self.isFinal = isFinal
    self.readingCount = readingCount
    self.duplicateCount = duplicateCount
    self.contentHash = contentHash
    self.observedHash = observedHash
  }

  package var interval: Interval { Self.interval(ofDay: day) }

  package static func interval(ofDay day: Int64) -> Interval {
    Interval(start: LocalTime.start(ofDay: day), end: LocalTime.start(ofDay: day + 1))
  }
}

/// One device's readings of one sealed day, by event time, with the nearest readings on both sides
/// of the day: all that its figures are computed from.
package struct SealedBlock: Sendable, Hashable {
  package var day: Int64
  package var device: Int64
  /// Readings outside the day are context and belong to the days around it.
  package var readings: ReadingColumns
  package var duplicateCount: Int

  package init(day: Int64, device: Int64, readings: ReadingColumns, duplicateCount: Int) {
    self.day = day
    self.device = device
    self.readings = readings
    self.duplicateCount = duplicateCount
  }

  /// Over the readings of the day itself: it tells when, what and how they were received, and does
  /// not change with the context or the way it is stored.
  package var contentHash: Int64 {
    var content = ReadingContent(metricNames: readings.metricNames)
    var words: [UInt64] = [UInt64(bitPattern: device)]
    for row in ownRows {
      words.append(UInt64(bitPattern: readings.eventTime[row]))
      words.append(UInt64(bitPattern: readings.receivedAt[row]))
      words.append(UInt64(readings.channel[row].rawValue))
      words.append(UInt64(readings.flags[row].rawValue))
      words.append(UInt64(readings.session[row]))
      words.append(readings.payloadHash[row])
      words.append(content.hash(of: row, in: readings))
    }
    return Int64(bitPattern: PayloadHash.of(words))
  }

  /// Rows that belong to the day.
  package var ownRows: [Int] {
    let day = SealedDay.interval(ofDay: day)
    return readings.eventTime.indices.filter { day.contains(readings.eventTime[$0]) }
  }
}

/// A device's figures of one day: names and whole numbers, or "-" where there is nothing to tell.
package struct SealedFigures: Sendable, Hashable {
  package var device: Int64
  /// Over what the figures were judged by: the kind's profile, commissioning, settings.
  package var inputHash: Int64
  /// `name=value`, space-separated, in the order in which people read them.
  package var text: String
  /// The day's states and outages, by which figures of longer periods are computed when the
  /// readings are gone; empty in days that an older nhip sealed.
  package var intervals: String
  /// The day's failures of service, empty if there were none; nil in days that an older nhip
  /// sealed, of which only their sum is known.
  package var failures: String?

  package init(
    device: Int64, inputHash: Int64, text: String, intervals: String = "",
    failures: String? = nil
  ) {
    self.device = device
    self.inputHash = inputHash
    self.text = text
    self.intervals = intervals
    self.failures = failures
  }

  package var pairs: [(name: String, value: String)] {
    text.split(separator: " ").compactMap { pair in
      let parts = pair.split(separator: "=", maxSplits: 1)
      return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
    }
  }
}

/// Some of what the next generation of a day says.
package struct StagedDay: Sendable {
  package var day: Int64
  package var generation: Int
  package var blocks: [SealedBlock]
  package var figures: [SealedFigures]

  package init(day: Int64, generation: Int, blocks: [SealedBlock], figures: [SealedFigures]) {
    self.day = day
    self.generation = generation
    self.blocks = blocks
    self.figures = figures
  }
}

/// One figure that a revision changed; nil where it did not exist.
package struct SealDifference: Sendable, Hashable {
  package var device: Int64
  package var figure: String
  package var before: String?
  package var after: String?

  package init(device: Int64, figure: String, before: String?, after: String?) {
    self.device = device
    self.figure = figure
    self.before = before
    self.after = after
  }

  /// Every figure in which the two differ; nil is no figures at all.
  package static func between(
    _ before: SealedFigures?, _ after: SealedFigures?
  ) -> [SealDifference] {
    guard before?.text != after?.text, let device = (after ?? before)?.device else { return [] }
    let old = Dictionary(before?.pairs ?? []) { $1 }
    let new = Dictionary(after?.pairs ?? []) { $1 }
    return Set(old.keys).union(new.keys).sorted().compactMap { name in
      old[name] == new[name]
        ? nil
        : SealDifference(device: device, figure: name, before: old[name], after: new[name])
    }
  }
}

/// Why and when a day got the figures it has.
package struct SealRevision: Sendable, Hashable {
  package var day: Int64
  package var revision: Int
  package var sealedAt: Milliseconds
  package var cause: String
  package var differences: [SealDifference]
}
