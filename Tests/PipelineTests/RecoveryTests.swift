// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry
import Testing

@testable import Pipeline

@Suite("recovering what the broker may send again")
struct RecoveryTests {
  private static let start = ReplayFixture.start
  private static let hour: Milliseconds = 3_600_000

  private static func quarantined(_ bench: RecoveryBench) throws -> Int64 {
    try bench.fixture.store.quarantine().reduce(0) { $0 + $1.count }
  }

  private static func unreadable(_ packetID: UInt16) -> String { "{\"seq\":\(packetID)" }

  @Test("what was not acknowledged is known again after our clock was put right, either way")
  func clockPutRight() throws {
    for error in [12 * Self.hour, -12 * Self.hour] {
      let bench = try RecoveryBench()
      // Long acknowledged, and received by a clock that was wrong.
      for packetID: UInt16 in 1...30 {
        let at = Self.start + error + Milliseconds(packetID)
        bench.receive(packetID, payload: Self.unreadable(packetID), at: at)
        if packetID.isMultiple(of: 10) { try bench.commit() }
      }
      for packetID: UInt16 in 31...40 { bench.receive(packetID, at: Self.start + error) }
      try bench.commit()
      // The clock is right now, and no acknowledgement of these arrives.
      for packetID: UInt16 in 41...45 { bench.receive(packetID, at: Self.start) }
      bench.receive(46, payload: Self.unreadable(46), at: Self.start + 1)
      try bench.commit()
      try bench.restart()
      for packetID: UInt16 in 41...45 {
        bench.receive(packetID, at: Self.start + 9, isResumed: true)
      }
      bench.receive(46, payload: Self.unreadable(46), at: Self.start + 9, isResumed: true)
      try bench.commit()
      #expect(bench.intake.counters.redelivered == 6, "our clock was off by \(error)")
      #expect(try Self.quarantined(bench) == 31, "our clock was off by \(error)")
    }
  }

  @Test("a session that was cut off long before a kill is known as well as the others")
  func cutOffSession() throws {
    let bench = try RecoveryBench()
    for packetID: UInt16 in 1...5 { bench.receive(session: 1, packetID) }
    bench.receive(session: 1, 6, payload: Self.unreadable(6))
    try bench.commit()
    for packetID: UInt16 in 1...200 {
      bench.receive(session: 2, packetID)
      try bench.commit()
    }
    try bench.checkpoint()
    try bench.restart()
    for packetID: UInt16 in 1...5 { bench.receive(session: 1, packetID, isResumed: true) }
    bench.receive(session: 1, 6, payload: Self.unreadable(6), isResumed: true)
    for packetID: UInt16 in 191...200 { bench.receive(session: 2, packetID, isResumed: true) }
    try bench.commit()
    #expect(bench.intake.counters.redelivered == 16)
    #expect(try bench.fixture.store.readingCount() == 205)
    #expect(try Self.quarantined(bench) == 1)
  }

  @Test("what lies two receive maxima of its session back was acknowledged, across a start")
  func acknowledged() throws {
    let bench = try RecoveryBench()
    bench.receive(1)
    try bench.commit()
    for packetID: UInt16 in 2...21 {
      bench.receive(packetID, payload: packetID == 21 ? nil : Self.unreadable(packetID))
      try bench.commit()
    }
    try bench.restart()
    bench.receive(2, payload: Self.unreadable(2), isResumed: true)
    bench.receive(1, isResumed: true)
    #expect(bench.intake.counters == IntakeCounters(messages: 2, readings: 1, redelivered: 1))
  }
}
