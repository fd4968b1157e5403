// SPDX-License-Identifier: Apache-2.0

/// The content lines of an iCalendar file, unfolded, and which of them make an event.
///
/// libical reads the values; it neither keeps line numbers nor says what is wrong with the nesting,
/// so both are found here.
struct CalendarText {
  struct Line {
    /// From 1, of the first of its folded lines.
    let number: Int
    let text: String
    /// Before the first `:` or `;`, in capitals.
    let name: String
    /// Behind the first `:` outside quotes; nil if there is none.
    let value: String?
  }

  /// A VEVENT directly under its VCALENDAR.
  struct Event {
    let line: Int
    /// Of the properties that are its own, not an alarm's.
    fileprivate(set) var properties: [Line]

    /// Where the property stands, or where the event begins.
    func line(of name: String) -> Int {
      properties.first { $0.name == name }?.number ?? line
    }
  }

  private(set) var lines: [Line] = []
  /// In the order of the file.
  private(set) var events: [Event] = []

  /// - Throws: everything wrong with the nesting, each at its line.
  init(_ text: String, file: String) throws(ConfigurationErrors) {
    let problems = ConfigurationProblems()
    unfold(text)
    checkNesting(file: file, problems: problems)
    try problems.throwIfAny()
  }

  private mutating func unfold(_ text: String) {
    var folded: (number: Int, text: String)?
    // A scalar at a time: CR LF is one character.
    let physical = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, scalars) in physical.enumerated() {
      var scalars = scalars
      if scalars.last == "\r" { scalars.removeLast() }
      if let first = scalars.first, first == " " || first == "\t", folded != nil {
        folded?.text.unicodeScalars.append(contentsOf: scalars.dropFirst())
        continue
      }
      if let folded { append(folded.number, folded.text) }
      folded = scalars.isEmpty ? nil : (index + 1, String(scalars))
    }
    if let folded { append(folded.number, folded.text) }
  }

  private mutating func append(_ number: Int, _ text: String) {
    let name = text.prefix { $0 != ":" && $0 != ";" }
    var isQuoted = false
    let colon = text.firstIndex { character in
      if character == "\"" { isQuoted.toggle() }
      return character == ":" && !isQuoted
    }
    let value = colon.map { String(text[text.index(after: $0)...]) }
    lines.append(Line(number: number, text: text, name: name.uppercased(), value: value))
  }

  private mutating func checkNesting(file: String, problems: ConfigurationProblems) {
    func report(_ line: Line, _ problem: String, _ allowed: String = "") {
      problems.add(
        ConfigurationError(
          file: file, line: line.number, value: line.text, problem: problem, allowed: allowed))
    }
    guard let first = lines.first, Self.begins(first, "VCALENDAR") else {
      problems.add(
        ConfigurationError(
          file: file, line: lines.first?.number ?? 1, problem: "the file is no iCalendar",
          allowed: "BEGIN:VCALENDAR as the first line (RFC 5545)"))
      return
    }
    var open: [(name: String, line: Line)] = []
    for line in lines {
      guard let value = line.value else {
        report(line, "the line is no property", "NAME:value")
        continue
      }
      let component = value.uppercased()
      switch line.name {
      case "BEGIN":
        if open.isEmpty != (component == "VCALENDAR") {
          report(line, "does not belong here", "BEGIN:VCALENDAR around everything, once")
        }
        open.append((component, line))
        if open.count == 2, component == "VEVENT" {
          events.append(Event(line: line.number, properties: []))
        }
      case "END":
        guard let last = open.last, last.name == component else {
          report(line, "ends nothing", open.last.map { "END:\($0.name)" } ?? "BEGIN:VCALENDAR")
          return
        }
        open.removeLast()
      default:
        if open.isEmpty { report(line, "stands outside of BEGIN:VCALENDAR and END:VCALENDAR") }
        if open.count == 2, open[1].name == "VEVENT" {
          events[events.count - 1].properties.append(line)
        }
      }
    }
    for (name, line) in open { report(line, "is not ended", "END:\(name)") }
  }

  private static func begins(_ line: Line, _ component: String) -> Bool {
    line.name == "BEGIN" && line.value?.uppercased() == component
  }
}
