// SPDX-License-Identifier: Apache-2.0

/// Gathers the errors of one load, so that readers can go on past the first.
///
/// Owned by one load on one thread; bounded, since a registry of a million rows in the wrong
/// encoding would otherwise make a million messages.
final class ConfigurationProblems {
  /// More than anybody corrects in one go.
  static let countMax = 1_000

  private(set) var errors: [ConfigurationError] = []
  private var leftOut = 0

  var isEmpty: Bool { errors.isEmpty }

  func add(_ error: ConfigurationError) {
    if errors.count < Self.countMax { errors.append(error) } else { leftOut += 1 }
  }

  func throwIfAny() throws(ConfigurationErrors) {
    guard !errors.isEmpty else { return }
    let shown = ConfigurationErrors(errors)
    guard leftOut > 0, let last = shown.errors.last else { throw shown }
    // At the last place that is shown, so that it stands behind all of them.
    let note = ConfigurationError(
      file: last.file, line: last.line, column: last.column,
      problem: "\(leftOut) more errors are not shown")
    throw ConfigurationErrors(shown.errors + [note])
  }
}
