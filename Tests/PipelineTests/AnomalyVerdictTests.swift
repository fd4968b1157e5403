// SPDX-License-Identifier: Apache-2.0

import Alerting
import Analysis
import Dispatch
import Reporting
import Storage
import Telemetry
import Testing

@testable import Pipeline

@Suite("verdicts on anomalies")
struct AnomalyVerdictTests {
  private let fixture: ReplayFixture
  private let device: Device

  /// A store with two anomalies and one alert that is none.
  init() throws {
    fixture = try ReplayFixture()
    let devices = try fixture.store.registry().devices
    device = try #require(devices.first { $0.kind == "wifi-ap" })
    let profile = try #require(fixture.profiles.first { $0.kind == "wifi-ap" })
    let clients = try #require(profile.metrics.first { $0.name == "clients" })
    func finding(_ novelty: Double, _ severity: Double) -> AnomalyFinding {
      AnomalyFinding(
        value: 88, expected: 11, lower: 6, upper: 16, usualDeviation: 2.5, novelty: novelty,
        severity: severity, channel: .seasonal, isAbove: true, localHour: 19,
        readingCount: 41_000)
    }
    var batch = CommitBatch()
    batch.alerts = [
      alert("a", "wifi-ap/clients_unusual", .anomaly(metric: clients, finding(11, 2))),
      alert("b", "wifi-ap/rtt_unusual", .anomaly(metric: clients, finding(14, 3))),
      alert(
        "c", "wifi-ap/offline",
        .offline(lastHeardAt: 1, markReceivedAt: nil, allowance: 180_000)),
    ]
    try fixture.store.commit(batch)
  }

  private func alert(_ id: String, _ rule: String, _ evidence: AlertEvidence) -> Alert {
    Alert(
      id: id, rule: rule, device: device.number, commune: device.commune, severity: .low,
      since: ReplayFixture.start, firedAt: ReplayFixture.start,
      title: Title(vi: "Bất thường", en: "Unusual"),
      summary: Title(vi: "Bất thường – ap", en: "Unusual – ap"), evidence: evidence.json)
  }

  private func give(
    _ command: ControlCommand, by: String = "lan", note: String? = nil, at now: Milliseconds = 7
  ) throws -> String {
    var execution = ControlExecution(store: fixture.store, profiles: [])
    return try execution.run(
      ControlRequest(command, by: by, note: note), files: nil, at: now)
  }

