// SPDX-License-Identifier: Apache-2.0

/// Replaces `${NAME}` by the environment variable of that name; `$${` stands for a plain `${`.
struct EnvironmentExpansion {
  enum Failure: Error, Equatable {
    /// `${` without a closing brace.
    case unclosed
    case badName(String)
    case unset(String)
  }

  let environment: [String: String]

  func expand(_ text: String) throws(Failure) -> String {
    var result = ""
    var rest = Substring(text)
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[dollar...]
      if rest.hasPrefix("$${") {
        result += "${"
        rest = rest.dropFirst(3)
      } else if rest.hasPrefix("${") {
        guard let brace = rest.firstIndex(of: "}") else { throw .unclosed }
        let name = String(rest[..<brace].dropFirst(2))
        guard Self.isName(name) else { throw .badName(name) }
        guard let value = environment[name] else { throw .unset(name) }
        result += value
        rest = rest[brace...].dropFirst()
      } else {
        result += "$"
        rest = rest.dropFirst()
      }
    }
    return result + rest
  }

  /// Whether the whole scalar is one reference, as secrets must be.
  static func isReference(_ text: String) -> Bool {
    text.hasPrefix("${") && text.hasSuffix("}") && isName(String(text.dropFirst(2).dropLast()))
  }

  private static func isName(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
    else { return false }
    return name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
  }
}
