// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Finds windows in which our own uplink was probably down: devices of several providers fell
/// silent together, and had been running all along when they came back.
///
/// A proposal, no judgement: a person confirms it, or not.
package enum UplinkGaps {
  /// Fewer devices fall silent together by chance.
  package static let deviceCountMin = 3
  /// One provider's network may be down by itself.
  package static let providerCountMin = 2
  /// Devices that fall silent together were last heard within so many of their report intervals.
  package static let reportIntervals: Milliseconds = 2
  package static let countMax = 1_000

  /// What one device tells.
  package struct Witness: Sendable, Hashable {
    package var device: Int64
    /// Of its site; empty is not known, and counts as no provider.
    package var provider: String
    package var reportInterval: Milliseconds
    /// A silence up to this long is none.
    package var offlineAfter: Milliseconds
    package var history: DeviceHistory

    package init(
      device: Int64, provider: String, offlineAfter: Milliseconds, history: DeviceHistory
    ) {
      self.device = device
      self.provider = provider
      self.offlineAfter = offlineAfter
      self.history = history
      reportInterval = history.reportInterval
    }
  }

  package struct Candidate: Sendable, Hashable {
    /// From when the last of the devices was silent to when the first was heard again.
    package var interval: Interval
    /// Ascending.
    package var devices: [Int64]
    package var providers: [String]
    /// How many devices were heard just before.
    package var heardBefore: Int
  }

  private struct Silence {
    var interval: Interval
    var witness: Int
  }

  /// - Parameter period: windows that begin in it.
  /// - Returns: ascending, the first ``countMax``.
  package static func candidates(_ witnesses: [Witness], in period: Interval) -> [Candidate] {
    var silences: [Silence] = []
    for (position, witness) in witnesses.enumerated() {
      silences += unbroken(of: witness, in: period).map {
        Silence(interval: $0, witness: position)
      }
    }
    silences.sort {
      ($0.interval.start, $0.interval.end, $0.witness)
        < ($1.interval.start, $1.interval.end, $1.witness)
    }
    var found: [Candidate] = []
    var next = 0
    while next < silences.count, found.count < countMax {
      let together = group(from: next, of: silences, witnesses)
      guard let candidate = candidate(together, witnesses) else {
        next += 1
        continue
      }
      found.append(candidate)
      // What begins while nobody was heard belongs to the same window.
      let end = candidate.interval.end
      next += 1
      while next < silences.count, silences[next].interval.start < end { next += 1 }
    }
    return found
  }

  /// Silences that ended, with the device running all through.
  private static func unbroken(of witness: Witness, in period: Interval) -> [Interval] {
    let heard = witness.history.heard
    return zip(heard, heard.dropFirst()).compactMap { before, after in
      let silence = Interval(start: before.last.eventTime, end: after.first.eventTime)
      guard silence.duration > witness.offlineAfter, period.contains(silence.start),
        witness.history.powered.covers(silence)
      else { return nil }
      return silence
    }
  }

  private static func group(
    from first: Int, of silences: [Silence], _ witnesses: [Witness]
  ) -> [Silence] {
    let start = silences[first].interval.start
    var together: [Silence] = []
    var reach = Milliseconds(0)
    for witness in witnesses { reach = max(reach, witness.reportInterval) }
    for silence in silences[first...] {
      let later = silence.interval.start - start
      if later > reportIntervals * reach { break }
      if later <= reportIntervals * witnesses[silence.witness].reportInterval {
        together.append(silence)
      }
    }
    return together
  }

  private static func candidate(_ together: [Silence], _ witnesses: [Witness]) -> Candidate? {
    let devices = Set(together.map { witnesses[$0.witness].device })
    let providers = Set(together.map { witnesses[$0.witness].provider }).subtracting([""])
    guard devices.count >= deviceCountMin, providers.count >= providerCountMin else { return nil }
    let starts = together.map(\.interval.start)
    guard let first = starts.min(), let last = starts.max(),
      let back = together.map(\.interval.end).min(), last < back
    else { return nil }
    let heardBefore = witnesses.count { wasHeard($0, around: first) }
    guard devices.count * 2 >= heardBefore else { return nil }
    return Candidate(
      interval: Interval(start: last, end: back), devices: devices.sorted(),
      providers: providers.sorted(), heardBefore: heardBefore)
  }

  /// Whether it was heard at the instant or at most its allowance before it.
  private static func wasHeard(_ witness: Witness, around instant: Milliseconds) -> Bool {
    witness.history.heard.contains {
      $0.first.eventTime <= instant && instant - witness.offlineAfter <= $0.last.eventTime
    }
  }
}
