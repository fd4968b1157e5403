// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What people entered, for the terminal.
package enum CalendarList {
  /// - Parameter now: the next occurrence is the first that ends later.
  package static func text(
    _ entries: [CalendarEntry], now: Milliseconds, language: Language
  ) -> String {
    let words = Words(language: language)
    guard !entries.isEmpty else { return words.noEntries + "\n" }
    let format = LocalFormat(words: words)
    var table = TextTable([
      (words.entryID, .right), (words.calendar, .left), (words.purposeHeading, .left),
      (words.firstTime, .left), (words.nextTime, .left), (words.occurrenceCount, .right),
      (words.scopeHeading, .left), (words.content, .left), (words.responsible, .left),
      (words.reference, .left), (words.enteredAt, .left), (words.enteredBy, .left),
      (words.note, .left),
    ])
    for entry in entries {
      let next = entry.occurrences.first { $0.end > now }
      table.append([
        "\(entry.id)", entry.calendar, words.purpose(entry.purpose),
        entry.occurrences.first.map { format.instant($0.start) } ?? words.none,
        next.map { "\(format.instant($0.start)) – \(format.instant($0.end))" } ?? words.none,
        format.count(entry.occurrences.count), words.scope(entry.scope), entry.title,
        entry.responsible, entry.reference, format.instant(entry.enteredAt), entry.enteredBy,
        remarks(entry, words, format).joined(separator: "; "),
      ])
    }
    return table.render()
  }

  private static func remarks(
    _ entry: CalendarEntry, _ words: Words, _ format: LocalFormat
  ) -> [String] {
    var remarks = [entry.note].compactMap(\.self)
    let lateCount = entry.occurrences.count { entry.isLate($0) }
    if lateCount > 0 { remarks.append(words.late(lateCount)) }
    if entry.isCut { remarks.append(words.isCut) }
    if let at = entry.withdrawnAt {
      remarks.append(words.withdrawn(format.instant(at), by: entry.withdrawnBy ?? ""))
    }
    return remarks
  }

  package static func text(_ gaps: [ConfirmedGap], language: Language) -> String {
    let words = Words(language: language)
    guard !gaps.isEmpty else { return words.noGaps + "\n" }
    let format = LocalFormat(words: words)
    var table = TextTable([
      (words.entryID, .right), (words.from, .left), (words.to, .left), (words.length, .right),
      (words.enteredAt, .left), (words.enteredBy, .left), (words.note, .left),
    ])
    for gap in gaps {
      let withdrawn = gap.withdrawnAt.map {
        words.withdrawn(format.instant($0), by: gap.withdrawnBy ?? "")
      }
      table.append([
        "\(gap.id)", format.instant(gap.interval.start), format.instant(gap.interval.end),
        format.length(gap.interval.duration), format.instant(gap.enteredAt), gap.enteredBy,
        ([gap.note] + [withdrawn].compactMap(\.self)).joined(separator: "; "),
      ])
    }
    return table.render()
  }

  package static func text(_ outages: [ListedOutage], language: Language) -> String {
    let words = Words(language: language)
    guard !outages.isEmpty else { return words.noOutages + "\n" }
    let format = LocalFormat(words: words)
    var table = TextTable([
      (words.reportUnit, .left), (words.device, .left), (words.from, .left), (words.to, .left),
      (words.length, .right), (words.cause, .left), (words.recordedCause, .left),
      (words.responsible, .left), (words.reference, .left), (words.enteredBy, .left),
      (words.noteID, .right),
    ])
    for listed in outages {
      let (outage, recorded) = (listed.outage, listed.recorded)
      table.append([
        listed.unitName, listed.device.id, format.instant(outage.interval.start),
        outage.isOpen ? words.notHeardAgain : format.instant(outage.interval.end),
        format.length(outage.interval.duration), words.state(outage.cause),
        recorded?.cause ?? "", recorded?.responsible ?? "", recorded?.reference ?? "",
        recorded?.enteredBy ?? "", recorded.map { "\($0.id)" } ?? "",
      ])
    }
    return table.render()
  }
}
