// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry
import Testing

@testable import Alerting

@Suite("words of checks")
struct CheckWordsTests {
  private static let since: Milliseconds = 1_700_024_400_000
  private static let hour: Milliseconds = 3_600_000
  private static let signal = Metric(
    name: "rsrp", path: "/r", form: .gauge, unit: "dBm",
    title: Title(vi: "Cường độ sóng di động", en: "Mobile signal strength"))

  /// One finding of every form, and of the forms with more than one sentence each.
  private static var findings: [(check: Check, figures: CheckFigures)] {
    func figures(_ change: (inout CheckFigures) -> Void) -> CheckFigures {
      var figures = CheckFigures(since: 0)
      change(&figures)
      return figures
    }
    let forecast = figures {
      ($0.value, $0.limit, $0.perDay) = (-104.25, -112.5, -1.25)
      $0.reachedAt = since + 100 * hour
      $0.reachedEarliest = since + 90 * hour
      $0.reachedLatest = since + 130 * hour
    }
    return [
      (
        .stuck(metric: "rsrp", times: 3, atLeast: hour),
        figures { ($0.value, $0.usual, $0.length) = (-101.25, 5_400, 26 * hour) }
      ),
      (
        .outOfRange(metric: "rsrp", readings: 3, for: 0),
        figures { ($0.value, $0.limit, $0.isAbove) = (12_345.25, -44, true) }
      ),
      (
        .counterReset(metric: "rsrp", count: 3, within: 24 * hour),
        figures { ($0.count, $0.length) = (8, 24 * hour) }
      ),
      (
        .rebootLoop(count: 3, within: hour), figures { ($0.count, $0.length) = (8, hour) }
      ),
      (
        .clockDrift(offBy: 1, perDay: 1),
        figures { ($0.value, $0.isAbove, $0.limit) = (-86_395, true, 300) }
      ),
      (
        .clockDrift(offBy: 1, perDay: 1),
        figures { ($0.value, $0.perDay, $0.limit) = (395, 95.5, 60) }
      ),
      (
        .degradation(metric: "rsrp", threshold: 12),
        figures {
          ($0.value, $0.usual, $0.isAbove, $0.comparedCount) = (-108.25, -101.75, false, 12)
        }
      ),
      (.exhaustion(metric: "rsrp", limit: .falling(to: -112), within: hour), forecast),
      (.exhaustion(metric: "rsrp", limit: .simQuota, within: hour), forecast),
      (
        .exhaustion(metric: "rsrp", limit: .simQuota, within: hour),
        figures { ($0.value, $0.limit, $0.reachedAt) = (5_012.5, 5_000, since) }
      ),
      (.expiry(.sim, within: hour), figures { $0.reachedAt = since + 700 * hour }),
      (.expiry(.certificate, within: hour), figures { $0.reachedAt = since + 700 * hour }),
    ]
  }

  private static func words(_ check: Check, _ figures: CheckFigures) -> Title {
    let metric = check.metric == nil ? nil : signal
    return AlertWords.summary(
      .check(check, metric: metric, figures),
      rule: AlertRule(
        name: "rule", title: Title(vi: "Sóng di động yếu dần", en: "Signal weakens"),
        severity: .low, trigger: .check(check)),
      metric: metric, device: "Loa 2", place: "Đội 3", since: since)
  }

  @Test("every sentence is short, whole and without an unfilled place")
  func whole() {
    let forms = Set(Self.findings.map(\.check.form))
    #expect(forms == Set(Check.Form.allCases))
    for (check, figures) in Self.findings {
      let words = Self.words(check, figures)
      for text in [words.vi, words.en] {
        #expect(text.count <= AlertSentence.lengthMax, "\(text.count): \(text)")
        #expect(["–,", "– –", "?", "nil"].allSatisfy { !text.contains($0) }, "\(text)")
        #expect(text.hasSuffix("."), "\(text)")
      }
    }
  }

  @Test("no English word stands in the Vietnamese sentences")
  func vietnamese() {
    let english = Set(
      Self.findings.flatMap { Self.words($0, $1).en.lowercased().split { !$0.isLetter } }
        .filter { $0.count > 3 })
    for (check, figures) in Self.findings {
      let words = Self.words(check, figures).vi.lowercased().split { !$0.isLetter }
      #expect(english.isDisjoint(with: words), "\(words)")
    }
  }

  @Test("numbers have a decimal comma and their unit")
  func numbers() {
    let words = Self.words(Self.findings[6].check, Self.findings[6].figures)
    #expect(
      words.vi
        == "Sóng di động yếu dần – Loa 2 (Đội 3): thấp hơn trước: nay -108,25 dBm, trước "
        + "là -101,75 dBm; 12 máy khác trong xã không vậy, từ 12:00 15/11/2023. Cán bộ xã kiểm tra "
        + "thiết bị, dây nối.")
  }

  @Test("evidence of every form survives being kept")
  func roundTrip() throws {
    for (check, figures) in Self.findings {
      let evidence = AlertEvidence.check(check, metric: Self.signal, figures)
      #expect(try AlertEvidence(json: evidence.json) == evidence)
      #expect(evidence.json.contains(check.form.rawValue))
    }
  }
}
