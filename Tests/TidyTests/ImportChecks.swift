// SPDX-License-Identifier: Apache-2.0

/// Who may import whom: the table of `docs/ARCHITECTURE.md`, which keeps the flow one way.
enum ImportChecks {
  /// Modules of ours, by the target that imports them. A target that is not listed is a fault, so
  /// that a new one comes with a decision on its imports.
  static let allowed: [String: Set<String>] = [
    "CMalloc": [],
    "CMosquitto": [],
    "CZlib": [],
    "CLibical": [],
    "CXLSXWriter": [],
    "CSimdJSON": [],
    "Telemetry": [],
    // These stand under Tests; listing them keeps targets under Sources from importing them.
    "TestSupport": [],
    "CFaultyFileSystem": [],
    "FuzzProperties": ["Telemetry", "Ingest", "Storage", "Reporting", "Pipeline", "CZlib"],
    "Ingest": ["Telemetry", "CMosquitto", "CSimdJSON"],
    "Analysis": ["Telemetry"],
    "Storage": ["Telemetry", "CZlib"],
    "Reporting": ["Telemetry", "Analysis", "Storage", "CXLSXWriter"],
    "Alerting": ["Telemetry", "Storage", "CMosquitto"],
    "FleetSimulator": ["Telemetry", "CMosquitto"],
    "Pipeline": [
      "Telemetry", "Ingest", "Analysis", "Storage", "Reporting", "Alerting", "FleetSimulator",
      "CMalloc", "CLibical",
    ],
    "nhip": [
      "Telemetry", "Ingest", "Analysis", "Storage", "Reporting", "Alerting", "FleetSimulator",
      "Pipeline",
    ],
  ]

  /// Modules of others that only some targets may see.
  static let reserved: [String: Set<String>] = [
    "GRDB": ["Storage"],
    "Yams": ["Pipeline"],
    "Crypto": ["Reporting"],
    "Mustache": ["Reporting"],
    "ArgumentParser": ["nhip"],
  ]

  /// Modules with a clock, files or locales in them, by the targets that must do without.
  static let banned: [String: Set<String>] = [
    "Analysis": ["Foundation", "FoundationEssentials", "Glibc", "Dispatch"]
  ]

  static func faults(in file: TextFile) -> [Fault] {
    guard file.folders.first == "Sources", file.folders.count > 1 else { return [] }
    let target = file.folders[1]
    guard let ours = allowed[target] else {
      return [Fault(rule: .unknownTarget, path: file.path, detail: "no rule for \(target)")]
    }
    guard file.fileExtension == "swift" else { return [] }
    return modules(importedBy: file).compactMap { module in
      let isOurs = allowed[module] != nil
      let isForbidden =
        (isOurs && !ours.contains(module))
        || (reserved[module].map { !$0.contains(target) } ?? false)
        || (banned[target]?.contains(module) ?? false)
      guard isForbidden else { return nil }
      return Fault(rule: .forbiddenImport, path: file.path, detail: "\(target) ← \(module)")
    }
  }

  /// `import X`, `package import X`, `@testable import X`, `import struct X.Y`.
  static func modules(importedBy file: TextFile) -> [String] {
    file.lines.compactMap { line in
      let words = line.split(separator: " ")
      guard let position = words.firstIndex(of: "import"),
        words[..<position].allSatisfy({ $0.hasPrefix("@") || accessLevels.contains(String($0)) })
      else { return nil }
      var rest = words[(position + 1)...]
      if let kind = rest.first, declarationKinds.contains(String(kind)) { rest = rest.dropFirst() }
      return rest.first?.split(separator: ".").first.map(String.init)
    }
  }

  private static let accessLevels: Set<String> = [
    "public", "package", "internal", "fileprivate", "private",
  ]
  private static let declarationKinds: Set<String> = [
    "struct", "class", "enum", "protocol", "typealias", "func", "let", "var",
  ]
}
