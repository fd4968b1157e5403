// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry

/// Where a field stands.
struct RegistryPlace {
  var line: Int
  var column: Int
}

/// One CSV file of the registry with its allowed columns, read row by row.
struct RegistryTable {
  /// A whole country's devices, twice over.
  static let rowCountMax = 1_000_000
  static let sizeBytesMax = 512 << 20

  let file: String
  let columns: [String]
  let required: [String]
  let problems: ConfigurationProblems

  func forEachRow(_ body: (RegistryRow) -> Void) {
    guard
      let text = ConfigurationFile.text(
        at: file, sizeBytesMax: Self.sizeBytesMax, problems: problems)
    else { return }
    var header: [String: Int]?
    var isHeaderRead = false
    var count = 0
    var width = 0
    do throws(SeparatedText.Malformed) {
      try SeparatedText(text: text).forEachRow { fields in
        guard isHeaderRead else {
          isHeaderRead = true
          width = fields.count
          header = self.header(fields)
          return header != nil
        }
        count += 1
        guard count <= Self.rowCountMax, let header else {
          add(fields[0], "", "too many rows", allowed: "at most \(Self.rowCountMax)")
          return false
        }
        if fields.count != width {
          add(fields[0], "", "the row has \(fields.count) fields", allowed: "\(width)")
        } else {
          body(RegistryRow(table: self, fields: fields, positions: header))
        }
        return true
      }
    } catch {
      problems.add(
        ConfigurationError(
          file: file, line: error.line, column: error.column, problem: error.problem,
          allowed: "quotes as RFC 4180 has them"))
    }
    if !isHeaderRead {
      problems.add(ConfigurationError(file: file, problem: "the file is empty"))
    }
  }

  private func header(_ fields: [SeparatedText.Field]) -> [String: Int]? {
    var positions: [String: Int] = [:]
    var isValid = true
    for (index, field) in fields.enumerated() {
      if !columns.contains(field.text) {
        isValid = false
        let nearest = NearestName.nearest(to: field.text, in: columns)
        add(
          field, field.text,
          "unknown column" + (nearest.map { ", did you mean '\($0)'?" } ?? ""),
          allowed: columns.joined(separator: ", "))
      } else if positions.updateValue(index, forKey: field.text) != nil {
        isValid = false
        add(field, field.text, "the column stands twice", allowed: "each column once")
      }
    }
    for name in required where positions[name] == nil {
      isValid = false
      problems.add(
        ConfigurationError(file: file, keyPath: name, problem: "the column is missing"))
    }
    return isValid ? positions : nil
  }

  func add(_ field: SeparatedText.Field, _ key: String, _ problem: String, allowed: String = "") {
    add(RegistryPlace(line: field.line, column: field.column), key, field.text, problem, allowed)
  }

  func add(
    _ place: RegistryPlace, _ key: String, _ value: String, _ problem: String, _ allowed: String
  ) {
    problems.add(
      ConfigurationError(
        file: file, line: place.line, column: place.column, keyPath: key, value: value,
        problem: problem, allowed: allowed))
  }
}

/// One row: each question answers or reports at its field.
struct RegistryRow {
  let table: RegistryTable
  let fields: [SeparatedText.Field]
  let positions: [String: Int]

  func place(_ name: String) -> RegistryPlace {
    let field = fields[positions[name] ?? 0]
    return RegistryPlace(line: field.line, column: field.column)
  }

  /// Empty if absent; composed (NFC), since some keyboards write decomposed Vietnamese.
  func text(_ name: String) -> String {
    guard let position = positions[name] else { return "" }
    let text = fields[position].text
    return text.utf8.allSatisfy { $0 < 0x80 } ? text : text.precomposedStringWithCanonicalMapping
  }

  func required(_ name: String) -> String {
    let text = text(name)
    if text.isEmpty { report(name, "the value is missing") }
    return text
  }

  func report(_ name: String, _ problem: String, allowed: String = "") {
    table.add(place(name), name, text(name), problem, allowed)
  }

  /// Nil if the field is empty or, reported, wrong.
  func optional<Value>(
    _ name: String, allowed: String, _ read: (String) -> Value?
  ) -> Value? {
    let text = text(name)
    guard !text.isEmpty else { return nil }
    if let value = read(text) { return value }
    report(name, "the value does not fit", allowed: allowed)
    return nil
  }

  func date(_ name: String) -> Milliseconds? {
    optional(name, allowed: LocalDate.dateAllowed, LocalDate.midnight)
  }

  func integer(_ name: String, in range: ClosedRange<Int>) -> Int? {
    optional(name, allowed: "\(range.lowerBound)…\(range.upperBound)") {
      Int($0).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  func number(_ name: String, in range: ClosedRange<Double>) -> Double? {
    optional(name, allowed: "\(range.lowerBound)…\(range.upperBound), with a decimal point") {
      NumberText.double($0).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  func validity() -> (from: Milliseconds?, to: Milliseconds?) {
    let (from, to) = (date("valid_from"), date("valid_to"))
    if let from, let to, from >= to {
      report("valid_to", "not after valid_from", allowed: "a later date, or nothing")
    }
    return (from, to)
  }
}
