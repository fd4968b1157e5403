// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A file of the repository. The checks take these and nothing else, so that the canary can hand
/// them files that never were on disk.
struct TextFile: Sendable {
  /// Relative to the repository, with `/`.
  let path: String
  let text: String

  var name: String { path.split(separator: "/").last.map(String.init) ?? path }
  var folders: [String] { path.split(separator: "/").dropLast().map(String.init) }

  var fileExtension: String {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count > 1 ? String(parts[parts.count - 1]) : ""
  }

  /// Lines as an editor counts them: the newline at the very end starts none.
  var lines: [Substring] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  /// Written by hand and compiled or run: Swift, C, C++ and scripts.
  var isSource: Bool {
    ["swift", "c", "h", "cpp"].contains(fileExtension) || text.hasPrefix("#!")
  }

  /// Configuration that people read beside the source.
  var isConfiguration: Bool {
    ["yaml", "conf", "acl", "service"].contains(fileExtension)
  }
}

/// Something that the house style forbids, and where.
struct Fault: Hashable, Sendable, CustomStringConvertible {
  /// Which rule, in a few words that the canary can compare.
  enum Rule: String, Sendable, CaseIterable {
    case tooManyLines, lineTooLong, bannedName, missingLicence, openNote
    case forbiddenImport, unknownTarget, incompleteFolder, badSample, machinePath
  }

  let rule: Rule
  let path: String
  let detail: String

  var description: String { "\(path): \(rule.rawValue): \(detail)" }
}

enum Repository {
  /// Two folders above this file's, also when a package elsewhere links to this one's tests.
  static let root = URL(filePath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Every text file that is part of the repository: hidden folders hold builds and the history, so
  /// only `.ci` of them is read. In a worktree `.git` is a file, and says where the history is.
  static func load() throws -> [TextFile] {
    var files: [TextFile] = []
    try walk(root, prefix: "", into: &files)
    return files
  }

  private static func walk(_ folder: URL, prefix: String, into files: inout [TextFile]) throws {
    let entries = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: [.isDirectoryKey, .isSymbolicLinkKey])
    for entry in entries.sorted(by: { $0.path < $1.path }) {
      let name = entry.lastPathComponent
      let values = try entry.resourceValues(forKeys: [.isDirectoryKey, .isSymbolicLinkKey])
      if values.isSymbolicLink == true { continue }
      if values.isDirectory == true {
        if name.hasPrefix("."), name != ".ci" { continue }
        // Bytes that a fuzzer made up keep no house style.
        if prefix == "Tests/Fuzz/", ["corpus", "cases"].contains(name) { continue }
        try walk(entry, prefix: prefix + name + "/", into: &files)
      } else if name != "Package.resolved", name != ".git",
        let text = String(data: try Data(contentsOf: entry), encoding: .utf8)
      {
        // What is not UTF-8 is no text of ours (a store left behind by a trial, say).
        files.append(TextFile(path: prefix + name, text: text))
      }
    }
  }
}
