// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry
import Testing

@testable import Pipeline

@Suite("profiles")
struct ConfigurationProfileTests {
  static let valid = """
    kind: ap
    version: 1
    title: { vi: A, en: B }
    codec: json
    report_interval: 60s
    offline_after: 180s
    service_hours:
      - { days: "mon-fri,sun", from: "05:00", to: "24:00" }
    metrics:
      clients: { path: /clients, type: gauge, range: [0, 512], watched: true, title: {vi: A,en: B} }
      rx: { path: /rx, type: counter, unit: By, title: { vi: A, en: B } }
      wan: { path: /w, type: state, words: [4g, lan], title: { vi: A, en: B } }
      sub: { path: /r/*/c, type: gauge, aggregation: sum, title: { vi: A, en: B } }
    service:
      - { metric: wan, is: "== 4g" }
    usage:
      down: { metric: rx, formula: total, unit: GB, divisor: 1e9, title: { vi: A, en: B } }
    alerts:
      off: { severity: high, when: offline, title: { vi: A, en: B } }
      odd: { severity: low, when: { anomaly: clients }, title: { vi: A, en: B } }
      hot: { severity: low, when: { metric: temp, is: ">= 80", for: 3m }, title: { vi: A, en: B } }
    """

  func errors(replacing old: String, with new: String) throws -> [ConfigurationError] {
    try #require(Self.valid.contains(old))
    let folder = try TemporaryFolder()
    try folder.write("ap/device.yaml", Self.valid.replacingOccurrences(of: old, with: new))
    do throws(ConfigurationErrors) {
      _ = try ProfileLoader.load(directory: folder.path)
      return []
    } catch {
      return error.errors
    }
  }

  @Test("a valid profile is read whole, the common metrics first")
  func valid() throws {
    let folder = try TemporaryFolder()
    try folder.write("ap/device.yaml", Self.valid)
    let profile = try #require(try ProfileLoader.load(directory: folder.path).first)
    #expect(profile.kind == "ap")
    #expect(profile.metrics.map(\.name).prefix(3) == ["online", "seq", "up"])
    #expect(profile.metrics.count == 14)
    #expect(profile.metrics[10].highest == 512)
    #expect(profile.offlineAfter == 180_000)
    #expect(
      profile.serviceHours == [.init(weekdays: 0b101_1111, startMinute: 300, endMinute: 1440)])
    #expect(profile.usage[0].divisor == 1e9)
    #expect(
      profile.alerts[2].trigger
        == .condition(
          Condition(metric: "temp", comparison: .atLeast, constant: .number(80)),
          duration: 180_000))
  }

  @Test(
    "each mistake is refused at its place",
    arguments: [
      ("version: 1", "versoin: 1", 2, 1), ("version: 1", "version: 0", 2, 10),
      ("version: 1", "version: \"1\"", 2, 10), ("version: 1", "version: 1\nversion: 2", 3, 1),
      ("kind: ap", "kind: node", 1, 7), ("kind: ap", "kind: other", 1, 7),
      ("codec: json", "codec: xml", 4, 8), ("codec: json", "codec: json\n\tx: 1", 5, 1),
      ("codec: json", "codec: &a json", 4, 8), ("codec: json", "codec: [", 6, 14),
      ("report_interval: 60s", "report_interval: 0s", 5, 18),
      ("report_interval: 60s", "report_interval: -1s", 5, 18),
      ("offline_after: 180s", "offline_after: 59s", 6, 16), ("mon-fri", "fri-mon", 8, 13),
      ("\"24:00\"", "\"04:00\"", 8, 47), ("clients: { path", "cpu: { path", 10, 3),
      ("rx: { path", "Rx: { path", 11, 3), ("type: counter", "type: count", 11, 26),
      ("[0, 512]", "[5, 5]", 10, 54), ("aggregation: sum, ", "", 13, 16),
      ("== 4g", "== 5g", 15, 24), ("metric: wan,", "metric: wna,", 15, 15),
      ("formula: total", "formula: mean", 17, 19), ("1e9", "0", 17, 58),
      ("anomaly: clients", "anomaly: sub", 20, 42), (">= 80", "=> 80", 21, 51),
      ("severity: high", "severity: hihg", 19, 20),
      ("watched: true", "watched: { direction: up }", 10, 82),
      ("watched: true", "watched: { directoin: above }", 10, 71),
      ("watched: true", "watched: { scale: log }", 10, 78),
      ("watched: true", "watched: { weight: 2 }", 10, 79),
      ("watched: true", "watched: { weight: 0 }", 10, 79),
      ("anomaly: clients", "anomaly: cleints", 20, 42),
    ])
  func mistakes(old: String, new: String, line: Int, column: Int) throws {
    let errors = try errors(replacing: old, with: new)
    #expect(
      errors.contains { $0.line == line && $0.column == column }, "\(errors.map(\.description))")
  }

  @Test("how a metric is watched, and a rule's next step")
  func watch() throws {
    let folder = try TemporaryFolder()
    let text = Self.valid
      .replacingOccurrences(
        of: "watched: true", with: "watched: { direction: below, weight: 0.5, scale: logarithmic }")
      .replacingOccurrences(of: "when: offline,", with: "when: offline, action: { vi: C, en: D },")
    try folder.write("ap/device.yaml", text)
    let profile = try #require(try ProfileLoader.load(directory: folder.path).first)
    #expect(
      profile.metrics[10].watch == Watch(direction: .below, weight: 0.5, scale: .logarithmic))
    #expect(profile.alerts.map(\.action) == [Title(vi: "C", en: "D"), nil, nil])
    let long = String(repeating: "ệ", count: 71)
    let refused = try errors(
      replacing: "when: offline,", with: "when: offline, action: { vi: \(long), en: D },")
    #expect(refused.map(\.description).contains { $0.contains("at most 70") })
  }

  @Test("all mistakes are told at once, with a suggestion")
  func together() throws {
    let errors = try errors(
      replacing: "version: 1\n", with: "version: x\nversion: 1\ncodex: json\n")
    #expect(errors.map(\.line) == [2, 3, 4])
    #expect(errors[2].description.contains("did you mean 'codec'"))
  }

  @Test("a missing folder and a missing file are errors")
  func missing() throws {
    let folder = try TemporaryFolder()
    #expect(throws: ConfigurationErrors.self) {
      try ProfileLoader.load(directory: folder.path + "/none")
    }
    try folder.write("ap/README.md", "")
    #expect(throws: ConfigurationErrors.self) { try ProfileLoader.load(directory: folder.path) }
  }

  @Test("the profiles of the repository are valid")
  func repository() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    #expect(try ProfileLoader.load(directory: root.path + "/devices").count >= 5)
  }
}

/// A folder of its own for one test, removed at the end.
final class TemporaryFolder {
  let path = NSTemporaryDirectory() + "nhip-" + UUID().uuidString

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  // Whatever is left behind is the system's temporary folder's to clean.
  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ text: String) throws {
    let url = URL(fileURLWithPath: "\(path)/\(name)")
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try text.write(to: url, atomically: true, encoding: .utf8)
  }
}
