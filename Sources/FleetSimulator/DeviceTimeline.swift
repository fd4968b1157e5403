// SPDX-License-Identifier: Apache-2.0
import Foundation
import Telemetry

/// A stretch in which a device cannot be heard.
package struct Outage: Sendable, Hashable {
  package var kind: FaultKind
  package var interval: Interval
  /// Whether the death is abrupt, so that the broker holds a will to publish.
  var isAbrupt: Bool
  /// When the broker publishes the will; nil if it never does, or the device is back before.
  package var willAt: Milliseconds?
  /// The boot that ends it; nil if the device kept running.
  package var bootAt: Milliseconds?
  /// Id of the grouped fault that it belongs to.
  package var incident: String?
  /// It is one of many of a fault that the truth tells as a whole.
  package var isPart = false
}

/// Everything that will happen to one device: drawn before the first message, so that truth needs
/// no message and every stage agrees on it.
struct DeviceTimeline: Sendable {
  /// In order, at least `separation` apart.
  var outages: [Outage] = []
  /// In order, disjoint; the device reports but does not serve.
  var serviceFaults: [Interval] = []
  /// In order, disjoint; values leave their usual band.
  var unusualValues: [Interval] = []
  var clockOffset: Milliseconds
  var keepsBacklog: Bool
  /// The boot before the plan's start.
  var bootBefore: Milliseconds

  /// Wrong clocks of the field: local time taken for UTC, a battery that died, a drifted clock.
  private static let clockOffsets: [Milliseconds] = [25_200_000, -172_800_000, 1_260_000]

  init(
    device: SimulatedDevice, rates: FaultRates, seed: UInt64, span: Interval,
    wrongClockRank: Int?, keepsBacklog: Bool
  ) {
    var random = RandomStream(seed: seed, name: "timeline \(device.commune)/\(device.id)")
    self.keepsBacklog = keepsBacklog
    clockOffset = wrongClockRank.map { Self.clockOffsets[$0 % Self.clockOffsets.count] } ?? 0
    bootBefore = span.start - random.integer(in: 3_600_000...2_592_000_000)
    if keepsBacklog { addCertainLinkLoss(rates: rates, span: span, random: &random) }
    addPowerCuts(device: device, rates: rates, seed: seed, span: span, random: &random)
    for (kind, rate) in [
      (FaultKind.linkLoss, rates.linkLosses), (.deviceOff, rates.deviceOffs),
      (.reboot, rates.reboots),
    ] {
      for interval in Self.arrivals(rate, over: span, random: &random) {
        add(kind, interval, rates: rates, span: span, random: &random)
      }
    }
    serviceFaults = Self.disjoint(rates.serviceFaults, over: span, random: &random)
    unusualValues = Self.disjoint(rates.unusualValues, over: span, random: &random)
  }

  /// What an anomaly plan has drawn for the device or, without one, what its rates make of it.
  init(
    device: SimulatedDevice, anomalies: DeviceAnomalies?, frame: PlanFrame, wrongClockRank: Int?,
    keepsBacklog: Bool
  ) {
    var rates = frame.rates
    if anomalies != nil { rates = .none }
    self.init(
      device: device, rates: rates, seed: frame.seed, span: frame.span,
      wrongClockRank: wrongClockRank, keepsBacklog: keepsBacklog)
    if let anomalies { outages = anomalies.outages }
  }

  private static func disjoint(
    _ rate: FaultRates.Rate, over span: Interval, random: inout RandomStream
  ) -> [Interval] {
    var found: [Interval] = []
    for interval in arrivals(rate, over: span, random: &random)
    where interval.start >= (found.last?.end ?? span.start) {
      found.append(interval)
    }
    return found
  }

