// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What a folder under `devices/` or `pipelines/` must hold to be complete.
enum FolderChecks {
  static func faults(in files: [TextFile]) -> [Fault] {
    devices(files) + pipelines(files) + files.flatMap(sample)
  }

  static func devices(_ files: [TextFile]) -> [Fault] {
    folders(under: "devices", of: files).flatMap { kind, files in
      var missing: [String] = []
      for name in ["device.yaml", "README.md"]
      where !files.contains(where: { $0.path == "devices/\(kind)/\(name)" }) {
        missing.append(name)
      }
      for prefix in ["good-", "bad-"]
      where !files.contains(where: { isSample($0) && $0.name.hasPrefix(prefix) }) {
        missing.append("samples/\(prefix)*.json")
      }
      let profile = files.first { $0.name == "device.yaml" }
      if let profile, !profile.lines.contains("kind: \(kind)") {
        missing.append("kind: \(kind) in device.yaml")
      }
      return missing.map { Fault(rule: .incompleteFolder, path: "devices/\(kind)", detail: $0) }
    }
  }

  static func pipelines(_ files: [TextFile]) -> [Fault] {
    folders(under: "pipelines", of: files).flatMap { name, files in
      ["pipeline.yaml", "README.md", "targets.yaml"]
        .filter { wanted in !files.contains { $0.path == "pipelines/\(name)/\(wanted)" } }
        .map { Fault(rule: .incompleteFolder, path: "pipelines/\(name)", detail: $0) }
    }
  }

  /// A sample is good or bad by its name, and a good one can be published by hand at any time: it
  /// is one JSON object without a time of its own.
  static func sample(_ file: TextFile) -> [Fault] {
    guard file.folders.first == "devices", isSample(file) else { return [] }
    func fault(_ detail: String) -> [Fault] {
      [Fault(rule: .badSample, path: file.path, detail: detail)]
    }
    if file.name.hasPrefix("bad-") { return [] }
    guard file.name.hasPrefix("good-") else { return fault("neither good- nor bad-") }
    do {
      let value = try JSONSerialization.jsonObject(with: Data(file.text.utf8))
      guard let object = value as? [String: Any] else { return fault("not an object") }
      return object["ts"] == nil ? [] : fault("carries ts")
    } catch {
      return fault("not JSON: \(error.localizedDescription)")
    }
  }

  private static func isSample(_ file: TextFile) -> Bool {
    file.folders.last == "samples" && file.fileExtension == "json"
  }

  /// The folders directly under `parent`, each with all its files, in order of name.
  private static func folders(
    under parent: String, of files: [TextFile]
  ) -> [(key: String, value: [TextFile])] {
    let inside = files.filter { $0.folders.first == parent && $0.folders.count > 1 }
    return Dictionary(grouping: inside) { $0.folders[1] }.sorted { $0.key < $1.key }
  }
}
