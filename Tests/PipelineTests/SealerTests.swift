// SPDX-License-Identifier: Apache-2.0

import Foundation
import Storage
import Synchronization
import Telemetry
import Testing

@testable import Pipeline

@Suite("the sealer of a pipeline")
struct SealerTests {
  private static let midnight = SealFixture.midnight

  private final class Log: Sendable {
    let lines = Mutex<[String]>([])
    func note(_ line: String) { lines.withLock { $0.append(line) } }
  }

  private static func fixture() throws -> ReplayFixture {
    let fixture = try ReplayFixture(registry: SealFixture.oneDevice)
    _ = try fixture.replay(
      try (0..<200).map { minute in
        let at = midnight + Int64(minute) * 600_000
        return try ReplayFixture.line(
          "nhip/v1/04321/wifi-ap/ap-1/telemetry", "{\"ts\":\(at),\"seq\":\(minute)}", at: at)
      })
    return fixture
  }

  private static func sealer(
    _ fixture: ReplayFixture, certain: Milliseconds?, now: Milliseconds, log: Log
  ) -> Sealer {
    Sealer(
      store: fixture.store,
      settings: Sealer.Settings(
        profiles: fixture.profiles, lateness: ClockState.lateness, rawKept: .max / 4,
        certainTime: { certain }, now: { now }, log: { log.note($0) }))
  }

  @Test("what is due is sealed, a day that is not over is refused, and stopping waits for nothing")
  func due() throws {
    let fixture = try Self.fixture()
    let log = Log()
    // The allowance of the first day is over, that of the second is not.
    let now = Self.midnight + 8 * LocalTime.dayLength + 1
    let sealer = Self.sealer(fixture, certain: now, now: now, log: log)
    let reply = sealer.seal(nil)
    #expect(reply.status == .done && reply.text.hasSuffix("144 readings, 0 repeated"))
    #expect(try fixture.store.sealedDays().map(\.day) == [20_777])
    #expect(try fixture.store.sealedDays().map(\.isFinal) == [true])
    #expect(sealer.seal(nil).text == "nothing has changed")
    let early = sealer.seal(20_778)
    #expect(early.status == .done && early.text.hasSuffix("56 readings, 0 repeated"))
    #expect(try fixture.store.sealedDays().map(\.isFinal) == [true, false])
    let refused = sealer.seal(20_785)
    #expect(refused.status == .refused && refused.text.contains("not over yet"))
    sealer.stop()
    #expect(sealer.seal(nil).status == .unavailable)
    #expect(log.lines.withLock { $0.count } == 2)
  }

  @Test("a clock that nobody has confirmed makes nothing due; a named day is sealed all the same")
  func doubtfulClock() throws {
    let fixture = try Self.fixture()
    let now = Self.midnight + 400 * LocalTime.dayLength
    let sealer = Self.sealer(fixture, certain: nil, now: now, log: Log())
    defer { sealer.stop() }
    #expect(sealer.seal(nil).status == .unavailable)
    #expect(try fixture.store.sealedDays().isEmpty)
    #expect(sealer.seal(20_777).status == .done)
    #expect(try fixture.store.sealedDays().map(\.day) == [20_777])
  }
}
