// SPDX-License-Identifier: Apache-2.0

import Telemetry

extension PipelineConfiguration {
  /// What fits each file alone but not both: the profiles against the pipeline.
  ///
  /// Places are looked up in the files again; where that fails, the file's beginning stands in.
  package func check(profiles: [Profile]) -> [ConfigurationError] {
    var errors: [ConfigurationError] = []
    let gapMin = Milliseconds(Self.keepaliveSeconds) * 1_000 * 3
    for profile in profiles {
      let path = "\(devices)/\(profile.kind)/\(ProfileLoader.fileName)"
      if profile.offlineAfter <= gapMin {
        errors.append(
          Self.error(
            in: path, at: ["offline_after"], value: DurationText.text(profile.offlineAfter),
            "a broker that dies silently would look like dead devices: the keepalive is "
              + "\(Self.keepaliveSeconds)s and must be below a third of this",
            allowed: "more than \(DurationText.text(gapMin))"))
      }
      if profile.offlineAfter >= uptime.lateness {
        errors.append(
          Self.error(
            in: file, at: ["uptime", "lateness"], value: DurationText.text(uptime.lateness),
            "a day would be sealed before a gap of kind '\(profile.kind)' can end",
            allowed: "more than \(DurationText.text(profile.offlineAfter))"))
      }
    }
    if retention.raw <= uptime.lateness {
      errors.append(
        Self.error(
          in: file, at: ["retention", "raw"], value: DurationText.text(retention.raw),
          "readings would be gone before their day is sealed",
          allowed: "more than uptime.lateness, \(DurationText.text(uptime.lateness))"))
    }
    if retention.alerts <= uptime.lateness {
      errors.append(
        Self.error(
          in: file, at: ["retention", "alerts"], value: DurationText.text(retention.alerts),
          "alerts would be gone while readings of their time may still come",
          allowed: "more than uptime.lateness, \(DurationText.text(uptime.lateness))"))
    }
    return errors
  }

  private static func error(
    in file: String, at keys: [String], value: String, _ problem: String, allowed: String
  ) -> ConfigurationError {
    var node = YAMLDocument.root(of: file, problems: ConfigurationProblems())?.node
    var mark = node?.mark
    for key in keys {
      node = node?.mapping?.first { $0.key.scalar?.string == key }?.value
      mark = node?.mark ?? mark
    }
    return ConfigurationError(
      file: file, line: mark?.line ?? 1, column: mark?.column ?? 1,
      keyPath: keys.joined(separator: "."), value: value, problem: problem, allowed: allowed)
  }
}
