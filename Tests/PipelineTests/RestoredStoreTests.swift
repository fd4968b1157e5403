// SPDX-License-Identifier: Apache-2.0

import Alerting
import Foundation
import Storage
import Telemetry
import Testing

@testable import Pipeline

@Suite("a restored store")
struct RestoredStoreTests {
  private static let hash: UInt64 = 99
  private static let device: Int64 = 1

  private let folder: TemporaryFolder
  private let profiles: [Profile]

  init() throws {
    folder = try TemporaryFolder()
    profiles = try ProfileLoader.load(directory: "\(ReplayFixture.repository)/devices")
  }

  private func batch(packetID: UInt16, at instant: Milliseconds) throws -> CommitBatch {
    let profile = try #require(profiles.first { $0.kind == "wifi-ap" })
    var columns = ReadingColumns(
      kind: profile.kind, profileVersion: profile.version,
      metricNames: profile.metrics.map(\.name))
    columns.device.append(Self.device)
    columns.channel.append(.telemetry)
    columns.flags.append([.untimed])
    columns.receivedAt.append(instant)
    columns.eventTime.append(instant)
    columns.sentTime.append(.absent)
    columns.session.append(1)
    columns.packetID.append(packetID)
    columns.payloadHash.append(Self.hash)
    for metric in columns.metrics.indices { columns.metrics[metric].append(.absent) }
    var batch = CommitBatch()
    batch.blocks = [columns]
    batch.observed = [Observation(session: 1, start: ReplayFixture.start, end: instant)]
    return batch
  }

  /// What an engine would know at a start with this store.
  private func started(_ store: Store) throws -> (Intake, lastHeard: Milliseconds?) {
    let registry = try store.registry()
    let intake = Intake(
      profiles: profiles, registry: registry,
      observed: try store.observed(from: ReplayFixture.start, to: ReplayFixture.start + 3_600_000),
      receiveMaximum: 10)
    var judge = AlertJudge(
      profiles: profiles, devices: intake.devices,
      book: AlertBook(open: [], registry: registry, node: "n", isPublished: false))
    try Recovery.restore(intake, &judge, from: store, receiveMaximum: 10)
    let position = try #require(judge.devices.firstIndex { $0.number == Self.device })
    return (intake, judge.lastHeard(position))
  }

  private func isKnown(_ packetID: UInt16, to intake: Intake) -> Bool {
    intake.redeliveries.isRedelivery(session: 1, packetID: packetID, hash: Self.hash)
  }

  /// A device without clock and counter sends the same bytes every time, and packet ids come
  /// around: what the broker kept since the copy must not be taken for what the copy holds.
  @Test("what the broker sends is compared with nothing that the copy holds")
  func redeliveries() throws {
    let (original, copy) = ("\(folder.path)/nhip.sqlite", "\(folder.path)/copy.sqlite")
    let restored = "\(folder.path)/restored.sqlite"
    let store = try Store(path: original, access: .readWrite)
    let registry = try ReplayFixture.exampleRegistry(kinds: Set(profiles.map(\.kind)))
    _ = try store.importRegistry(
      registry, full: false, by: "test", at: ReplayFixture.start, dryRun: false)
    let heardAt = ReplayFixture.start + 60_000
    try store.commit(try batch(packetID: 7, at: heardAt))
    _ = try StoreBackup(of: original, to: copy, isReplacing: false).copy { _ in }
    #expect(isKnown(7, to: try started(store).0))
    store.close()

    _ = try StoreRestore(
      from: copy, to: restored, isReplacing: false, at: ReplayFixture.start + 120_000
    ).restore { _ in }
    let again = try Store(path: restored, access: .readWrite)
    defer { again.close() }
    let (intake, lastHeard) = try started(again)
    #expect(!isKnown(7, to: intake))
    #expect(lastHeard == heardAt, "everything else of the copy counts")
    #expect(intake.gaps.heardUntil == heardAt, "observed time ends with the copy")

    // What was stored since is known as ever, also after the next start.
    try again.commit(try batch(packetID: 8, at: heardAt + 300_000))
    let later = try started(again).0
    #expect(isKnown(8, to: later))
    #expect(!isKnown(7, to: later))
  }
}
