// SPDX-License-Identifier: Apache-2.0

import Foundation
import Reporting
import Storage
import Telemetry
import Testing

@testable import Pipeline

@Suite("a sealed day")
struct SealRevisionTests {
  private static let topic = "nhip/v1/04321/wifi-ap/ap-1/telemetry"
  private static let midnight = SealFixture.midnight

  /// One reading a minute, or every so many, from one minute of the day to another.
  private static func lines(
    _ steps: Range<Int64>, from start: Milliseconds, every minutes: Int64 = 1
  ) throws -> [String] {
    try steps.map { step in
      let minute = step * minutes
      let at = start + minute * 60_000
      return try ReplayFixture.line(
        topic, "{\"ts\":\(at),\"seq\":\(minute),\"up\":\(10_000 + minute * 60),"
          + "\"rx_bytes\":\(minute * 1_000)}", at: at + 250)
    }
  }

  private static func fixture() throws -> ReplayFixture {
    let fixture = try ReplayFixture(
      profiles: try ReplayFixture.alwaysInService(), registry: SealFixture.oneDevice)
    // Two hours of the day are missing.
    _ = try fixture.replay(
      try lines(0..<600, from: midnight) + lines(720..<2_000, from: midnight))
    return fixture
  }

  private static func figures(_ fixture: ReplayFixture) throws -> [String: String] {
    let day = try #require(try fixture.store.sealedDays().first)
    let figures = try #require(try fixture.store.sealedFigures(of: day)[1])
    return Dictionary(uniqueKeysWithValues: figures.pairs)
  }

  @Test("gets a revision with a diff when the missing readings come, and says so in reports")
  func lateData() throws {
    let fixture = try Self.fixture()
    let first = try SealFixture.seal(fixture, through: 20_777, at: Self.midnight + 2 * 86_400_000)
    #expect(first.map(\.revision) == [1] && first.map(\.isFinal) == [false])
    #expect(first.map(\.readingCount) == [1_320])
    let before = try Self.figures(fixture)
    #expect(before["outages"] == "1" && before["no_link"] == "7260000")
    let whole = (Self.midnight, Self.midnight + 86_400_000)
    #expect(try fixture.report(from: whole.0, to: whole.1).seal.revision == 1)

    _ = try fixture.replay(try Self.lines(600..<720, from: Self.midnight))
    let frozen = try fixture.report(from: whole.0, to: whole.1)
    #expect(frozen.devices[0].readingCount == 1_320 && frozen.seal.lateReadings == 120)

    let second = try SealFixture.seal(fixture, through: 20_777, at: Self.midnight + 2 * 86_400_000)
    #expect(second.map(\.revision) == [2] && second.map(\.readingCount) == [1_440])
    let after = try Self.figures(fixture)
    #expect(after["outages"] == "0" && after["no_link"] == "0" && after["up"] == "86400000")
    let revisions = try fixture.store.sealRevisions(ofDay: 20_777)
    #expect(revisions.map(\.revision) == [1, 2])
    let told = Set(revisions[1].differences.map(\.figure))
    #expect(told.isSuperset(of: ["readings", "up", "no_link", "outages", "longest_outage"]))
    #expect(try fixture.report(from: whole.0, to: whole.1).seal.revision == 2)
    #expect(try fixture.report(from: whole.0, to: whole.1).seal.lateReadings == 0)
    #expect(try Self.differences(fixture) == [])
  }

  @Test("keeps its revision when the same readings come again")
  func repeatedData() throws {
    let fixture = try Self.fixture()
    try SealFixture.seal(fixture, through: 20_777)
    let before = try SealFixture.content(of: fixture.store)
    _ = try fixture.replay(try Self.lines(0..<600, from: Self.midnight))
    #expect(try SealFixture.seal(fixture, through: 20_777).isEmpty)
    #expect(try SealFixture.content(of: fixture.store) == before)
    #expect(try fixture.store.sealedDays().map(\.revision) == [1])
    #expect(try fixture.store.sealedDays().map(\.duplicateCount) == [600])
  }

  @Test("is what it would have been, when sealing is interrupted anywhere")
  func interrupted() throws {
    let whole = try Self.fixture()
    try SealFixture.seal(whole, through: 20_778)
    let expected = try SealFixture.content(of: whole.store)
    for stop in [1, 2, 3, 4, 6, 9, 14, 22] {
      let fixture = try Self.fixture()
      let asked = Counter()
      var settings = SealRun.Settings()
      settings.isCancelled = {
        asked.count += 1
        return asked.count >= stop
      }
      var run = try SealRun(
        store: fixture.store, reader: fixture.store, profiles: fixture.profiles,
        settings: settings)
      do { _ = try run.seal(through: 20_778, at: .max / 4) } catch is SealRun.Cancelled {}
      #expect(try Self.differences(fixture) == [], "stopped at \(stop)")
      try SealFixture.seal(fixture, through: 20_778)
      let difference = SealFixture.difference(
        expected, try SealFixture.content(of: fixture.store))
      #expect(difference == nil, "stopped at \(stop)")
    }
  }

