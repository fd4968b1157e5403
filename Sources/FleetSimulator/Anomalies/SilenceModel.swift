// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// How long silences last and how devices go into them and come out.
struct SilenceModel: Sendable {
  /// The longest silence that is no outage: three reports, as the profiles have it.
  let allowance: Milliseconds
  private let faults = FaultRates.anomalies

  init(reportInterval: Milliseconds) { allowance = 3 * reportInterval }

  /// Long enough to be seen for certain: twenty minutes to four hours, short ones more often.
  func length(_ random: inout RandomStream) -> Milliseconds {
    Milliseconds(random.logUniform(in: Double(max(1_200_000, 2 * allowance))...14_400_000))
  }

  /// What one device does in a fault of the kind: one silence, or many short ones.
  func outages(
    _ kind: FaultKind, _ interval: Interval, isLate: Bool, _ random: inout RandomStream
  ) -> [Outage] {
    switch kind {
    case .firmwareReboots: return reboots(kind, interval, every: 600_000...1_500_000, &random)
    case .rebootLoop: return reboots(kind, interval, every: 480_000...900_000, &random)
    case .flappingLink: return flaps(interval, &random)
    default: break
    }
    var start = interval.start + random.integer(in: 0...spread(kind))
    if isLate {
      start += random.integer(in: allowance...min(3 * allowance, interval.duration / 2))
    }
    let end = interval.end + random.integer(in: 5_000...30_000)
    return [outage(kind, Interval(start: start, end: end), &random)]
  }

  /// From the first member to the last of those that are not late.
  private func spread(_ kind: FaultKind) -> Milliseconds {
    switch kind {
    case .sitePower, .feederCut: 2_000
    case .firmwareSilence: 180_000
    case .ownOutage: 0
    default: 20_000
    }
  }

  func outage(
    _ kind: FaultKind, _ interval: Interval, _ random: inout RandomStream
  ) -> Outage {
    // When our own broker is gone nobody publishes wills.
    let hasWill = kind != .ownOutage && !random.chance(faults.missingWillShare)
    let willAt = interval.start + random.integer(in: faults.willDelay)
    let bootLength = min(random.integer(in: 10_000...40_000), interval.duration / 2)
    return Outage(
      kind: kind, interval: interval, isAbrupt: hasWill,
      willAt: hasWill && willAt < interval.end ? willAt : nil,
      bootAt: kind.state == .noLink ? nil : interval.end - bootLength)
  }

  private func reboots(
    _ kind: FaultKind, _ interval: Interval, every pause: ClosedRange<Milliseconds>,
    _ random: inout RandomStream
  ) -> [Outage] {
    var found: [Outage] = []
    var start = interval.start + random.integer(in: 0...120_000)
    while start + 60_000 < interval.end {
      let end = start + random.integer(in: 30_000...60_000)
      var reboot = outage(kind, Interval(start: start, end: end), &random)
      reboot.isPart = true
      found.append(reboot)
      start += random.integer(in: pause)
    }
    return found
  }

  /// Six to fifteen losses, each long enough to be one by itself.
  private func flaps(_ interval: Interval, _ random: inout RandomStream) -> [Outage] {
    let count = random.integer(in: 6...15)
    let cycle = interval.duration / count
    return (0..<count).map { number in
      let start = interval.start + number * cycle
      let length = min(allowance + random.integer(in: allowance / 6...allowance), cycle * 2 / 3)
      var loss = outage(
        .flappingLink, Interval(start: start, end: start + length), &random)
      loss.isPart = true
      return loss
    }
  }
}
