// SPDX-License-Identifier: Apache-2.0

import Yams

/// A place in a YAML file, read strictly: each question either answers or reports what is wrong
/// here and returns nil, so that a reader can go on and find the other mistakes too.
struct YAMLNode {
  struct Context {
    let file: String
    let renamedKeys: [Unicode.Scalar: String]
    /// Nil where `${NAME}` means nothing, as in profiles.
    let expansion: EnvironmentExpansion?
    let problems: ConfigurationProblems
  }

  /// Where a node begins; the start of the file if Yams does not know.
  struct Place {
    let line: Int
    let column: Int
    init(_ mark: Mark?) {
      line = mark?.line ?? 1
      column = mark?.column ?? 1
    }
  }

  let node: Node
  let keyPath: String
  let context: Context

  /// A mapping whose keys are all known, or the keys that are.
  struct Mapping {
    let parent: YAMLNode
    let entries: [(name: String, value: YAMLNode)]

    subscript(name: String) -> YAMLNode? { entries.first { $0.name == name }?.value }

    /// Reports the key if it is missing.
    func required(_ name: String) -> YAMLNode? {
      if let value = self[name] { return value }
      parent.report("the required key '\(name)' is missing", hidingValue: true)
      return nil
    }
  }

  /// A mapping with a fixed set of keys; others are reported with the nearest known one.
  func mapping(keys known: [String]) -> Mapping? {
    guard let mapping = openMapping() else { return nil }
    var entries: [(name: String, value: YAMLNode)] = []
    for entry in mapping.entries {
      if known.contains(entry.name) {
        entries.append(entry)
      } else {
        entry.value.reportKey(
          entry.name, at: mapping.keyPlaces[entry.name], "the key is not known",
          suggestion: NearestName.nearest(to: entry.name, in: known),
          allowed: known.joined(separator: ", "))
      }
    }
    return Mapping(parent: self, entries: entries)
  }

  /// A mapping whose keys are names that the file chooses, in the file's order.
  struct OpenMapping {
    var entries: [(name: String, value: YAMLNode)] = []
    var keyPlaces: [String: Place] = [:]
  }

  func openMapping() -> OpenMapping? {
    guard case .mapping(let pairs) = node else {
      report("expected a mapping", allowed: "key: value pairs")
      return nil
    }
    var result = OpenMapping()
    for (key, value) in pairs {
      guard case .scalar(let scalar) = key else {
        YAMLNode(node: key, keyPath: keyPath, context: context).report("a key must be a word")
        continue
      }
      let name = originalName(scalar.string)
      let child = YAMLNode(
        node: value, keyPath: keyPath.isEmpty ? name : "\(keyPath).\(name)", context: context)
      if let first = result.keyPlaces[name] {
        child.reportKey(
          name, at: Place(scalar.mark),
          "the key stands twice in this mapping, first at \(first.line):\(first.column)",
          allowed: "each key once")
      } else {
        result.keyPlaces[name] = Place(scalar.mark)
        result.entries.append((name, child))
      }
    }
    return result
  }

  /// The elements of a list.
  func sequence(countMax: Int) -> [YAMLNode]? {
    guard case .sequence(let elements) = node else {
      report("expected a list", allowed: "[…] or lines that begin with '-'")
      return nil
    }
    guard elements.count <= countMax else {
      report("the list has \(elements.count) elements", allowed: "at most \(countMax)")
      return nil
    }
    return elements.enumerated().map { index, element in
      YAMLNode(node: element, keyPath: "\(keyPath)[\(index)]", context: context)
    }
  }

  func report(
    _ problem: String, value: String? = nil, allowed: String = "", hidingValue: Bool = false
  ) {
    let mark = Place(node.mark)
    context.problems.add(
      ConfigurationError(
        file: context.file, line: mark.line, column: mark.column, keyPath: keyPath,
        value: hidingValue ? value : value ?? node.scalar?.string, problem: problem,
        allowed: allowed))
  }

  /// Reports at the key rather than at its value.
  func reportKey(
    _ name: String, at mark: Place?, _ problem: String, suggestion: String? = nil,
    allowed: String = ""
  ) {
    context.problems.add(
      ConfigurationError(
        file: context.file, line: mark?.line ?? 1, column: mark?.column ?? 1, keyPath: keyPath,
        problem: problem + (suggestion.map { ", did you mean '\($0)'?" } ?? ""),
        allowed: allowed))
  }

  private func originalName(_ name: String) -> String {
    guard !context.renamedKeys.isEmpty, let first = name.unicodeScalars.first else { return name }
    return context.renamedKeys[first] ?? name
  }
}
