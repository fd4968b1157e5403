// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry

extension PipelineConfiguration {
  /// Reads `pipeline.yaml` at `path`.
  ///
  /// - Throws: everything wrong with it, missing files and unset variables included.
  package static func load(
    path: String, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(ConfigurationErrors) -> PipelineConfiguration {
    let problems = ConfigurationProblems()
    let text = ConfigurationFile.text(
      at: path, sizeBytesMax: YAMLDocument.sizeBytesMax, problems: problems)
    return try configuration(in: text, file: path, environment, problems)
  }

  /// The same from the bytes of a file; relative paths start in the folder of `path`.
  package static func read(
    _ bytes: [UInt8], file path: String, environment: [String: String]
  ) throws(ConfigurationErrors) -> PipelineConfiguration {
    let problems = ConfigurationProblems()
    let text = ConfigurationFile.text(in: bytes, file: path, problems: problems)
    return try configuration(in: text, file: path, environment, problems)
  }

  private static func configuration(
    in text: String?, file path: String, _ environment: [String: String],
    _ problems: ConfigurationProblems
  ) throws(ConfigurationErrors) -> PipelineConfiguration {
    let reader = PipelineReader(folder: URL(fileURLWithPath: path).deletingLastPathComponent().path)
    let configuration =
      text
      .flatMap {
        YAMLDocument.root(in: $0, file: path, environment: environment, problems: problems)
      }
      .flatMap { reader.configuration($0, file: path) }
    try problems.throwIfAny()
    guard let configuration else { preconditionFailure("a configuration refused silently") }
    return configuration
  }
}

/// Turns the document into a configuration, reporting every mistake.
struct PipelineReader {
  static let keys = [
    "source", "devices", "registry", "targets", "store", "retention", "uptime", "reports",
    "alerts",
  ]

  /// Relative paths start here: where the file stands.
  let folder: String

  func configuration(_ root: YAMLNode, file: String) -> PipelineConfiguration? {
    guard let map = root.mapping(keys: Self.keys) else { return nil }
    let source = map.required("source").flatMap(self.source)
    let devices = map.required("devices").flatMap(self.existingFolder)
    let registry = map["registry"].flatMap(self.existingFolder)
    let targets = map["targets"].flatMap(self.existingFile)
    let store = map.required("store").flatMap(self.storePath)
    let retention = map["retention"].map(self.retention)
    let uptime = map["uptime"].map(self.uptime)
    var reports = map["reports"].map(self.reports) ?? .init()
    reports.calendar.lateness = uptime?.lateness ?? reports.calendar.lateness
    let alerts = map["alerts"]?.mapping(keys: ["mqtt"])
    let publishesAlerts = alerts?.required("mqtt")?.boolean()
    guard let source, let devices, let store else { return nil }
    return PipelineConfiguration(
      file: file, source: source, devices: devices, registry: registry, targets: targets,
      store: store,
      retention: retention ?? .init(), uptime: uptime ?? .init(), reports: reports.calendar,
      letterhead: reports.letterhead,
      publishesAlerts: publishesAlerts ?? false)
  }

  private func retention(_ node: YAMLNode) -> PipelineConfiguration.Retention {
    var retention = PipelineConfiguration.Retention()
    let keys = ["raw", "quarantine", "inbox", "alerts"]
    guard let map = node.mapping(keys: keys) else { return retention }
    retention.raw = map["raw"]?.duration() ?? retention.raw
    retention.quarantine = map["quarantine"]?.duration() ?? retention.quarantine
    retention.inbox = map["inbox"]?.duration() ?? retention.inbox
    retention.alerts = map["alerts"]?.duration() ?? retention.alerts
    return retention
  }

  private func uptime(_ node: YAMLNode) -> PipelineConfiguration.Uptime {
    var uptime = PipelineConfiguration.Uptime()
    guard let map = node.mapping(keys: ["outage_min", "lateness", "target"]) else { return uptime }
    uptime.outageMin = map["outage_min"]?.duration() ?? uptime.outageMin
    uptime.lateness = map["lateness"]?.duration() ?? uptime.lateness
    guard let target = map["target"], let percent = target.number() else { return uptime }
    if percent > 0, percent <= 100 {
      uptime.target = percent
    } else {
      target.report("out of range", allowed: "percent above 0, up to 100")
    }
    return uptime
  }

  func resolved(_ path: String) -> String {
    path.hasPrefix("/") ? path : URL(fileURLWithPath: "\(folder)/\(path)").standardized.path
  }

  private func existingFolder(_ node: YAMLNode) -> String? {
    guard let path = node.text().map(self.resolved) else { return nil }
    if ConfigurationFile.isFolder(path) { return path }
    node.report("the folder does not exist", allowed: "an existing folder")
    return nil
  }

  func existingFile(_ node: YAMLNode) -> String? {
    guard let path = node.text().map(self.resolved) else { return nil }
    if FileManager.default.fileExists(atPath: path), !ConfigurationFile.isFolder(path) {
      return path
    }
    node.report("the file does not exist", allowed: "an existing file")
    return nil
  }

  /// The store is created at first start, its folder is not.
  private func storePath(_ node: YAMLNode) -> String? {
    guard let path = node.text().map(self.resolved) else { return nil }
    let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
    guard ConfigurationFile.isFolder(parent), !ConfigurationFile.isFolder(path) else {
      node.report("no store can stand here", allowed: "a file in an existing folder")
      return nil
    }
    return path
  }
}