  @Test("who, when and why are kept, and the last word on an anomaly counts")
  func kept() throws {
    #expect(
      try give(.anomalyVerdict(alert: "a", verdict: .dismissed), note: "hội làng")
        == "a dismissed: Bất thường – ap")
    _ = try give(.anomalyVerdict(alert: "a", verdict: .confirmed), by: "minh", at: 9)
    let rows = try fixture.store.anomalyFeedback()
    #expect(rows.map(\.verdict) == [.dismissed, .confirmed])
    #expect(rows.map(\.isInForce) == [false, true])
    #expect(rows[0].withdrawal == .init(afterBlock: rows[1].afterBlock, at: 9, by: "minh"))
    #expect((rows[0].enteredBy, rows[0].enteredAt, rows[0].note) == ("lan", 7, "hội làng"))
    #expect((rows[0].novelty, rows[0].channel, rows[0].metric) == (11, "seasonal", "clients"))
    #expect(rows[0].afterBlock == (try fixture.store.lastBlock()))
  }

  @Test("taking it back leaves the row and nothing in force; twice is refused")
  func undone() throws {
    _ = try give(.anomalyVerdict(alert: "a", verdict: .dismissed))
    #expect(try give(.anomalyUndo(alert: "a")).hasPrefix("a is no longer dismissed (lan, "))
    #expect(try fixture.store.anomalyFeedback().map(\.isInForce) == [false])
    let error = #expect(throws: StoreError.self) { try give(.anomalyUndo(alert: "a")) }
    #expect(error.map { ControlFailure($0).status } == .refused)
  }

  @Test("what is no anomaly is refused with a sentence")
  func refused() throws {
    for (id, text) in [
      ("zzz", "there is no anomaly 'zzz'"), ("c", "alert 'c' (wifi-ap/offline) is")]
    {
      for command in [
        ControlCommand.anomalyVerdict(alert: id, verdict: .dismissed), .anomalyUndo(alert: id),
      ] {
        let failure = #expect(throws: ControlFailure.self) { try give(command) }
        #expect(failure?.status == .refused && failure?.text.hasPrefix(text) == true)
      }
    }
    #expect(try fixture.store.anomalyFeedback().isEmpty)
  }

  @Test("an engine takes a verdict over with the commands it carries out")
  func effect() throws {
    let wake = DispatchSemaphore(value: 0)
    let queue = ControlQueue(profiles: [], publishesAlerts: false, wake: wake)
    func effect(_ command: ControlCommand) throws -> FeedbackThresholds? {
      DispatchQueue.global().async {
        _ = queue.submit(ControlRequest(command, by: "lan"), files: nil)
      }
      wake.wait()
      return try queue.executeAll(store: fixture.store, at: 7)?.feedback
    }
    func threshold(_ feedback: FeedbackThresholds?) -> Double? {
      feedback?.threshold(
        device: device.number, metric: "clients", channel: "seasonal", isAbove: true, at: 7)
    }
    #expect(threshold(try effect(.anomalyVerdict(alert: "a", verdict: .dismissed))) == 12)
    #expect(
      threshold(try effect(.observedWithdraw(gap: 1))) == nil, "nobody said anything of anomalies")
    #expect(threshold(try effect(.anomalyVerdict(alert: "b", verdict: .confirmed))) == nil)
    #expect(threshold(try effect(.anomalyUndo(alert: "b"))) == 12)
    let undone = try #require(try effect(.anomalyUndo(alert: "a")))
    #expect(threshold(undone) == nil)
  }

  @Test("the list ranks by severity, and what was dismissed comes last")
  func list() throws {
    let devices = try fixture.store.registry().devices
    func ids() throws -> [String] {
      AnomalyList(
        try fixture.store.openAlerts(), feedback: try fixture.store.anomalyFeedback()
      ).entries.map(\.alert.id)
    }
    #expect(try ids() == ["b", "a"])
    _ = try give(.anomalyVerdict(alert: "b", verdict: .dismissed), note: "hội làng")
    #expect(try ids() == ["a", "b"])
    let list = AnomalyList(
      try fixture.store.openAlerts(), feedback: try fixture.store.anomalyFeedback())
    #expect(list.text(devices: devices, language: .vi).contains("bỏ qua (lan)"))
    #expect(list.json(devices: devices)[1].contains(#""verdict":"dismissed""#))
    #expect(list.json(devices: devices)[1].contains(#""severity":3"#))
    #expect(
      AlertList.sorted(try fixture.store.openAlerts()).map(\.id) == ["c", "b", "a"])
  }

  @Test("an anomaly is explained in both languages: comparison, readings, verdicts")
  func explained() throws {
    let topic = "nhip/v1/\(device.commune)/wifi-ap/\(device.id)/telemetry"
    let lines = try (-15...15).map { step in
      let at = ReplayFixture.start + Milliseconds(step) * 60_000
      return try ReplayFixture.line(topic, "{\"ts\":\(at),\"clients\":\(step + 50)}", at: at)
    }
    _ = try fixture.replay(lines)
    _ = try give(.anomalyVerdict(alert: "a", verdict: .dismissed), note: "hội làng")
    func text(_ language: Language) throws -> String {
      let explanation = try #require(
        try AnomalyExplanation.build(
          store: fixture.store, profiles: fixture.profiles, anomaly: "a", language: language,
          now: 7))
      #expect(explanation.readings.count == 20)
      #expect(explanation.readings.map(\.value) == (38...57).map(Double.init))
      #expect(explanation.thresholdNow == 12)
      return TextAnomalyExplanation.render(explanation)
    }
    let vi = try text(.vi)
    for part in [
      "Giải trình một bất thường", "Mức thường thấy: 11 máy khách lúc 19 giờ",
      "Khoảng thường thấy: 6 máy khách – 16 máy khách", "Số lần đo đã học: 41.000",
      "← bất thường", "lan: bỏ qua – hội làng", "độ lạ vượt 12",
    ] {
      #expect(vi.contains(part), "\(part) in \(vi)")
    }
    let en = try text(.en)
    for part in ["Usual value: 11 clients at 19:00", "← anomaly", "novelty exceeds 12"] {
      #expect(en.contains(part), "\(part) in \(en)")
    }
    #expect(
      try AnomalyExplanation.build(
        store: fixture.store, profiles: fixture.profiles, anomaly: "c", language: .vi, now: 7)
        == nil, "an alert that is no anomaly")
  }
}
