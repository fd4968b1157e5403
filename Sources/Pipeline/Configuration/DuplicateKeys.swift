// SPDX-License-Identifier: Apache-2.0

import Yams

/// Composes a document that may hold keys twice.
///
/// Yams refuses such a document whole and names only the first occurrence. To report the others
/// at their own place, and everything else that is wrong too, each first occurrence is renamed in
/// the text to as many private-use characters (places stay where they were) and composed again.
enum DuplicateKeys {
  /// A file with more duplicates than this gets Yams' own answer.
  static let countMax = 32

  struct Tree {
    var outcome: Result<Node?, YamlError>
    /// The place of the first node that has an anchor.
    var anchor: Mark?
    /// What the renamed keys are called, by their first scalar.
    var renamedKeys: [Unicode.Scalar: String]
  }

  /// Yams keeps the address of the text's bytes, and a text this short has none of its own.
  private static let inlineSizeBytesMax = 15

  static func compose(_ text: String) -> Tree {
    var text = text
    if text.utf8.count <= inlineSizeBytesMax {
      text += String(repeating: " ", count: inlineSizeBytesMax + 1 - text.utf8.count)
    }
    var renamed: [Unicode.Scalar: String] = [:]
    while true {
      do {
        let parser = try Parser(yaml: text)
        let node = try parser.singleRoot()
        // Anchors are held by the parser alone, so the search must come before its end.
        let anchor = withExtendedLifetime(parser) { node.flatMap(firstAnchor) }
        return Tree(outcome: .success(node), anchor: anchor, renamedKeys: renamed)
      } catch let error as YamlError {
        guard case .duplicatedKeysInMapping(let keys, let context) = error,
          renamed.count < countMax,
          let placeholder = Unicode.Scalar(0xE000 + UInt32(renamed.count)),
          let (key, changed) = rename(keys, at: context.mark, to: placeholder, in: text)
        else { return Tree(outcome: .failure(error), anchor: nil, renamedKeys: renamed) }
        renamed[placeholder] = key
        text = changed
      } catch {
        preconditionFailure("Yams throws YamlError only, not \(error)")
      }
    }
  }

  /// Nil if the key is written otherwise than it reads, with quotes or escapes.
  private static func rename(
    _ keys: [String], at mark: Mark, to placeholder: Unicode.Scalar, in text: String
  ) -> (key: String, text: String)? {
    var scalars = Array(text.unicodeScalars)
    var line = 1
    var start = 0
    while line < mark.line, start < scalars.count {
      if scalars[start] == "\n" { line += 1 }
      start += 1
    }
    start += mark.column - 1
    let rest = scalars[min(start, scalars.count)...]
    guard let key = keys.first(where: { !$0.isEmpty && rest.starts(with: $0.unicodeScalars) })
    else { return nil }
    for index in start..<start + key.unicodeScalars.count { scalars[index] = placeholder }
    return (key, String(String.UnicodeScalarView(scalars)))
  }

  /// Does not look below an anchored node: aliases repeat it, perhaps a billion times.
  private static func firstAnchor(in node: Node) -> Mark? {
    if node.anchor != nil { return node.mark }
    switch node {
    case .mapping(let mapping):
      for (key, value) in mapping {
        if let found = firstAnchor(in: key) ?? firstAnchor(in: value) { return found }
      }
    case .sequence(let sequence):
      for element in sequence {
        if let found = firstAnchor(in: element) { return found }
      }
    case .scalar, .alias: break
    }
    return nil
  }
}
