// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Reads a text file that a person wrote: bounded, UTF-8, with a place for what is wrong.
enum ConfigurationFile {
  static func text(
    at path: String, sizeBytesMax: Int, problems: ConfigurationProblems
  ) -> String? {
    guard FileManager.default.fileExists(atPath: path) else {
      problems.add(ConfigurationError(file: path, problem: "the file does not exist"))
      return nil
    }
    guard !isFolder(path) else {
      problems.add(ConfigurationError(file: path, problem: "a folder stands where a file should"))
      return nil
    }
    return bytes(at: path, sizeBytesMax: sizeBytesMax, problems: problems)
      .flatMap { text(in: $0, file: path, problems: problems) }
  }

  /// The text of a file whose bytes are at hand.
  static func text(
    in bytes: [UInt8], file path: String, problems: ConfigurationProblems
  ) -> String? {
    // A byte order mark is legal and says nothing more in UTF-8.
    let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    if let text = String(validating: content, as: UTF8.self) { return text }
    problems.add(encodingError(in: content, file: path))
    return nil
  }

  static func isFolder(_ path: String) -> Bool {
    var isDirectory: ObjCBool = false
    // The pointer to the flag lives for the call alone.
    let exists = unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
    return exists && isDirectory.boolValue
  }

  /// One byte more than allowed is asked for, so a growing file cannot pass by its former size.
  private static func bytes(
    at path: String, sizeBytesMax: Int, problems: ConfigurationProblems
  ) -> [UInt8]? {
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { handle.closeFile() }
      let data = try handle.read(upToCount: sizeBytesMax + 1) ?? Data()
      guard data.count <= sizeBytesMax else {
        problems.add(
          ConfigurationError(
            file: path, problem: "the file is too large", allowed: "\(sizeBytesMax) bytes"))
        return nil
      }
      return [UInt8](data)
    } catch {
      problems.add(
        ConfigurationError(
          file: path, problem: "the file cannot be read",
          allowed: "a file this user may read"))
      return nil
    }
  }

  private static func encodingError(
    in bytes: ArraySlice<UInt8>, file: String
  ) -> ConfigurationError {
    let newline = UInt8(ascii: "\n")
    let lines = bytes.split(separator: newline, omittingEmptySubsequences: false)
    let index = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
    let column = lines[index].firstIndex { $0 >= 0x80 } ?? lines[index].startIndex
    return ConfigurationError(
      file: file, line: index + 1, column: column - lines[index].startIndex + 1,
      problem: "from here the text is not UTF-8", allowed: "UTF-8 (in Excel: CSV UTF-8)")
  }
}
