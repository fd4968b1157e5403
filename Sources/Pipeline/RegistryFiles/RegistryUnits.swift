// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The tree of units, and the files that hang on it.
struct RegistryUnits {
  static let levels = ["nation", "province", "commune", "village"]

  private(set) var units: [Unit] = []
  private var positions: [String: Int] = [:]
  private var parentPlaces: [RegistryPlace] = []
  private let table: RegistryTable
  private let problems: ConfigurationProblems

  init(file: String, problems: ConfigurationProblems) {
    self.problems = problems
    table = RegistryTable(
      file: file,
      columns: [
        "code", "name", "level", "level_label", "area_class", "parent", "valid_from", "valid_to",
      ], required: ["code", "name", "level"], problems: problems)
  }

  mutating func read() {
    var read: [(Unit, RegistryPlace)] = []
    var known: [String: Int] = [:]
    table.forEachRow { row in
      let (code, level, validity) = (row.required("code"), row.required("level"), row.validity())
      if !level.isEmpty, !Self.levels.contains(level) {
        row.report(
          "level", "unknown word", allowed: Self.levels.joined(separator: ", "))
      }
      checkCode(code, level: level, row: row)
      if level == "village", row.text("parent").isEmpty {
        row.report("parent", "a village needs its commune", allowed: "the code of a unit")
      }
      if known.updateValue(read.count, forKey: code) != nil {
        row.report("code", "the code stands twice", allowed: "each code once")
      }
      let unit = Unit(
        code: code, name: row.required("name"), level: level, levelLabel: row.text("level_label"),
        areaClass: row.text("area_class"), parent: row.text("parent"), validFrom: validity.from,
        validTo: validity.to)
      read.append((unit, row.place("parent")))
    }
    units = read.map(\.0)
    parentPlaces = read.map(\.1)
    positions = known
    checkParents()
  }

  private func checkCode(_ code: String, level: String, row: RegistryRow) {
    guard let length = ["province": 2, "commune": 5][level], !code.isEmpty else { return }
    let isNumeric = code.allSatisfy { $0.isASCII && $0.isNumber }
    guard !isNumeric || code.utf8.count != length else { return }
    let likely = String(repeating: "0", count: max(0, length - code.utf8.count)) + code
    row.report(
      "code", "a \(level)'s code has \(length) digits",
      allowed: isNumeric && code.utf8.count < length
        ? "probably \(likely), which lost its leading zeros" : "\(length) digits")
  }

  private func checkParents() {
    let parents = units.map { positions[$0.parent] }
    let cyclic = RegistryCycles.members(parents)
    for (index, unit) in units.enumerated() where !unit.parent.isEmpty {
      let place = parentPlaces[index]
      guard let parent = parents[index] else {
        table.add(place, "parent", unit.parent, "no such unit", allowedCode(for: unit.parent))
        continue
      }
      if cyclic.contains(index) {
        table.add(place, "parent", unit.parent, "the parents form a cycle", "a unit above")
      } else if let rank = Self.levels.firstIndex(of: unit.level),
        let above = Self.levels.firstIndex(of: units[parent].level), above >= rank
      {
        table.add(
          place, "parent", unit.parent, "a \(units[parent].level) is not above a \(unit.level)",
          Self.levels[..<rank].joined(separator: ", "))
      }
    }
  }

  func contains(_ code: String) -> Bool { positions[code] != nil }

  /// The code that was probably meant, its leading zeros lost to a spreadsheet.
  func allowedCode(for code: String) -> String {
    for length in [2, 5] where code.utf8.count < length {
      let likely = String(repeating: "0", count: length - code.utf8.count) + code
      if contains(likely) { return "probably \(likely), which lost its leading zeros" }
    }
    return "a code of units.csv"
  }

  func checkUnit(_ row: RegistryRow) -> String {
    let code = row.required("unit")
    if !code.isEmpty, !contains(code) {
      row.report("unit", "no such unit", allowed: allowedCode(for: code))
    }
    return code
  }

  /// The nearest unit of level commune at or above `code`.
  func commune(of code: String) -> String? {
    var next = positions[code]
    // A cycle has been reported; the count keeps it from holding us here.
    for _ in 0...Self.levels.count {
      guard let index = next else { return nil }
      if units[index].level == "commune" { return units[index].code }
      next = positions[units[index].parent]
    }
    return nil
  }

  func sites(file: String) -> [Site] {
    let table = RegistryTable(
      file: file,
      columns: [
        "code", "name", "type", "unit", "lat", "lon", "feeder", "isp", "valid_from", "valid_to",
      ], required: ["code", "name", "type", "unit"], problems: problems)
    var sites: [Site] = []
    var known: Set<String> = []
    table.forEachRow { row in
      let (code, unit, validity) = (row.required("code"), checkUnit(row), row.validity())
      if !known.insert(code).inserted {
        row.report("code", "the code stands twice", allowed: "each code once")
      }
      let latitude = row.number("lat", in: -90...90)
      let longitude = row.number("lon", in: -180...180)
      if row.text("lat").isEmpty != row.text("lon").isEmpty {
        row.report("lat", "one of lat and lon alone", allowed: "both or neither")
      }
      sites.append(
        Site(
          code: code, name: row.required("name"), type: row.required("type"), unit: unit,
          latitude: latitude, longitude: longitude, feeder: row.text("feeder"),
          isp: row.text("isp"), validFrom: validity.from, validTo: validity.to))
    }
    return sites
  }

  func systems(file: String) -> [InformationSystem] {
    let columns = ["code", "unit", "security_level", "approved_on", "measures_in_place"]
    let table = RegistryTable(
      file: file, columns: columns, required: ["code", "unit", "security_level"],
      problems: problems)
    var systems: [InformationSystem] = []
    var known: Set<String> = []
    table.forEachRow { row in
      let code = row.required("code")
      if !known.insert(code).inserted {
        row.report("code", "the code stands twice", allowed: "each code once")
      }
      if row.required("security_level").isEmpty { return }
      let measures = row.optional("measures_in_place", allowed: "true, false, 1, 0") {
        ["true": true, "1": true, "false": false, "0": false][$0]
      }
      systems.append(
        InformationSystem(
          code: code, unit: checkUnit(row),
          securityLevel: row.integer("security_level", in: 1...5) ?? 0,
          approvedOn: row.date("approved_on"), measuresInPlace: measures ?? false))
    }
    return systems
  }
}
