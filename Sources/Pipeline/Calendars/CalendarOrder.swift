// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What an operator says of a calendar file beside what stands in it; of an event, the file's own
/// X-NHIP- properties win.
package struct CalendarOrder: Codable, Sendable, Hashable {
  /// Names are file names as a rule.
  package static let nameLengthMax = 100
  package static let textLengthMax = 500

  /// Path of the file, which the nhip that carries the command out must be able to read.
  package var file: String
  /// Of the set: an import of the same name replaces its entries by UID.
  package var calendar: String
  /// Nil where every event says it itself.
  package var purpose: CalendarPurpose?
  package var scope: CalendarScope
  package var responsible: String
  package var reference: String
  /// Entries of the set that the file does not name are withdrawn.
  package var isFull: Bool
  package var isDryRun: Bool

  package init(
    file: String, calendar: String, purpose: CalendarPurpose? = nil,
    scope: CalendarScope = CalendarScope(), responsible: String = "", reference: String = "",
    isFull: Bool = false, isDryRun: Bool = false
  ) {
    self.file = file
    self.calendar = calendar
    self.purpose = purpose
    self.scope = scope
    self.responsible = responsible
    self.reference = reference
    self.isFull = isFull
    self.isDryRun = isDryRun
  }

  /// One line each: lists print them.
  func check() throws(ControlFailure) {
    guard (1...Self.nameLengthMax).contains(calendar.count), OneLine.holds(calendar) else {
      throw ControlFailure(
        .refused, "a calendar's name has 1 to \(Self.nameLengthMax) characters on one line")
    }
    for text in [responsible, reference] {
      guard text.count <= Self.textLengthMax, OneLine.holds(text) else {
        throw ControlFailure(
          .refused,
          "who answers and the paper are one line each of at most \(Self.textLengthMax) characters")
      }
    }
  }
}

/// Words that lists print on one line.
enum OneLine {
  static func holds(_ text: String) -> Bool {
    !text.unicodeScalars.contains { $0.value < 32 || $0.value == 127 || $0.value == 0x85 }
  }

  /// The same words without the ends of lines that a file may have.
  static func of(_ text: String, lengthMax: Int) -> String {
    let scalars = text.unicodeScalars.map { scalar -> Unicode.Scalar in
      scalar.value < 32 || scalar.value == 127 || scalar.value == 0x85 ? " " : scalar
    }
    return String(String(String.UnicodeScalarView(scalars)).prefix(lengthMax))
  }
}
