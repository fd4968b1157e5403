// SPDX-License-Identifier: Apache-2.0

import Alerting
import Storage
import Telemetry

@testable import Pipeline

/// What an engine does to a store between two starts, without its clock, its rings and threads:
/// messages come in, are committed, and a start recovers from what is there.
final class RecoveryBench {
  /// The redelivery window is twice this.
  static let receiveMaximum = 10
  static let topic = "nhip/v1/04321/wifi-ap/ap-ubnd-1/telemetry"

  let fixture: ReplayFixture
  private(set) var intake: Intake
  private var judge: AlertJudge

  init() throws {
    fixture = try ReplayFixture()
    (intake, judge) = try Self.recovered(fixture)
  }

  /// The process ends, however, and another one starts.
  func restart() throws { (intake, judge) = try Self.recovered(fixture) }

  private static func recovered(_ fixture: ReplayFixture) throws -> (Intake, AlertJudge) {
    let registry = try fixture.store.registry()
    let intake = Intake(
      profiles: fixture.profiles, registry: registry, observed: [], receiveMaximum: receiveMaximum)
    var judge = AlertJudge(
      profiles: fixture.profiles, devices: intake.devices,
      book: AlertBook(open: [], registry: registry, node: "n", isPublished: false))
    try Recovery.restore(intake, &judge, from: fixture.store, receiveMaximum: receiveMaximum)
    return (intake, judge)
  }

  /// One message of a session. Without a payload of its own it is a reading, another one for each
  /// packet id.
  func receive(
    session: UInt16 = 1, _ packetID: UInt16, payload: String? = nil,
    at instant: Milliseconds = ReplayFixture.start, isResumed: Bool = false
  ) {
    let text = Array((payload ?? "{\"seq\":\(packetID),\"clients\":3}").utf8)
    let padded = text + Array(repeating: 0, count: RecordRing.readableBytesBehind)
    let topic = Array(Self.topic.utf8)
    unsafe topic.withUnsafeBytes { topic in
      unsafe padded.withUnsafeBytes { padded in
        let header = MessageHeader(
          receivedAt: instant, payloadSize: text.count, topicSize: topic.count,
          packetID: packetID, session: session, flags: isResumed ? .resumed : [])
        unsafe intake.accept(
          Message(
            header: header, topic: topic,
            payload: UnsafeRawBufferPointer(rebasing: padded[..<text.count])))
      }
    }
  }

  func commit() throws { try fixture.store.commit(intake.takeBatch()) }

  func checkpoint() throws {
    try Checkpoint.write(
      intake, judge, to: fixture.store, afterBlock: try fixture.store.lastBlock(),
      at: ReplayFixture.start)
  }
}
