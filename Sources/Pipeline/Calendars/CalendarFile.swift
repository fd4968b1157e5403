// SPDX-License-Identifier: Apache-2.0

import CLibical
import Foundation
import Telemetry

/// Reads an iCalendar file (RFC 5545): its events, with their recurrences written out to a horizon.
///
/// libical reads; what is wrong is reported at its line, and then nothing is taken.
package enum CalendarFile {
  /// Some ten thousand events.
  package static let sizeBytesMax = 5 << 20
  /// Of all events of a file together: what a store keeps of it stays small.
  package static let occurrenceCountMax = 200_000

  /// - Parameter now: recurrences are followed for ``CalendarExpansion/horizonYears`` behind it.
  /// - Returns: one for each UID, in the order of the file.
  /// - Throws: everything wrong with the file, each error at its line.
  package static func load(
    path: String, now: Milliseconds
  ) throws(ConfigurationErrors) -> [CalendarEvent] {
    let problems = ConfigurationProblems()
    let text = ConfigurationFile.text(at: path, sizeBytesMax: sizeBytesMax, problems: problems)
    try problems.throwIfAny()
    return try read(text ?? "", file: path, now: now)
  }

  /// The events of a text that is at hand.
  package static func read(
    _ text: String, file: String, now: Milliseconds
  ) throws(ConfigurationErrors) -> [CalendarEvent] {
    let problems = ConfigurationProblems()
    let lines = try CalendarText(text, file: file)
    let events = CalendarTree.oneAtATime.withLock { _ -> [CalendarEvent] in
      guard let tree = CalendarTree(joined(lines.lines)) else {
        problems.add(ConfigurationError(file: file, problem: "the file is no iCalendar"))
        return []
      }
      reportUnread(tree.errorCount, of: lines, file: file, problems: problems)
      guard problems.isEmpty else { return [] }
      let found = tree.events
      guard found.count == lines.events.count else {
        problems.add(
          ConfigurationError(
            file: file, problem: "\(lines.events.count - found.count) events cannot be read"))
        return []
      }
      let placed = zip(found, lines.events).map {
        PlacedEvent(component: $0, place: $1, file: file, problems: problems)
      }
      return CalendarEvents(file: file, now: now, problems: problems).read(placed)
    }
    try problems.throwIfAny()
    return events
  }

  /// Folded lines and line ends of any kind are one line each now.
  private static func joined(_ lines: [CalendarText.Line]) -> String {
    lines.map(\.text).joined(separator: "\r\n") + "\r\n"
  }

  /// libical puts an error where it removed a property, without a line: so each line is read by
  /// itself once it is known that there are any.
  private static func reportUnread(
    _ count: Int, of text: CalendarText, file: String, problems: ConfigurationProblems
  ) {
    for line in text.lines where line.text.unicodeScalars.contains(where: isControl) {
      problems.add(
        ConfigurationError(
          file: file, line: line.number, keyPath: line.name,
          problem: "a control character stands in the line"))
    }
    guard count > 0 else { return }
    for line in text.lines where line.name != "BEGIN" && line.name != "END" {
      let alone = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", line.text, "END:VEVENT", "END:VCALENDAR", ""]
      let errors = CalendarTree(alone.joined(separator: "\r\n"))?.errorCount ?? 1
      guard errors > 0 else { continue }
      problems.add(
        ConfigurationError(
          file: file, line: line.number, keyPath: line.name, value: line.value,
          problem: line.name == "RRULE" || line.name == "EXRULE"
            ? "is no recurrence rule" : "is no property that can be read",
          allowed: "as RFC 5545 has it; own names begin with X-"))
    }
    if problems.isEmpty {
      problems.add(
        ConfigurationError(file: file, problem: "\(count) properties cannot be read"))
    }
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    (scalar.value < 32 && scalar != "\t") || scalar.value == 127
  }
}
