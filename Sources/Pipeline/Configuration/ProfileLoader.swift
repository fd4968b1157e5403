// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry

/// Reads the profiles: every `<directory>/<kind>/device.yaml`.
package enum ProfileLoader {
  /// More kinds than any fleet has; beyond it the folder is probably the wrong one.
  package static let kindCountMax = 256

  static let fileName = "device.yaml"

  /// The profiles in order of kind.
  ///
  /// - Throws: everything wrong with all of the files, or with the folder. A folder without any
  ///   kind is an error too.
  package static func load(directory: String) throws(ConfigurationErrors) -> [Profile] {
    let problems = ConfigurationProblems()
    let kinds = Self.kinds(in: directory, problems: problems)
    try problems.throwIfAny()
    var profiles: [Profile] = []
    for kind in kinds {
      let file = "\(directory)/\(kind)/\(fileName)"
      guard let root = YAMLDocument.root(of: file, problems: problems),
        let profile = ProfileReader(folder: kind).profile(root)
      else { continue }
      profiles.append(profile)
    }
    try problems.throwIfAny()
    return profiles
  }

  /// One profile from the bytes of its `device.yaml`; `path` is only for messages.
  package static func profile(
    in bytes: [UInt8], kind: String, file path: String
  ) throws(ConfigurationErrors) -> Profile {
    let problems = ConfigurationProblems()
    let profile = ConfigurationFile.text(in: bytes, file: path, problems: problems)
      .flatMap { YAMLDocument.root(in: $0, file: path, environment: nil, problems: problems) }
      .flatMap { ProfileReader(folder: kind).profile($0) }
    try problems.throwIfAny()
    guard let profile else { preconditionFailure("a profile refused silently") }
    return profile
  }

  private static func kinds(in directory: String, problems: ConfigurationProblems) -> [String] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: directory)
    } catch {
      problems.add(
        ConfigurationError(
          file: directory, problem: "the folder of profiles does not exist or cannot be read",
          allowed: "a folder with <kind>/\(fileName)"))
      return []
    }
    let kinds = names.filter {
      !$0.hasPrefix(".") && ConfigurationFile.isFolder("\(directory)/\($0)")
    }
    if kinds.isEmpty || kinds.count > kindCountMax {
      problems.add(
        ConfigurationError(
          file: directory, problem: "the folder holds \(kinds.count) kinds of device",
          allowed: "1…\(kindCountMax) folders with \(fileName)"))
      return []
    }
    return kinds.sorted()
  }
}
