// SPDX-License-Identifier: Apache-2.0

/// One thing wrong with a file that a person wrote, at the place to correct.
package struct ConfigurationError: Error, Hashable, Sendable {
  package var file: String
  /// From 1; 1 when the file as a whole is at fault.
  package var line: Int
  /// From 1, in Unicode scalars.
  package var column: Int
  /// Where in the document, e.g. `source.sessions[1].name`, or the column of a CSV file; empty for
  /// the whole file.
  package var keyPath: String
  /// What stands there, never a secret; nil where nothing stands.
  package var value: String?
  package var problem: String
  /// What would be accepted; empty where the problem says it all.
  package var allowed: String

  package init(
    file: String, line: Int = 1, column: Int = 1, keyPath: String = "", value: String? = nil,
    problem: String, allowed: String = ""
  ) {
    self.file = file
    self.line = line
    self.column = column
    self.keyPath = keyPath
    self.value = value
    self.problem = problem
    self.allowed = allowed
  }
}

extension ConfigurationError: CustomStringConvertible {
  /// Longer values are cut in messages, so that one bad field cannot fill a screen.
  package static let valueLengthMax = 80

  package var description: String {
    var text = "\(file):\(line):\(column): "
    if !keyPath.isEmpty { text += "key '\(keyPath)': " }
    if let value { text += "value '\(Self.shortened(value))': " }
    text += problem
    if !allowed.isEmpty { text += "; allowed: \(allowed)" }
    return Self.line(text)
  }

  private static func shortened(_ value: String) -> String {
    value.count <= valueLengthMax ? value : value.prefix(valueLengthMax) + "…"
  }

  /// Control characters and separators, which values, keys and words of the file may hold, would
  /// break the one-line form that editors jump by, and terminals would obey them.
  private static func line(_ text: String) -> String {
    let scalars = text.unicodeScalars.map { scalar -> Unicode.Scalar in
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator: " "
      default: scalar
      }
    }
    return String(String.UnicodeScalarView(scalars))
  }
}

/// Everything wrong with a configuration, thrown whole: one run shows every mistake.
package struct ConfigurationErrors: Error, Hashable, Sendable, CustomStringConvertible {
  /// In order of file, line and column; never empty.
  package let errors: [ConfigurationError]

  /// - Precondition: there is at least one error.
  package init(_ errors: [ConfigurationError]) {
    precondition(!errors.isEmpty, "a refusal without a reason")
    self.errors = errors.sorted {
      ($0.file, $0.line, $0.column) < ($1.file, $1.line, $1.column)
    }
  }

  package var description: String {
    errors.map(\.description).joined(separator: "\n")
  }
}
