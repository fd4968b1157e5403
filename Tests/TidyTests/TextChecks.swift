// SPDX-License-Identifier: Apache-2.0

/// What can be said of one file by looking at its text.
enum TextChecks {
  static let linesMax = 400
  static let columnsMax = 100
  /// Names that say nothing, so that anything ends up behind them.
  static let bannedNames = ["Utils", "Util", "Helpers", "Helper", "Common", "Manager", "Types"]
  static let licence = "SPDX-License-Identifier: Apache-2.0"
  /// Spelled in halves, so that this file passes its own check.
  static let openNotes = (unconditional: "FIX" + "ME", withIssue: "TO" + "DO")
  /// Where somebody's checkout happens to be.
  static let machineFolders = ["work", "home", "root"]

  static func faults(in file: TextFile) -> [Fault] {
    size(file) + name(file) + licence(file) + openNotes(file) + machinePaths(file)
  }

  static func size(_ file: TextFile) -> [Fault] {
    guard file.isSource || file.isConfiguration else { return [] }
    var faults: [Fault] = []
    let lines = file.lines
    if lines.count > linesMax {
      faults.append(
        Fault(rule: .tooManyLines, path: file.path, detail: "\(lines.count) > \(linesMax)"))
    }
    for (index, line) in lines.enumerated() where line.count > columnsMax {
      let detail = "line \(index + 1) has \(line.count) columns"
      faults.append(Fault(rule: .lineTooLong, path: file.path, detail: detail))
    }
    return faults
  }

  static func name(_ file: TextFile) -> [Fault] {
    guard file.isSource else { return [] }
    let stem = file.name.split(separator: ".").first ?? ""
    // `Type+Aspect.swift`: neither half may be empty words.
    let isBanned =
      file.name == "main.swift"
      || stem.split(separator: "+").contains { part in bannedNames.contains { part.hasSuffix($0) } }
    return isBanned ? [Fault(rule: .bannedName, path: file.path, detail: file.name)] : []
  }

  static func licence(_ file: TextFile) -> [Fault] {
    guard file.isSource else { return [] }
    var lines = file.lines[...]
    // These two must be the first line themselves.
    if let first = lines.first, first.hasPrefix("#!") || first.contains("swift-tools-version") {
      lines = lines.dropFirst()
    }
    if lines.first?.contains(licence) == true { return [] }
    return [Fault(rule: .missingLicence, path: file.path, detail: "no SPDX line at the top")]
  }

  static func openNotes(_ file: TextFile) -> [Fault] {
    guard file.isSource || file.isConfiguration else { return [] }
    return file.lines.enumerated().compactMap { index, line in
      let hasIssue = line.firstMatch(of: /#[0-9]+/) != nil
      guard
        line.contains(openNotes.unconditional)
          || (line.contains(openNotes.withIssue) && !hasIssue)
      else { return nil }
      return Fault(rule: .openNote, path: file.path, detail: "line \(index + 1)")
    }
  }

  static func machinePaths(_ file: TextFile) -> [Fault] {
    file.lines.enumerated().compactMap { index, line in
      for folder in machineFolders {
        for range in line.ranges(of: "/" + folder + "/") {
          // A relative path (`../home/`, `$directory/work/`) names no machine.
          let before =
            range.lowerBound == line.startIndex
            ? " " : line[line.index(before: range.lowerBound)]
          if before.isLetter || before.isNumber || ".}_*-".contains(before) { continue }
          let detail = "line \(index + 1) names a folder of a machine"
          return Fault(rule: .machinePath, path: file.path, detail: detail)
        }
      }
      return nil
    }
  }
}
