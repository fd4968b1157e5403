// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// Takes the events of a file into the store as entries of a calendar: all or nothing.
struct CalendarImport {
  static let titleLengthMax = 300

  let order: CalendarOrder
  let store: Store
  let profiles: [Profile]

  /// - Returns: what to tell the operator.
  /// - Throws: `ConfigurationErrors` for the file, `ControlFailure` for the command.
  func run(
    _ events: [CalendarEvent], by actor: String, note: String?, at now: Milliseconds
  ) throws -> String {
    try order.check()
    let names = KnownNames(registry: try store.registry(), profiles: profiles)
    for field in KnownNames.fields {
      for name in order.scope[keyPath: field.list] {
        if let problem = names.problem(name, field) { throw ControlFailure(.refused, problem) }
      }
    }
    let problems = ConfigurationProblems()
    let entries = events.filter { !$0.isCancelled }.compactMap {
      entry(of: $0, names: names, problems: problems)
    }
    try problems.throwIfAny()
    let changes = try store.importCalendar(
      order.calendar, entries, cancelled: events.filter(\.isCancelled).map(\.uid),
      isFull: order.isFull, by: actor, note: note, at: now, dryRun: order.isDryRun)
    return Self.text(changes, isDryRun: order.isDryRun)
  }

  private func entry(
    of event: CalendarEvent, names: KnownNames, problems: ConfigurationProblems
  ) -> CalendarEntry? {
    let own = OwnProperties(
      names: KnownNames.fields.map(\.property) + ["PURPOSE", "RESPONSIBLE", "REFERENCE"],
      file: order.file, problems: problems)
    own.refuseUnknown(of: event)
    var scope = order.scope
    for field in KnownNames.fields {
      let values = OwnProperties.values(field.property, of: event).flatMap(Self.list)
      guard !values.isEmpty else { continue }
      scope[keyPath: field.list] = values
      for value in values {
        if let problem = names.problem(value, field) {
          own.report(event, OwnProperties.prefix + field.property, value, problem)
        }
      }
    }
    let words = CalendarPurpose.allCases.map(\.rawValue).joined(separator: ", ")
    let said = OwnProperties.values("PURPOSE", of: event).last
    let purpose = said.map { CalendarPurpose(rawValue: $0.lowercased()) } ?? order.purpose
    guard let purpose else {
      own.report(
        event, "\(OwnProperties.prefix)PURPOSE", said,
        said == nil
          ? "nothing says what the event '\(event.summary)' is for (here or by --purpose)"
          : "no such purpose", words)
      return nil
    }
    func text(_ name: String, _ other: String, _ lengthMax: Int) -> String {
      OneLine.of(OwnProperties.values(name, of: event).last ?? other, lengthMax: lengthMax)
    }
    return CalendarEntry(
      calendar: order.calendar, uid: event.uid, purpose: purpose, scope: scope,
      occurrences: event.occurrences, isCut: event.isCut,
      title: OneLine.of(event.summary, lengthMax: Self.titleLengthMax),
      responsible: text("RESPONSIBLE", order.responsible, CalendarOrder.textLengthMax),
      reference: text("REFERENCE", order.reference, CalendarOrder.textLengthMax))
  }

  private static func list(_ text: String) -> [String] {
    text.split(separator: ",").map { $0.trimmingPrefix(while: \.isWhitespace) }
      .map { String($0.reversed().drop(while: \.isWhitespace).reversed()) }
      .filter { !$0.isEmpty }
  }

  private static func text(_ changes: [CalendarChange], isDryRun: Bool) -> String {
    var lines = changes.map { change in
      let entry = change.after ?? change.before
      let verb = change.after == nil ? "withdrawn" : change.before == nil ? "new" : "changed"
      let first = entry?.occurrences.first.map { LocalTime.text($0.start) } ?? "never"
      return [
        verb, entry?.purpose.rawValue ?? "", first, "\(entry?.occurrences.count ?? 0) times",
        entry?.title ?? "",
      ].joined(separator: "\t")
    }
    let entered = changes.compactMap(\.after)
    let lateCount = entered.reduce(0) { sum, entry in
      sum + entry.occurrences.count { entry.isLate($0) }
    }
    if lateCount > 0 {
      lines.append(
        "\(lateCount) occurrences began before they were entered: reports show availability "
          + "with and without them")
    }
    for entry in entered where entry.isCut {
      let until = entry.occurrences.last.map { LocalTime.text($0.start) } ?? "now"
      lines.append("'\(entry.title)' goes on behind \(until): import it again before then")
    }
    lines.append("\(changes.count) changes\(isDryRun ? ", none taken (--dry-run)" : "")")
    return lines.joined(separator: "\n")
  }
}
