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
    guard let last = errors.last else { return }
    guard leftOut > 0 else { throw ConfigurationErrors(errors) }
    let note = ConfigurationError(
      file: last.file, line: .max, problem: "\(leftOut) more errors are not shown")
    throw ConfigurationErrors(errors + [note])
  }
}
