// SPDX-License-Identifier: Apache-2.0

import Foundation
import Reporting
import Storage
import Telemetry
import Testing

@testable import Pipeline

@Suite("a report's pictures of anomalies")
struct PicturedReportTests {
  private static let midnight = SealFixture.midnight
  private static let hour = LocalTime.hourLength
  private static let day = LocalTime.dayLength
  private static let topic = "nhip/v1/04321/wifi-ap/ap-1/telemetry"
  /// When its round trips take ten times as long, for an hour.
  private static let jump = 2 * day + 10 * hour

  /// A reading every two minutes over three days; what detectors told of it by themselves is taken
  /// away, so that the alerts are those of the test.
  private static func fixture(alerts: [Alert]) throws -> ReplayFixture {
    let fixture = try ReplayFixture(
      profiles: try ReplayFixture.alwaysInService(), registry: SealFixture.oneDevice)
    _ = try fixture.replay(
      try (0..<2_160).map { step in
        let at = Int64(step) * 120_000
        let isFar = (jump..<jump + hour).contains(at)
        let rtt = (isFar ? 400 : 40) + step % 7
        return try ReplayFixture.line(
          topic,
          "{\"ts\":\(midnight + at),\"seq\":\(step),\"up\":\(10_000 + step * 120),"
            + "\"wan\":{\"up\":true,\"rtt_ms\":\(rtt)}}", at: midnight + at + 250)
      })
    try fixture.store.execute("DELETE FROM alert")
    var batch = CommitBatch()
    batch.alerts = alerts
    try fixture.store.commit(batch)
    return fixture
  }

  private static func alert(
    _ index: Int, since: Milliseconds = midnight + jump, severity: Double = 3,
    trigger: String = "anomaly", metric: String = "wan_rtt_ms"
  ) throws -> Alert {
    Alert(
      id: "000000000000000\(String(index, radix: 16))", rule: "wifi-ap/rtt-\(index)", device: 1,
      commune: "04321", severity: .medium, state: .resolved, version: 2, since: since,
      firedAt: since + 250, resolvedAt: since + hour,
      title: Title(vi: "Độ trễ bất thường", en: "Unusual round trip"),
      summary: Title(vi: "403 ms, câu \(index)", en: "403 ms, sentence \(index)"),
      evidence: "{\"metric\":\"\(metric)\",\"severity\":\(severity),\"trigger\":\"\(trigger)\"}")
  }

  private static func report(
    _ fixture: ReplayFixture, contents: ReportContents = .all
  ) throws -> Report {
    try Report.build(
      store: fixture.store, profiles: fixture.profiles,
      period: Interval(start: midnight + day, end: midnight + 3 * day), contents: contents)
  }

  @Test("draw the readings around it, what was usual, and where it began")
  func drawn() throws {
    let fixture = try Self.fixture(alerts: [try Self.alert(1)])
    let report = try Self.report(fixture)
    let anomaly = try #require(report.pictures.first)
    #expect(report.pictures.count == 1)
    let ladder = anomaly.picture.ladder
    #expect(ladder.start == Self.midnight + Self.jump - 36 * Self.hour)
    #expect(ladder.end == Self.midnight + Self.jump + 12 * Self.hour - 120_000)
    #expect(ladder.rungs.compactMap(\.?.highest).max() == 406)
    // A day of it was learnt before, so that the second is drawn with what was usual.
    let judged = ladder.rungs.suffix(ladder.rungs.count / 2).compactMap { $0 }
    #expect(judged.allSatisfy { $0.band != nil })
    #expect(anomaly.picture.marks.map(\.time) == [Self.midnight + Self.jump])
    #expect(anomaly.picture.marks[0].value > 400)
    let document = ReportDocument(report)
    let html = HTMLPage.render(document)
    #expect(html.components(separatedBy: "<svg class=\"series\"").count == 2)
    #expect(html.contains("Độ trễ bất thường: 403 ms, câu 1. Khoảng thường thấy tính từ"))
    #expect(!TextReport.render(document).contains("Khoảng thường thấy"))
    #expect(!SeparatedReport.render(document).contains("Khoảng thường thấy"))
    let without = try Self.report(fixture, contents: .all.subtracting(.pictures))
    #expect(without.pictures.isEmpty)
    #expect(TextReport.render(ReportDocument(without)) == TextReport.render(document))
  }

  @Test("are the ten gravest, and only of what a detector found and somebody measured")
  func gravest() throws {
    var alerts = try (1...12).map { try Self.alert($0, severity: Double(($0 * 5) % 13)) }
    alerts.append(try Self.alert(13, severity: 99, trigger: "condition"))
    alerts.append(try Self.alert(14, severity: 98, metric: "unknown"))
    alerts.append(try Self.alert(15, since: Self.midnight + Self.hour, severity: 97))
    let report = try Self.report(try Self.fixture(alerts: alerts))
    let shown = report.pictures.map(\.summary.en)
    let expected = (1...12).sorted { ($1 * 5) % 13 < ($0 * 5) % 13 }.prefix(10)
    #expect(shown == expected.map { "Unusual round trip: 403 ms, sentence \($0)" })
    // The others that began there are marked as well.
    #expect(report.pictures.allSatisfy { $0.picture.marks.count == 12 })
  }

  @Test("are the same bytes at every printing, and absent once the readings are gone")
  func printedAgain() throws {
    let fixture = try Self.fixture(alerts: [try Self.alert(1)])
    let live = HTMLPage.render(ReportDocument(try Self.report(fixture)))
    #expect(try HTMLPage.render(ReportDocument(Self.report(fixture))) == live)
    try SealFixture.seal(fixture, through: 20_779, at: Self.midnight + 12 * Self.day)
    let sealed = try Self.report(fixture)
    let html = HTMLPage.render(ReportDocument(sealed))
    #expect(sealed.pictures.count == 1 && sealed.seal.isWhole)
    // A late reading of a sealed day belongs to the next revision, an alert of later to the next
    // report.
    let late = Self.midnight + Self.jump + 60_000
    _ = try fixture.replay([
      try ReplayFixture.line(
        Self.topic, "{\"ts\":\(late),\"seq\":9,\"up\":1,\"wan\":{\"up\":true,\"rtt_ms\":4000}}",
        at: Self.midnight + 13 * Self.day)
    ])
    var batch = CommitBatch()
    var later = try Self.alert(2, severity: 50)
    later.firedAt = Self.midnight + 13 * Self.day
    batch.alerts = [later]
    try fixture.store.commit(batch)
    #expect(try Self.report(fixture).pictures == sealed.pictures)
    #expect(html.contains("<svg class=\"series\""))
    let end = LocalTime.start(ofDay: 20_780)
    while try fixture.store.dropSealedReadings(endedBefore: end, countMax: 9) > 0 {}
    let gone = try Self.report(fixture)
    #expect(gone.pictures.isEmpty)
    #expect(!HTMLPage.render(ReportDocument(gone)).contains("<svg class=\"series\""))
  }
}
