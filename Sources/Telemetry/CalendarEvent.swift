// SPDX-License-Identifier: Apache-2.0

/// One event of an iCalendar file (RFC 5545) with its recurrences written out.
package struct CalendarEvent: Sendable, Hashable, Codable {
  /// Any property that says neither when the event is nor what it is called.
  package struct Property: Sendable, Hashable, Codable {
    /// As the file writes it, in capitals.
    package var name: String
    /// Unescaped.
    package var value: String

    package init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// Unique in its file.
  package var uid: String
  package var summary: String
  package var description: String
  package var location: String
  package var categories: [String]
  /// In the order of the file; a name may stand several times.
  package var properties: [Property]
  /// STATUS:CANCELLED; the occurrences are those it would have had.
  package var isCancelled: Bool
  /// Ascending by start, none empty, no two the same; they may overlap.
  package var occurrences: [Interval]
  /// The event goes on behind the last occurrence: it was cut at a limit of the import.
  package var isCut: Bool
  /// Where it begins in its file, for messages about it.
  package var line: Int

  package init(
    uid: String, summary: String = "", description: String = "", location: String = "",
    categories: [String] = [], properties: [Property] = [], isCancelled: Bool = false,
    occurrences: [Interval], isCut: Bool = false, line: Int = 1
  ) {
    self.uid = uid
    self.summary = summary
    self.description = description
    self.location = location
    self.categories = categories
    self.properties = properties
    self.isCancelled = isCancelled
    self.occurrences = occurrences
    self.isCut = isCut
    self.line = line
  }

  /// Of every property called `name`, in the order of the file.
  package func values(of name: String) -> [String] {
    properties.filter { $0.name == name }.map(\.value)
  }
}
