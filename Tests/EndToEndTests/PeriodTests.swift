// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension EndToEnd {
  @Suite("periods and targets on the command line")
  struct PeriodTests {
    /// A minute of one device on 03/11/2025, noon in Viet Nam.
    private static func replayed() throws -> NhipProcess {
      let nhip = try NhipProcess(broker: 1)
      let lines = (0..<60).map { second in
        let at = 1_762_146_000_000 + second * 1_000
        return #"{"topic":"nhip/v1/04321/wifi-ap/ap-ubnd-1/telemetry","# + "\"received_at\":\(at),"
          + #""payload":"{\"clients\":3}"}"#
      }
      try nhip.folder.write("day.ndjson", lines.joined(separator: "\n") + "\n")
      let outcome = try nhip.command(
        "replay", "day.ndjson", "--store", "nhip.sqlite", "--registry", "registry")
      guard outcome.code == 0 else { throw EndToEnd.Impatience(description: outcome.error) }
      return nhip
    }

    @Test("a month is named, and what cannot be reported on ends with 64 and one sentence")
    func periods() throws {
      let nhip = try Self.replayed()
      let good = try nhip.command("report", "--store", "nhip.sqlite", "--of", "2025-11")
      #expect(good.code == 0, "\(good.error)")
      #expect(good.output.contains("01/11/2025 đến 30/11/2025"), "\(good.output)")
      let cut = try nhip.command(
        "report", "--store", "nhip.sqlite", "--period", "month", "--of", "2025-11-03",
        "--calendar", "nd09")
      #expect(cut.output.contains("15/10/2025 đến 14/11/2025"), "\(cut.output)")
      let late = try nhip.command("report", "--store", "nhip.sqlite", "--of", "2025")
      #expect(late.error.contains("sau hạn báo cáo 01/12/2025"), "\(late.error)")
      for (arguments, said) in [
        (["--of", "2090-01"], "has not begun"),
        (["--of", "2025-10"], "ends before the first reading of the store, of 03/11/2025"),
        (["--of", "2025-13"], "names no period"),
        (["--period", "month", "--of", "2025"], "names a year, which is no single month"),
        (["--of", "2025", "--calendar", "lunar"], "nd09"), ([], "say which period"),
        (["--of", "2025", "--from", "2025-11-01", "--to", "2025-11-02"], "go without"),
        (["--from", "2090-11-01", "--to", "2090-11-02"], "has not begun"),
      ] as [([String], String)] {
        let outcome = try ChildProcess.run(
          NhipProcess.executable, ["report", "--store", "nhip.sqlite"] + arguments,
          in: nhip.folder)
        #expect(outcome.code == 64 && outcome.error.contains(said), "\(arguments): \(outcome)")
      }
    }

    @Test("a target that names no kind of device ends with 78 and its place")
    func badTargets() throws {
      let nhip = try NhipProcess(broker: 1)
      try nhip.folder.write(
        "pipeline.yaml", nhip.folder.text("pipeline.yaml") + "\ntargets: targets.yaml\n")
      try nhip.folder.write(
        "targets.yaml",
        """
        indicators:
          wifi:
            title: { vi: A, en: B }
            plan: 100
            level: commune
            formula: share_of_units_with_device
            kind: wifi-app
            unit_level: village
        """)
      let outcome = try nhip.command("check", "pipeline.yaml")
      #expect(outcome.code == 78)
      #expect(
        outcome.error.contains("targets.yaml:7:11: key 'indicators.wifi.kind': value 'wifi-app'")
          && outcome.error.contains("did you mean 'wifi-ap'?"), "\(outcome.error)")
    }
  }
}
