// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What the history of a device needs to know of one reading.
package struct HistoryReading: Hashable, Sendable {
  package var eventTime: Milliseconds
  package var receivedAt: Milliseconds
  package var session: UInt16
  package var flags: ReadingFlags
  /// Seconds since boot, if the reading carries it.
  package var upSeconds: Double?

  package init(
    eventTime: Milliseconds, receivedAt: Milliseconds, session: UInt16 = 0,
    flags: ReadingFlags = [], upSeconds: Double? = nil
  ) {
    self.eventTime = eventTime
    self.receivedAt = receivedAt
    self.session = session
    self.flags = flags
    self.upSeconds = upSeconds
  }
}

/// An offline message (LWT). It has no time of its own, only a place in the order of receipt.
///
/// A broker that shuts down publishes the will of every client in its last moments, and hands over
/// what else it kept when we are back: neither says anything of a device.
package struct PresenceMark: Hashable, Sendable {
  /// We must go on hearing for so long after a mark, else it was the broker that died.
  package static let heardAfter: Milliseconds = 2_000
  /// What a resumed session delivers in its first moments tells of the time we slept through.
  package static let resumedFor: Milliseconds = 10_000

  package var receivedAt: Milliseconds
  package var session: UInt16
  /// Drained from a session that the broker had kept for us.
  package var isResumed: Bool

  package init(receivedAt: Milliseconds, session: UInt16, isResumed: Bool = false) {
    self.receivedAt = receivedAt
    self.session = session
    self.isResumed = isResumed
  }

  /// Whether it tells of the device and not of the broker or of us.
  func isCredible(observed: IntervalSet) -> Bool {
    let before = isResumed ? Self.resumedFor : 0
    return observed.covers(
      Interval(start: receivedAt - before, end: receivedAt + Self.heardAfter))
  }
}

/// All that availability needs to remember of one device.
///
/// Adding is commutative and idempotent: any order, any duplicates give an equal history.
/// Judgement (gap allowance, calendars) happens when it is read, so that changed settings judge
/// the past anew. Owned by the one thread that owns all Analysis state.
package struct DeviceHistory: Hashable, Sendable {
  /// Longer `up` values (a hundred years) are nonsense and no evidence.
  package static let upSecondsMax = 3.2e9

  package let reportInterval: Milliseconds
  private var heardRuns = HeardRuns()
  /// When the device was running, by its own word: the union of `[t − up, t]`.
  package private(set) var powered = IntervalSet()
  /// In ascending order of receipt, each once.
  package private(set) var marks: [PresenceMark] = []
  /// Event time of the latest reading that told `up`: after it, not covered means not known.
  package private(set) var lastPowerEvidence: Milliseconds?

  package init(reportInterval: Milliseconds) {
    precondition(reportInterval > 0, "a report interval is longer than nothing")
    self.reportInterval = reportInterval
  }

  package var heard: [HeardRun] { heardRuns.runs }
  package var firstHeard: Milliseconds? { heard.first?.first.eventTime }
  package var lastHeard: Milliseconds? { heard.last?.last.eventTime }

  package mutating func add(_ reading: HistoryReading) {
    if reading.flags.contains(.retained) { return }
    if reading.flags.contains(.offlineMark) {
      addMark(
        PresenceMark(
          receivedAt: reading.receivedAt, session: reading.session,
          isResumed: reading.flags.contains(.resumed)))
      return
    }
    if let up = reading.upSeconds, up >= 0, up <= Self.upSecondsMax {
      let length = Milliseconds((up * 1000).rounded())
      powered.insert(Interval(start: reading.eventTime - length, end: reading.eventTime))
      lastPowerEvidence = max(lastPowerEvidence ?? reading.eventTime, reading.eventTime)
    }
    if reading.flags.contains(.backlog) { return }
    heardRuns.insert(
      HeardRun.Edge(
        eventTime: reading.eventTime, receivedAt: reading.receivedAt, session: reading.session),
      closing: reportInterval)
  }

  private mutating func addMark(_ mark: PresenceMark) {
    func order(_ mark: PresenceMark) -> (Milliseconds, UInt16, Int) {
      (mark.receivedAt, mark.session, mark.isResumed ? 1 : 0)
    }
    let position = marks.lastIndex { order($0) <= order(mark) }
    if let position {
      if marks[position] != mark { marks.insert(mark, at: position + 1) }
    } else {
      marks.insert(mark, at: 0)
    }
  }

  /// Positions in `heard` of the runs that are followed by a marked gap: one in which a mark was
  /// received between its two edges, on the same session, longer than 1.5 report intervals.
  ///
  /// Edges keep their receipt, so this is the same whatever the order of adding. Of gaps that lie
  /// within each other by receipt the innermost is the mark's: its edges were received just before
  /// and just after it. (The others have an edge that was received out of its time.) A mark that
  /// fits two gaps otherwise, as in a burst within one millisecond, is no evidence for either.
  ///
  /// - Parameters:
  ///   - now: the end of the last gap, the one still open.
  ///   - observed: when we could hear; marks that tell of the broker or of us are left out.
  package func markedGaps(now: Milliseconds, observed: IntervalSet) -> Set<Int> {
    let marks = marks.filter { $0.isCredible(observed: observed) }
    guard !marks.isEmpty else { return [] }
    var candidates: [Int: [CandidateGap]] = [:]
    for (position, run) in heard.enumerated() {
      let next = position + 1 < heard.count ? heard[position + 1].first : nil
      let gap = (next?.eventTime ?? now) - run.last.eventTime
      guard gap * 2 > reportInterval * 3 else { continue }
      if let next, next.session != run.last.session { continue }
      let this = CandidateGap(
        position: position, after: run.last.receivedAt, before: next?.receivedAt ?? .max)
      var mark = Self.firstMark(of: marks, from: this.after)
      while mark < marks.count, marks[mark].receivedAt <= this.before {
        if marks[mark].session == run.last.session {
          candidates[mark, default: []].append(this)
        }
        mark += 1
      }
    }
    return Set(candidates.values.compactMap { Self.innermost($0)?.position })
  }

  /// A gap that a mark fits by the receipt of its edges.
  private struct CandidateGap {
    var position: Int
    var after: Milliseconds
    var before: Milliseconds
  }

  /// The one that lies within all others; nil if none does, or two do.
  private static func innermost(_ gaps: [CandidateGap]) -> CandidateGap? {
    let (after, before) = (gaps.map(\.after).max(), gaps.map(\.before).min())
    let within = gaps.filter { $0.after == after && $0.before == before }
    return within.count == 1 ? within[0] : nil
  }

  private static func firstMark(of marks: [PresenceMark], from receivedAt: Milliseconds) -> Int {
    var lower = 0
    var upper = marks.count
    while lower < upper {
      let middle = lower + (upper - lower) / 2
      if marks[middle].receivedAt >= receivedAt { upper = middle } else { lower = middle + 1 }
    }
    return lower
  }
}