  @Test("takes its context over days without a word, also when the run is interrupted before that")
  func interruptedContext() throws {
    // Ten hours, then nothing for three days and a half: the first day's end is told on the fifth.
    let lines = try Self.lines(0..<20, from: Self.midnight, every: 30)
      + Self.lines(192..<196, from: Self.midnight, every: 30)
    func make() throws -> ReplayFixture {
      let fixture = try ReplayFixture(
        profiles: try ReplayFixture.alwaysInService(), registry: SealFixture.oneDevice)
      _ = try fixture.replay(lines)
      return fixture
    }
    let whole = try make()
    try SealFixture.seal(whole, through: 20_782)
    let expected = try SealFixture.content(of: whole.store)
    let last = expected.blocks[20_777]?.first?.readings.eventTime.max()
    #expect(last == Self.midnight + 4 * 86_400_000)
    for stop in 1... {
      let fixture = try make()
      let asked = Counter()
      var settings = SealRun.Settings()
      settings.spanDayCount = 1
      settings.isCancelled = {
        asked.count += 1
        return asked.count >= stop
      }
      var run = try SealRun(
        store: fixture.store, reader: fixture.store, profiles: fixture.profiles,
        settings: settings)
      var isWhole = true
      do { _ = try run.seal(through: 20_782, at: .max / 4) } catch is SealRun.Cancelled {
        isWhole = false
      }
      try SealFixture.seal(fixture, through: 20_782)
      let difference = SealFixture.difference(
        expected, try SealFixture.content(of: fixture.store))
      #expect(difference == nil, "stopped at \(stop)")
      if isWhole { break }
    }
  }

  @Test("is reached with a progress that begins above nothing, ends at all and never goes back")
  func progress() throws {
    let fixture = try Self.fixture()
    let shown = Shown()
    var settings = SealRun.Settings()
    settings.spanDayCount = 1
    settings.progress = { shown.fractions.append($0) }
    var run = try SealRun(
      store: fixture.store, reader: fixture.store, profiles: fixture.profiles,
      settings: settings)
    _ = try run.seal(through: 20_778, at: .max / 4)
    #expect(shown.fractions == shown.fractions.sorted())
    #expect(shown.fractions.first ?? 0 > 0 && shown.fractions.last == 1)
  }

  private final class Shown { var fractions: [Double] = [] }
  private final class Counter { var count = 0 }

  @Test("needs no hot block: they are deleted, and reports and verification stay the same")
  func hotBlocksGone() throws {
    let fixture = try Self.fixture()
    try SealFixture.seal(fixture, through: 20_778)
    let whole = (Self.midnight, Self.midnight + 2 * 86_400_000)
    let before = try fixture.report(from: whole.0, to: whole.1)
    // A checkpoint behind everything, as an engine writes them.
    for _ in 0..<2 {
      var writer = try CheckpointWriter(store: fixture.store)
      try writer.append([1], afterBlock: try fixture.store.lastBlock())
      try writer.finish(at: 0)
    }
    let kept = try fixture.store.dropSealedBlocks(receivedBefore: .max / 2, countMax: 1)
    #expect(kept == 0, "the newest readings stay for recognising what the broker sends again")
    try fixture.store.execute("DELETE FROM block")
    let after = try fixture.report(from: whole.0, to: whole.1)
    #expect(JSONReport.render(after) == JSONReport.render(before))
    #expect(try Self.differences(fixture) == [])
  }

  @Test("is found by verification when a reading, a hash or a figure of it was changed")
  func tampered() throws {
    for change in [
      "UPDATE sealed_figure SET figures = replace(figures, 'outages=1', 'outages=0')",
      "UPDATE sealed_figure SET intervals = replace(intervals, 'up:0', 'up:0 no_link:9')",
      "UPDATE sealed_day SET reading_count = reading_count + 1",
      "UPDATE sealed_day SET content_hash = content_hash + 1",
      "UPDATE sealed_block SET content_hash = content_hash + 1",
      "UPDATE sealed_block SET bytes = substr(bytes, 1, length(bytes) - 1)",
      "UPDATE sealed_block SET bytes = zeroblob(length(bytes))",
      "UPDATE block SET reading_count = reading_count + 1 WHERE id = 1",
      "UPDATE block SET bytes = zeroblob(length(bytes)) WHERE id = 1",
      "UPDATE checkpoint SET bytes = zeroblob(length(bytes) + 1)",
      "UPDATE checkpoint SET part_count = part_count + 1",
      "UPDATE checkpoint_part SET bytes = zeroblob(length(bytes))",
      "DELETE FROM checkpoint_part",
      "DELETE FROM sealed_block",
    ] {
      let fixture = try Self.fixture()
      try SealFixture.seal(fixture, through: 20_777)
      #expect(try Self.differences(fixture) == [])
      try fixture.store.execute(change)
      #expect(try Self.differences(fixture) != [], "\(change)")
    }
  }

  private static func differences(_ fixture: ReplayFixture) throws -> [String] {
    var found: [String] = []
    do {
      _ = try Verification.run(
        store: fixture.store, profiles: fixture.profiles, progress: { _ in },
        report: { found.append("\($0.place): \($0.what)") })
    } catch let error as StoreError { found.append(error.description) }
    return found
  }
}
