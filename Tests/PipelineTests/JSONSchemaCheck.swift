// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A JSON value that still knows a number from a truth value.
indirect enum JSONValue: Decodable, Hashable {
  case null
  case bool(Bool)
  case whole(Int64)
  case number(Double)
  case text(String)
  case list([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {  // The wrong type: the next is tried.
      self = .bool(value)
    } else if let value = try? container.decode(Int64.self) {  // As above.
      self = .whole(value)
    } else if let value = try? container.decode(Double.self) {  // As above.
      self = .number(value)
    } else if let value = try? container.decode(String.self) {  // As above.
      self = .text(value)
    } else if let value = try? container.decode([JSONValue].self) {  // As above.
      self = .list(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  static func parsed(_ data: Data) throws -> JSONValue {
    try JSONDecoder().decode(JSONValue.self, from: data)
  }

  subscript(key: String) -> JSONValue? {
    if case .object(let members) = self { members[key] } else { nil }
  }
}

/// JSON Schema, draft 2020-12, as far as our published schemas use it; a keyword that it does not
/// know is a fault, so that no schema promises what nobody checks.
struct JSONSchemaCheck {
  private static let annotations: Set<String> = [
    "$schema", "$id", "$defs", "title", "description",
  ]
  let schema: JSONValue

  /// What is wrong, each with the place of the value.
  func faults(of value: JSONValue) -> [String] { faults(of: value, by: schema, at: "$") }

  private func faults(of value: JSONValue, by rule: JSONValue, at place: String) -> [String] {
    guard case .object(let keywords) = rule else { return ["\(place): the schema is no object"] }
    return keywords.sorted { $0.key < $1.key }.flatMap { keyword, expected in
      faults(of: value, keyword, expected, keywords, at: place)
    }
  }

  private func faults(
    of value: JSONValue, _ keyword: String, _ expected: JSONValue,
    _ keywords: [String: JSONValue], at place: String
  ) -> [String] {
    switch (keyword, expected, value) {
    case (let name, _, _) where Self.annotations.contains(name): return []
    case ("$ref", .text(let reference), _):
      let name = String(reference.dropFirst("#/$defs/".count))
      guard let rule = schema["$defs"]?[name] else { return ["\(place): no \(reference)"] }
      return faults(of: value, by: rule, at: place)
    case ("type", .text(let type), _):
      return Self.isType(value, type) ? [] : ["\(place) is no \(type)"]
    case ("const", _, _): return value == expected ? [] : ["\(place) is not \(expected)"]
    case ("enum", .list(let allowed), _):
      return allowed.contains(value) ? [] : ["\(place) is none of \(allowed)"]
    case ("minimum", .whole(let least), .whole(let number)):
      return number >= least ? [] : ["\(place) is below \(least)"]
    case ("maximum", .whole(let most), .whole(let number)):
      return number <= most ? [] : ["\(place) is above \(most)"]
    case ("items", _, .list(let items)):
      return items.enumerated().flatMap {
        faults(of: $0.element, by: expected, at: "\(place)[\($0.offset)]")
      }
    case ("properties", .object(let properties), .object(let members)):
      return properties.sorted { $0.key < $1.key }.flatMap { name, rule in
        members[name].map { faults(of: $0, by: rule, at: "\(place).\(name)") } ?? []
      }
    case ("required", .list(let names), .object(let members)):
      return names.compactMap { name in
        guard case .text(let text) = name, members[text] == nil else { return nil }
        return "\(place) has no \(text)"
      }
    case ("additionalProperties", .bool(false), .object(let members)):
      let known = keywords["properties"]
      return members.keys.sorted().filter { known?[$0] == nil }
        .map { "\(place) has an unknown \($0)" }
    case ("additionalProperties", .object, .object(let members)):
      return members.sorted { $0.key < $1.key }
        .filter { keywords["properties"]?[$0.key] == nil }
        .flatMap { faults(of: $0.value, by: expected, at: "\(place).\($0.key)") }
    case ("minimum", _, _), ("maximum", _, _), ("items", _, _), ("properties", _, _),
      ("required", _, _), ("additionalProperties", _, _):
      return []  // Of values of another type; `type` says what is wrong with those.
    default: return ["the schema has an unknown keyword \(keyword)"]
    }
  }

  private static func isType(_ value: JSONValue, _ type: String) -> Bool {
    switch (type, value) {
    case ("object", .object), ("array", .list), ("string", .text), ("boolean", .bool),
      ("integer", .whole), ("number", .whole), ("number", .number), ("null", .null):
      true
    default: false
    }
  }
}
