// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// The account of one slot for the terminal.
package enum TextSlotExplanation {
  /// More devices than a commune has; the counts are of all.
  static let devicesListedMax = 200
  /// Intervals and events that one line names.
  static let partsListedMax = 4

  package static func render(_ explanation: SlotExplanation) -> String {
    let words = Words(language: explanation.language)
    return Renderer(
      explanation: explanation, words: words, format: LocalFormat(words: words)
    ).text
  }

  private struct Renderer {
    let explanation: SlotExplanation
    let words: Words
    let format: LocalFormat

    var slot: Slot { explanation.slot }

    var text: String {
      head + "\n" + versions + "\n" + sums + "\n" + devices + notReached
    }

    private var head: String {
      var text = "\(words.slotExplanationTitle): \(slot.id) (\(slot.commune))\n"
      let title = [slot.title, slot.programme].filter { !$0.isEmpty }.joined(separator: ", ")
      text += "\(words.slotKind(slot.kind)): \(title.isEmpty ? slot.id : title)\n"
      text += "\(words.slotTime): \(format.instant(slot.interval.start)) → "
      text += "\(format.instant(slot.interval.end)) (\(words.timeZone))\n"
      if slot.kind == .loudspeaker {
        text += "\(words.requestedLength): \(format.length(slot.requested)); "
        text += "\(words.priorityHeading): \(words.priority(slot.priority.rawValue)); "
        text += "\(words.voiceHeading): \(words.voice(slot.voice))\n"
      }
      text += "\(words.whom): \(whom)\n"
      text += "\(words.slotStanding(explanation.standing)); "
      text += "\(words.knownUntil.lowercased()) \(format.instant(explanation.knownUntil))\n"
      if slot.isCancelled { text += "\(words.slotCancelled)\n" }
      if let outside = explanation.outside {
        text += "\(words.slotOutside(format.period(outside)))\n"
      }
      return text
    }

    private var whom: String {
      let named = slot.units + slot.devices
      guard !named.isEmpty else { return words.everyDevice }
      let shown = named.prefix(10).joined(separator: ", ")
      return named.count > 10 ? "\(shown), … (\(named.count))" : shown
    }

    private var versions: String {
      var table = TextTable([
        (words.versionHeading, .right), (words.versionReceived, .left), (words.broughtBy, .left),
        (words.from, .left), (words.to, .left), (words.requestedLength, .right),
        (words.stateHeading, .left),
      ])
      for version in explanation.versions {
        table.append([
          "\(version.version)", format.instant(version.receivedAt),
          version.enteredBy.isEmpty ? words.scheduler : version.enteredBy,
          format.instant(version.interval.start), format.instant(version.interval.end),
          format.length(version.requested), words.slotState(isCancelled: version.isCancelled),
        ])
      }
      return "\(words.versions)\n" + table.render()
    }

    // MARK: Sums

    private var sums: String {
      let rows = explanation.rows
      var text = "\(words.devicesReached): \(format.count(rows.count))"
      let bulletins = rows.compactMap(\.bulletin)
      let meetings = rows.compactMap(\.meeting)
      var counts: [String] = []
      for verdict in SlotOutcome.Verdict.allCases {
        let count = bulletins.count { $0.verdict == verdict }
        if count > 0 { counts.append("\(words.verdict(verdict)) \(format.count(count))") }
      }
      for verdict in AttendanceOutcome.Verdict.allCases {
        let count = meetings.count { $0.verdict == verdict }
        if count > 0 { counts.append("\(words.verdict(verdict)) \(format.count(count))") }
      }
      text += counts.isEmpty ? "\n" : " (\(counts.joined(separator: ", ")))\n"
      let counted = bulletins.filter(\.isCounted)
      guard !counted.isEmpty else { return text }
      let requested = counted.reduce(0) { $0 + $1.slot.requested }
      let played = counted.reduce(0) { $0 + $1.played }
      text += words.fulfilmentSum(
        requested: format.length(requested), played: format.length(played),
        ratio: requested > 0
          ? format.percent(Int64(Int128(played) * 1_000_000 / Int128(requested))) : "–")
      return text + "\n"
    }

    // MARK: Devices

    private var devices: String {
      guard !explanation.rows.isEmpty else { return "\(words.noDeviceReached)\n" }
      var table = TextTable([
        (words.device, .left), (words.placeHeading, .left), (words.verdictHeading, .left),
        (words.countedPlayed, .right), (words.evidence, .left),
      ])
      let listed = explanation.rows.prefix(TextSlotExplanation.devicesListedMax)
      for row in listed {
        table.append([row.device.id, row.place] + cells(row))
      }
      var text = table.render()
      if listed.count < explanation.rows.count {
        text += words.linesCut(
          format.count(listed.count), of: format.count(explanation.rows.count)) + "\n"
      }
      return text
    }

    private func cells(_ row: SlotExplanation.Row) -> [String] {
      if let outcome = row.bulletin {
        let played = outcome.isCounted ? format.length(outcome.played) : "–"
        return [words.verdict(outcome.verdict), played, evidence(outcome)]
      }
      if let outcome = row.meeting {
        let length = outcome.attended.isEmpty ? "–" : format.length(outcome.attended.duration)
        return [words.verdict(outcome.verdict), length, evidence(outcome)]
      }
      return ["–", "–", sealed(row)]
    }

    private func evidence(_ outcome: SlotOutcome) -> String {
      if outcome.verdict == .cancelled { return words.cancelledCountsNowhere }
      if outcome.verdict == .pending { return words.notOverYet }
      if outcome.verdict == .maintenance { return words.maintenanceCountsNowhere }
      if !outcome.ends.isEmpty {
        let ends = outcome.ends.prefix(TextSlotExplanation.partsListedMax).map { end in
          words.playEnd(
            at: format.instant(end.at), played: format.length(end.played),
            isMachine: end.voice == .tts || end.voice == .unknown && slot.voice == .tts)
        }
        return list(ends, of: outcome.ends.count)
      }
      if !outcome.playing.isEmpty {
        return words.playingByState(intervals(outcome.playing))
      }
      return silence(isObserved: outcome.isObserved, lastAt: outcome.lastAt)
    }

    private func evidence(_ outcome: AttendanceOutcome) -> String {
      if outcome.verdict == .cancelled { return words.cancelledCountsNowhere }
      if outcome.verdict == .pending { return words.notOverYet }
      if outcome.verdict == .maintenance { return words.maintenanceCountsNowhere }
      if !outcome.attended.isEmpty { return words.inCall(intervals(outcome.attended)) }
      return silence(isObserved: outcome.isObserved, lastAt: outcome.lastAt)
    }

    private func silence(isObserved: Bool, lastAt: Milliseconds?) -> String {
      if isObserved { return words.nothingTold }
      guard let lastAt, lastAt >= slot.interval.end else { return words.nobodyCouldHear }
      return words.saidSomethingLater(format.instant(lastAt))
    }

    private func intervals(_ set: IntervalSet) -> String {
      let shown = set.intervals.prefix(TextSlotExplanation.partsListedMax).map {
        "\(clock($0.start))–\(clock($0.end))"
      }
      return list(shown, of: set.intervals.count)
    }

    private func list(_ shown: [String], of count: Int) -> String {
      shown.joined(separator: ", ") + (count > shown.count ? ", … (\(count))" : "")
    }

    private func clock(_ instant: Milliseconds) -> String {
      String(format.instant(instant).suffix(8))
    }

    /// The day's sums, where single slots cannot be told any more.
    private func sealed(_ row: SlotExplanation.Row) -> String {
      guard slot.kind == .loudspeaker else {
        let (all, onTime) = (row.sealed["meetings"] ?? 0, row.sealed["meetings_on_time"] ?? 0)
        return words.sealedMeetings(all: format.count(all), onTime: format.count(onTime))
      }
      let priority = slot.priority.rawValue
      return words.sealedBulletins(
        priority: words.priority(priority),
        requested: format.length(row.sealed["requested_\(priority)_ms"] ?? 0),
        played: format.length(row.sealed["played_\(priority)_ms"] ?? 0))
    }

    private var notReached: String {
      let names = explanation.notReached.prefix(TextSlotExplanation.devicesListedMax)
      var text = ""
      if !names.isEmpty { text += "\n\(words.namedNotReached)\n" }
      for (id, why) in names { text += "- \(id): \(words.why(why))\n" }
      if !explanation.unknownUnits.isEmpty {
        text += "\(words.unknownUnits): \(explanation.unknownUnits.joined(separator: ", "))\n"
      }
      return text
    }
  }
}
