// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Lists for programs: one object a line, keys in snake case and alphabetical order, times in UTC
/// milliseconds; a key that has nothing to say is absent.
enum JSONLines {
  static func of(_ values: [some Encodable]) -> [String] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return values.map { value in
      do { return String(decoding: try encoder.encode(value), as: UTF8.self) } catch {
        // Text, flags and whole numbers only; nothing in it can fail to encode.
        preconditionFailure("a line cannot be encoded: \(error)")
      }
    }
  }
}
