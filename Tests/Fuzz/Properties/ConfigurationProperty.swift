// SPDX-License-Identifier: Apache-2.0

import Ingest
import Pipeline
import Reporting
import Telemetry

/// A text as `device.yaml`, as `pipeline.yaml` and as `targets.yaml`.
///
/// Every refusal names a place that the text has, in one line that a terminal shows as it is, and
/// never shows a secret from the environment. Every profile that is accepted is the same each time
/// and makes a decoder.
package final class ConfigurationProperty: Property {
  private static let secret = "fuzz-5b1e0f-secret"
  /// Larger than anything the readers of a file would hand on.
  private static let sizeBytesMax = 1 << 20

  private let pipelineFile: String
  private let environment: [String: String]
  /// The kinds that targets may name.
  private let profiles: [Profile]

  package init(repository: String) {
    pipelineFile = "\(repository)/pipelines/commune/pipeline.yaml"
    // Enough for the shipped pipeline to be accepted.
    environment = [
      "NHIP_BROKER": "mqtts://127.0.0.1:8883", "NHIP_CA": "\(repository)/README.md",
      "NHIP_PASSWORD_FILE": "\(repository)/README.md", "NHIP_STORE": "\(repository)/fuzz.sqlite",
      "NHIP_PASSWORD": Self.secret,
    ]
    let shipped = Self.result { () throws(ConfigurationErrors) in
      try ProfileLoader.load(directory: "\(repository)/devices")
    }
    guard case .success(let profiles) = shipped else {
      preconditionFailure("the shipped profiles do not load: \(shipped)")
    }
    self.profiles = profiles
  }

  package func check(_ input: [UInt8]) throws(Violation) {
    guard input.count <= Self.sizeBytesMax else { return }
    let kind = Self.kind(in: input)
    let profile = Self.result { () throws(ConfigurationErrors) in
      try ProfileLoader.profile(in: input, kind: kind, file: "device.yaml")
    }
    switch profile {
    case .success(let profile):
      let again = Self.result { () throws(ConfigurationErrors) in
        try ProfileLoader.profile(in: input, kind: kind, file: "device.yaml")
      }
      try require(again == .success(profile), "a profile read twice is two profiles")
      try Self.check(profile)
    case .failure(let errors): try check(errors, of: input)
    }
    let pipeline = Self.result { () throws(ConfigurationErrors) in
      try PipelineConfiguration.read(input, file: pipelineFile, environment: environment)
    }
    switch pipeline {
    case .success(let pipeline): try Self.check(pipeline)
    case .failure(let errors): try check(errors, of: input)
    }
    let targets = Self.result { () throws(ConfigurationErrors) in
      try TargetsFile.targets(
        in: input, file: "targets.yaml", profiles: profiles, registry: nil)
    }
    switch targets {
    case .success(let targets): try Self.check(targets)
    case .failure(let errors): try check(errors, of: input)
    }
  }

  private static func result<Success>(
    _ body: () throws(ConfigurationErrors) -> Success
  ) -> Result<Success, ConfigurationErrors> {
    do throws(ConfigurationErrors) { return .success(try body()) } catch { return .failure(error) }
  }

  /// The folder that the file would have to stand in.
  private static func kind(in input: [UInt8]) -> String {
    let mark = Array("kind: ".utf8)
    for line in input.split(separator: UInt8(ascii: "\n")) where line.starts(with: mark) {
      return String(decoding: line.dropFirst(mark.count), as: UTF8.self)
    }
    return "wifi-ap"
  }

  private static func check(_ profile: Profile) throws(Violation) {
    try require(profile.version > 0, "version \(profile.version)")
    try require(
      profile.offlineAfter >= profile.reportInterval && profile.reportInterval > 0,
      "a device is offline before it has to report")
    for hours in profile.serviceHours + profile.serviceHoursOfSiteType.values.joined() {
      try require(
        0 <= hours.startMinute && hours.startMinute < hours.endMinute && hours.endMinute <= 1_440,
        "service hours from \(hours.startMinute) to \(hours.endMinute)")
    }
    let names = Set(profile.metrics.map(\.name))
    try require(names.count == profile.metrics.count, "two metrics have the same name")
    let payload: [UInt8] = Array(#"{"up":1}"#.utf8) + Array(repeating: 0, count: 64)
    let outcome = unsafe payload.withUnsafeBytes {
      unsafe JSONCodec(profile: profile)
        .decode(UnsafeRawBufferPointer(rebasing: $0[..<(payload.count - 64)]))
    }
    guard case .success = outcome else {
      throw Violation("an accepted profile decodes nothing")
    }
  }

  private static func check(_ pipeline: PipelineConfiguration) throws(Violation) {
    let source = pipeline.source
    try require((1...65_535).contains(source.port), "port \(source.port)")
    try require((1...65_535).contains(source.receiveMaximum), "receive maximum out of range")
    try require(!source.host.isEmpty && !source.sessions.isEmpty, "no host or no sessions")
    try require(source.sessionExpiry > 0, "a session that expires at once")
    try require(pipeline.uptime.target > 0 && pipeline.uptime.target <= 100, "target out of range")
  }

  private static func check(_ targets: ProgrammeTargets) throws(Violation) {
    for indicator in targets.indicators {
      try require(indicator.plan > 0, "a plan that asks for nothing")
      let shares = [indicator.parameters.daysMin, indicator.parameters.availabilityMin]
      try require(
        shares.allSatisfy { $0.map { (1...1_000_000).contains($0) } ?? true }, "no share")
    }
    let weights = targets.ranking.weights
    try require(
      weights.service + weights.usage + weights.quality > 0 && targets.ranking.usageTarget > 0,
      "a ranking by nothing")
  }

  private func check(_ errors: ConfigurationErrors, of input: [UInt8]) throws(Violation) {
    let lineCount = Self.lineCount(input)
    for error in errors.errors {
      let text = error.description
      try require(
        (1...lineCount + 1).contains(error.line) && error.column >= 1,
        "an error at \(error.line):\(error.column) of \(lineCount) lines: \(error.problem)")
      try require(!error.problem.isEmpty, "an error that does not say what is wrong")
      try require(
        text.unicodeScalars.allSatisfy { !Self.breaksLine($0) },
        "an error is more than one plain line: \(text.debugDescription)")
      try require(
        !text.contains(Self.secret) || String(decoding: input, as: UTF8.self).contains(Self.secret),
        "an error shows a secret")
    }
  }

  /// Controls and separators: terminals obey them and editors no longer find the place.
  private static func breaksLine(_ scalar: Unicode.Scalar) -> Bool {
    [.control, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
  }

  /// Lines as YAML counts them: by line feed, carriage return, next line and the separators.
  private static func lineCount(_ input: [UInt8]) -> Int {
    let breaks: Set<Unicode.Scalar> = ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"]
    let text = String(decoding: input, as: UTF8.self)
    return 1 + text.unicodeScalars.count { breaks.contains($0) }
  }
}