  /// Poisson arrivals, in order, cut at the end of the span.
  private static func arrivals(
    _ rate: FaultRates.Rate, over span: Interval, random: inout RandomStream
  ) -> [Interval] {
    guard rate.perDay > 0 else { return [] }
    let mean = 86_400_000 / rate.perDay
    var found: [Interval] = []
    var instant = Double(span.start)
    while true {
      instant += max(1, -log(1 - random.unit()) * mean)
      guard instant < Double(span.end) else { return found }
      let start = Milliseconds(instant)
      let length = random.integer(in: rate.duration)
      found.append(Interval(start: start, end: min(span.end, start + length)))
    }
  }

  /// A device chosen to keep a backlog must have an occasion to do so.
  private mutating func addCertainLinkLoss(
    rates: FaultRates, span: Interval, random: inout RandomStream
  ) {
    let range = rates.linkLosses.duration
    let length = min(random.integer(in: range), span.duration / 4)
    guard length >= 1_000 else { return }
    let start = span.start + span.duration / 4 + random.integer(in: 0...(span.duration / 4))
    let interval = Interval(start: start, end: start + length)
    add(.linkLoss, interval, rates: rates, span: span, random: &random)
  }

  /// The feeder's stream decides about the cut, the device's own how soon it is back.
  private mutating func addPowerCuts(
    device: SimulatedDevice, rates: FaultRates, seed: UInt64, span: Interval,
    random: inout RandomStream
  ) {
    let name = device.feeder.isEmpty ? "device \(device.id)" : device.feeder
    var feeder = RandomStream(seed: seed, name: "feeder \(device.commune)/\(name)")
    for cut in Self.arrivals(rates.powerCuts, over: span, random: &feeder) {
      let back = min(span.end, cut.end + random.integer(in: 5_000...30_000))
      add(
        .powerCut, Interval(start: cut.start, end: back), rates: rates, span: span,
        random: &random)
    }
  }

  /// Whatever comes too near to an outage already there does not happen.
  private mutating func add(
    _ kind: FaultKind, _ interval: Interval, rates: FaultRates, span: Interval,
    random: inout RandomStream
  ) {
    let near = outages.firstIndex { other in
      interval.start < other.interval.end + rates.separation
        && other.interval.start < interval.end + rates.separation
    }
    guard near == nil, interval.start > span.start else { return }
    let hasWill = !random.chance(rates.missingWillShare)
    let willAt = interval.start + random.integer(in: rates.willDelay)
    let bootLength = min(random.integer(in: 10_000...40_000), interval.duration / 2)
    let outage = Outage(
      kind: kind, interval: interval, isAbrupt: hasWill,
      willAt: hasWill && willAt < interval.end ? willAt : nil,
      bootAt: kind == .linkLoss ? nil : interval.end - bootLength)
    let position = outages.firstIndex { $0.interval.start > interval.start } ?? outages.count
    outages.insert(outage, at: position)
  }

  /// The states of the device, without gap or overlap over the span.
  func intervals(over span: Interval) -> [TrueInterval] {
    var intervals: [TrueInterval] = []
    var instant = span.start
    for outage in outages {
      guard let state = outage.kind.state else { continue }
      if instant < outage.interval.start {
        intervals.append(TrueInterval(state: .up, start: instant, end: outage.interval.start))
      }
      intervals.append(TrueInterval(
        state: state, start: outage.interval.start, end: outage.interval.end))
      instant = outage.interval.end
    }
    if instant < span.end {
      intervals.append(TrueInterval(state: .up, start: instant, end: span.end))
    }
    return intervals
  }
}

/// Asks, instant after instant, whether one of a device's stretches holds.
struct FaultWalk: Sendable {
  /// In order, disjoint.
  private let intervals: [Interval]
  private var next = 0

  init(_ intervals: [Interval]) { self.intervals = intervals }

  /// - Precondition: instants never decrease.
  mutating func holds(at instant: Milliseconds) -> Bool {
    while next < intervals.count, intervals[next].end <= instant { next += 1 }
    return next < intervals.count && intervals[next].contains(instant)
  }
}
