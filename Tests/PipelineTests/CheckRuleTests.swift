// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry
import Testing

@testable import Pipeline

/// `when: { check: … }` in a profile.
@Suite("check rules")
struct CheckRuleTests {
  private static func profile(_ when: String) -> String {
    """
    kind: ap
    version: 1
    title: { vi: A, en: B }
    codec: json
    report_interval: 60s
    offline_after: 180s
    metrics:
      volts: { path: /v, type: gauge, range: [0, 280], watched: true, title: { vi: A, en: B } }
      disk: { path: /d, type: gauge, title: { vi: A, en: B } }
      rx: { path: /rx, type: counter, title: { vi: A, en: B } }
      mb: { path: /mb, type: gauge, range: [0, 10000000], title: { vi: A, en: B } }
    alerts:
      odd:
        severity: low
        when: { \(when) }
        title: { vi: A, en: B }
    """
  }

  private func load(_ when: String) throws -> (check: Check?, errors: [ConfigurationError]) {
    let folder = try TemporaryFolder()
    try folder.write("ap/device.yaml", Self.profile(when))
    do throws(ConfigurationErrors) {
      let profile = try ProfileLoader.load(directory: folder.path).first
      guard case .check(let check)? = profile?.alerts.first?.trigger else { return (nil, []) }
      return (check, [])
    } catch {
      return (nil, error.errors)
    }
  }

  @Test(
    "every form of check is read, with its defaults",
    arguments: [
      ("check: stuck, metric: volts", .stuck(metric: "volts", times: 3, atLeast: 3_600_000)),
      (
        "check: stuck, metric: disk, times: 2.5, at_least: 2h",
        .stuck(metric: "disk", times: 2.5, atLeast: 7_200_000)
      ),
      (
        "check: out_of_range, metric: temp, for: 10m",
        .outOfRange(metric: "temp", readings: 3, for: 600_000)
      ),
      (
        "check: counter_reset, metric: rx",
        .counterReset(metric: "rx", count: 3, within: 86_400_000)
      ),
      ("check: reboot_loop", .rebootLoop(count: 3, within: 3_600_000)),
      ("check: clock_drift, off_by: 1m", .clockDrift(offBy: 60_000, perDay: 60_000)),
      (
        "check: degradation, metric: volts",
        .degradation(metric: "volts", threshold: 12)
      ),
      (
        "check: exhaustion, metric: volts, limit: 20, within: 3d",
        .exhaustion(metric: "volts", limit: .falling(to: 20), within: 259_200_000)
      ),
      (
        "check: exhaustion, metric: volts, limit: 20, direction: above",
        .exhaustion(metric: "volts", limit: .rising(to: 20), within: 604_800_000)
      ),
      (
        "check: exhaustion, metric: mb, limit: sim_quota",
        .exhaustion(metric: "mb", limit: .simQuota, within: 604_800_000)
      ),
      ("check: expiry, of: sim", .expiry(.sim, within: 2_592_000_000)),
    ] as [(String, Check)])
  func forms(when: String, check: Check) throws {
    let loaded = try load(when)
    #expect(loaded.check == check, "\(loaded.errors.map(\.description))")
  }

  /// Columns count from the line's beginning; `when: { ` takes 17 of them with its indentation.
  @Test(
    "each mistake is refused at its place, with what is allowed",
    arguments: [
      ("check: stukc, metric: volts", 20, "did you mean 'stuck'"),
      ("check: stuck, metric: vlots", 35, "did you mean 'volts'"),
      ("check: stuck, metric: rx", 35, "type gauge"),
      ("check: stuck", 11, "'metric' is missing"),
      ("check: stuck, metric: volts, tmes: 3", 42, "did you mean 'times'"),
      ("check: stuck, metric: volts, count: 3", 49, "means nothing beside check: stuck"),
      ("check: stuck, metric: volts, times: 1", 49, "out of range"),
      ("check: out_of_range, metric: disk", 42, "disk has no range"),
      ("check: reboot_loop, count: 9", 40, "2…8"),
      ("check: reboot_loop, within: 1x", 41, "not a duration"),
      ("check: counter_reset, metric: volts", 43, "type counter"),
      ("check: degradation, metric: mb", 41, "not watched"),
      ("check: exhaustion, metric: volts, limit: 300", 54, "outside the range"),
      ("check: exhaustion, metric: disk, limit: 90", 11, "direction: below or above"),
      ("check: exhaustion, metric: volts", 11, "'limit' is missing"),
      ("check: exhaustion, metric: volts, limit: 20, within: 1h", 66, "2h…60d"),
      ("check: exhaustion, metric: mb, limit: sim_quota, direction: above", 73, "from below"),
      ("check: expiry", 11, "'of' is missing"),
      ("check: expiry, of: sims", 32, "did you mean 'sim'"),
      ("chekc: stuck, metric: volts", 13, "did you mean 'check'"),
    ])
  func mistakes(when: String, column: Int, text: String) throws {
    let errors = try load(when).errors
    #expect(
      errors.contains {
        $0.line == 15 && $0.column == column && $0.description.contains(text)
      }, "\(errors.map(\.description))")
  }

  @Test("every kind of the repository watches for reboot loops and wrong clocks")
  func repository() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    for profile in try ProfileLoader.load(directory: root.path + "/devices") {
      let forms = profile.alerts.compactMap { rule -> Check.Form? in
        if case .check(let check) = rule.trigger { check.form } else { nil }
      }
      #expect(forms.contains(.rebootLoop) && forms.contains(.clockDrift), "\(profile.kind)")
    }
  }
}
