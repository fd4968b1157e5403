// SPDX-License-Identifier: Apache-2.0

import Alerting
import Telemetry
import Testing

@testable import Pipeline

@Suite("a device that the registry knows as another kind by now")
struct ChangedKindTests {
  private static func device(_ number: Int64, _ kind: String) -> Device {
    Device(number: number, id: "d\(number)", kind: kind, name: "", site: "", commune: "04321")
  }

  private static func block(_ profile: Profile, at time: Milliseconds) -> ReadingColumns {
    var block = ReadingColumns(
      kind: profile.kind, profileVersion: profile.version,
      metricNames: profile.metrics.map(\.name))
    block.device.append(1)
    block.channel.append(.telemetry)
    block.flags.append([])
    block.receivedAt.append(time)
    block.eventTime.append(time)
    block.sentTime.append(.absent)
    block.session.append(1)
    block.packetID.append(1)
    block.payloadHash.append(1)
    for metric in block.metrics.indices { block.metrics[metric].append(.absent) }
    return block
  }

  @Test("was heard by what it sent before, which no rule of its new kind reads")
  func changed() throws {
    let profiles = try ProfileLoader.load(directory: "\(ReplayFixture.repository)/devices")
    for before in profiles {
      for now in profiles where now.kind != before.kind {
        var judge = AlertJudge(
          profiles: profiles, devices: [Self.device(1, before.kind), Self.device(2, now.kind)],
          book: AlertBook(open: [], registry: Registry(), node: "n", isPublished: false))
        judge.recover(
          Self.block(before, at: ReplayFixture.start), 0..<1, gaps: ObservationGaps(observed: []))
        judge.register([Self.device(1, now.kind), Self.device(2, now.kind)])
        let other = judge.conditions(of: 1)
        let slots = judge.anomalies(of: 0).count + judge.anomalies(of: 1).count
        #expect(judge.anomalyStates.count == slots)
        #expect(judge.detectors.count == slots)
        let later = ReplayFixture.start + 60_000
        judge.recover(Self.block(before, at: later), 0..<1, gaps: ObservationGaps(observed: []))
        #expect(judge.lastHeard(0) == later)
        #expect(judge.conditions(of: 1) == other, "\(before.kind) to \(now.kind)")
      }
    }
  }
}
