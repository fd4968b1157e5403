// SPDX-License-Identifier: Apache-2.0

import Yams

/// One YAML file as a tree in which every node knows its line and column.
///
/// Stricter than YAML: no tabs in indentation, no anchors or aliases (an alias has the place of
/// something else, and nested ones grow without bound), one document, no key twice.
enum YAMLDocument {
  /// A configuration is written by hand; a larger file is the wrong file.
  static let sizeBytesMax = 1 << 20
  /// Every alias may double what stands before it.
  static let aliasCountMax = 8

  static func root(
    of path: String, environment: [String: String]? = nil, problems: ConfigurationProblems
  ) -> YAMLNode? {
    ConfigurationFile.text(at: path, sizeBytesMax: sizeBytesMax, problems: problems)
      .flatMap { root(in: $0, file: path, environment: environment, problems: problems) }
  }

  /// The tree of a text that is at hand already.
  static func root(
    in text: String, file path: String, environment: [String: String]?,
    problems: ConfigurationProblems
  ) -> YAMLNode? {
    guard !reportTabs(in: text, file: path, problems: problems) else { return nil }
    guard !reportAliases(in: text, file: path, problems: problems) else { return nil }
    let tree = DuplicateKeys.compose(text)
    switch tree.outcome {
    case .failure(let error):
      problems.add(described(error, file: path))
      return nil
    case .success(nil):
      problems.add(ConfigurationError(file: path, problem: "the file is empty"))
      return nil
    case .success(let node?):
      if let place = tree.anchor {
        problems.add(
          ConfigurationError(
            file: path, line: place.line, column: place.column,
            problem: "anchors and aliases are not accepted", allowed: "the value written out"))
        return nil
      }
      return YAMLNode(
        node: node, keyPath: "",
        context: YAMLNode.Context(
          file: path, renamedKeys: tree.renamedKeys,
          expansion: environment.map(EnvironmentExpansion.init), problems: problems))
    }
  }

  private static func reportTabs(
    in text: String, file: String, problems: ConfigurationProblems
  ) -> Bool {
    var found = false
    // Not only "\n": a carriage return and a line feed are one character.
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() {
      let indentation = line.prefix { $0 == " " || $0 == "\t" }
      guard let tab = indentation.firstIndex(of: "\t"), !line.allSatisfy(\.isWhitespace) else {
        continue
      }
      found = true
      problems.add(
        ConfigurationError(
          file: file, line: index + 1,
          column: indentation.distance(from: indentation.startIndex, to: tab) + 1,
          problem: "a tab in the indentation", allowed: "spaces"))
    }
    return found
  }

  /// Yams looks for duplicate keys while it composes, and to compare aliases of aliases of aliases
  /// takes longer than anybody waits: so many that this could happen are refused before. What looks
  /// like an alias may be part of a text; a few of those harm nobody.
  private static func reportAliases(
    in text: String, file: String, problems: ConfigurationProblems
  ) -> Bool {
    var count = 0
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() where line.first(where: { $0 != " " }) != "#" {
      var before: Unicode.Scalar = " "
      for (column, scalar) in line.unicodeScalars.enumerated() {
        if scalar == "*", " \t,[{:".unicodeScalars.contains(before) { count += 1 }
        if count > aliasCountMax {
          problems.add(
            ConfigurationError(
              file: file, line: index + 1, column: column + 1,
              problem: "anchors and aliases are not accepted", allowed: "the value written out"))
          return true
        }
        before = scalar
      }
    }
    return false
  }

  private static func described(_ error: YamlError, file: String) -> ConfigurationError {
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let while_ = context.map { " (\($0.text))" } ?? ""
      return ConfigurationError(
        file: file, line: mark.line, column: mark.column,
        problem: "not valid YAML: \(problem)\(while_)")
    case .duplicatedKeysInMapping(let keys, let context):
      return ConfigurationError(
        file: file, line: context.mark.line, column: context.mark.column,
        keyPath: keys.first ?? "", problem: "the key stands twice in the same mapping",
        allowed: "each key once")
    case .reader(let problem, let offset, _, let yaml):
      let before = yaml.prefix(offset ?? 0)
      let lineStart = before.lastIndex(where: \.isNewline).map(before.index(after:))
      return ConfigurationError(
        file: file, line: before.count(where: \.isNewline) + 1,
        column: before[(lineStart ?? before.startIndex)...].unicodeScalars.count + 1,
        problem: "not valid YAML: \(problem)")
    default:
      return ConfigurationError(file: file, problem: "not valid YAML: \(error)")
    }
  }
}
