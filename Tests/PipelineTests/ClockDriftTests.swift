// SPDX-License-Identifier: Apache-2.0

import Telemetry
import TestSupport
import Testing

@testable import Pipeline

@Suite("clocks that lose or gain over two months without a boot")
struct ClockDriftTests {
  private static let rates: [Double] = [-1_300, -200, -100, -20, 0, 20, 200, 1_300]

  /// How far a device's own time and ours may differ once it is corrected.
  private static let slack: Milliseconds = 15_000

  private static func expectTrue(
    _ judged: [(eventTime: Milliseconds, receivedAt: Milliseconds)], _ outages: [Interval],
    _ device: DriftingDevice, _ form: String
  ) {
    let found = DriftingDevice.silences(judged)
    let told: Comment = "\(form), \(device)"
    #expect(found.count == outages.count, told)
    for (silence, outage) in zip(found, outages) {
      #expect(abs(silence.start - outage.start) <= DriftingDevice.interval + slack, told)
      // What a device had kept for less than the allowance counts as heard.
      let earliest = outage.end - DriftingDevice.allowance - slack
      #expect(silence.end >= earliest, told)
      #expect(silence.end <= outage.end + DriftingDevice.interval + slack, told)
    }
    // Nobody is taken to be silent while it speaks: the newest heard is never older than allowed.
    var heardAt = Milliseconds.min
    var falseAlerts = 0
    for (eventTime, receivedAt) in judged {
      let isReal = outages.contains { $0.start - 1 <= receivedAt && heardAt <= $0.end }
      if heardAt != .min, !isReal, receivedAt - heardAt > DriftingDevice.allowance {
        falseAlerts += 1
      }
      if receivedAt - eventTime <= DriftingDevice.allowance { heardAt = max(heardAt, eventTime) }
    }
    #expect(falseAlerts == 0, told)
  }

  @Test(
    "make no false outage, and leave real ones where they were, live and sealed alike",
    arguments: rates, DriftingDevice.Uptime.allCases)
  func outages(partsPerMillion: Double, uptime: DriftingDevice.Uptime) {
    let form = DriftingDevice.Uptime.allCases.firstIndex(of: uptime) ?? 0
    let seed = UInt64(form + 3 * (Self.rates.firstIndex(of: partsPerMillion) ?? 0))
    // Each rate with each offset, each with another form of `up`.
    let offset = ([0, -200_000, 200_000] as [Milliseconds])[(Int(seed) / 3 + form) % 3]
    let device = DriftingDevice(
      seed: seed, partsPerMillion: partsPerMillion, uptime: uptime, offset: offset)
    let (messages, outages) = device.messages()
    var state = ClockState()
    var evidence = ClockEvidence()
    let live = messages.map { message in
      evidence.add(message.reading)
      return Self.judge(message.reading, &state).eventTime
    }
    let receipts = messages.map(\.reading.receivedAt)
    Self.expectTrue(Array(zip(live, receipts)), outages, device, "live")
    let sealed = messages.map { evidence.judge($0.reading, commissionedAt: nil).eventTime }
    Self.expectTrue(Array(zip(sealed, receipts)), outages, device, "sealed")
    let punctual = messages.indices.filter {
      messages[$0].reading.receivedAt - messages[$0].sentAtTruly <= 2_000
    }
    #expect(punctual.allSatisfy { abs(live[$0] - sealed[$0]) <= Self.slack }, "\(device)")
    let isNear = punctual.allSatisfy { abs(live[$0] - messages[$0].sentAtTruly) <= Self.slack }
    #expect(isNear, "\(device)")
  }

  private static func judge(
    _ reading: ClockEvidence.Reading, _ state: inout ClockState
  ) -> ClockJudge.Verdict {
    ClockJudge.judge(
      sentAt: reading.sentAt, receivedAt: reading.receivedAt,
      upMilliseconds: reading.bootAt.map { reading.sentAt - $0 }, keptBy: reading.keeper,
      commissionedAt: nil, state: &state)
  }
}
