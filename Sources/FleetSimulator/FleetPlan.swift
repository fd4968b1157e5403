// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// One MQTT message as the broker passes it on.
package struct SimulatedMessage: Sendable, Hashable {
  /// When a listener at the broker receives it.
  package var publishedAt: Milliseconds
  package var topic: String
  package var payload: [UInt8]
  package var retained: Bool
  /// Position of the device in the plan.
  package var deviceIndex: Int
  /// The broker publishes it, because the device died.
  package var isWill: Bool
}

/// A fleet, what befalls it, and hence every message it sends: a pure function of its arguments.
///
/// A value without clock or shared state; any thread may use it. Walking it holds one small state
/// machine for each device, whatever the duration.
package struct FleetPlan: Sendable {
  package let devices: [SimulatedDevice]
  package let seed: UInt64
  package let start: Milliseconds
  package let duration: Milliseconds
  package let faults: FaultRates
  /// What goes wrong, where it was drawn apart.
  package let anomalies: AnomalyPlan?
  private let frame: PlanFrame
  /// Positions of the devices with a wrong clock, and of those that keep a backlog.
  private let wrongClocks: [Int]
  private let backlogKeepers: Set<Int>

  /// - Precondition: every device's kind is a `SimulatedKind`, `duration` is not negative.
  package init(
    devices: [SimulatedDevice], seed: UInt64, start: Milliseconds, duration: Milliseconds,
    faults: FaultRates
  ) {
    precondition(duration >= 0, "a plan ends before it starts")
    self.devices = devices
    self.seed = seed
    self.start = start
    self.duration = duration
    self.faults = faults
    anomalies = nil
    let feederCount = Set(devices.map { $0.feeder.isEmpty ? $0.id : $0.feeder }).count
    frame = PlanFrame(
      seed: seed, span: Interval(start: start, end: start + duration),
      rates: faults.scaled(deviceCount: devices.count, feederCount: feederCount))
    var random = RandomStream(seed: seed, name: "fleet")
    let chosen = FleetPlan.choose(
      faults.wrongClockDevices + faults.backlogDevices, of: devices.count, random: &random)
    wrongClocks = Array(chosen.prefix(faults.wrongClockDevices))
    backlogKeepers = Set(chosen.dropFirst(faults.wrongClockDevices))
  }

  /// The fleet of an anomaly plan over its span.
  package init(anomalies: AnomalyPlan) {
    self.anomalies = anomalies
    devices = anomalies.fleet.members.map(\.device)
    seed = anomalies.fleet.seed
    start = anomalies.span.start
    duration = anomalies.span.duration
    faults = .anomalies
    frame = PlanFrame(
      seed: seed, span: anomalies.span, rates: .anomalies, anomalies: anomalies)
    wrongClocks = []
    backlogKeepers = []
  }

  /// Different positions, at most half of the fleet.
  private static func choose(
    _ count: Int, of total: Int, random: inout RandomStream
  ) -> [Int] {
    var chosen: [Int] = []
    while chosen.count < min(count, (total + 1) / 2) {
      let candidate = Int(random.integer(in: 0...Int64(total - 1)))
      if !chosen.contains(candidate) { chosen.append(candidate) }
    }
    return chosen
  }

  /// Every message in order of publication; drawn as it is asked for.
  package func messages() -> some Sequence<SimulatedMessage> {
    FleetSteps(plan: self).lazy.compactMap { step in
      guard case .message(let message) = step.step else { return nil }
      return message
    }
  }

  /// What truly happened; takes about as long as walking the messages.
  package func truth() -> FleetTruth {
    var truths: [DeviceTruth] = []
    truths.reserveCapacity(devices.count)
    var steps: [FleetStep] = []
    for index in devices.indices {
      var simulation = simulation(of: index)
      while simulation.nextAt < frame.span.end {
        simulation.step(into: &steps)
        steps.removeAll(keepingCapacity: true)
      }
      truths.append(simulation.truth())
    }
    return truth(truths)
  }

  /// Gives every message to `body`, in order of publication, and tells what truly happened: in one
  /// pass, where `messages` and `truth` would take two.
  package func walk(_ body: (SimulatedMessage) throws -> Void) rethrows -> FleetTruth {
    var steps = FleetSteps(plan: self)
    while let step = steps.next() {
      if case .message(let message) = step.step { try body(message) }
    }
    return truth(steps.simulations.map { $0.truth() })
  }

  private func truth(_ devices: [DeviceTruth]) -> FleetTruth {
    FleetTruth(
      seed: seed, start: start, end: frame.span.end, devices: devices,
      incidents: anomalies?.incidents,
      calmUntil: anomalies.map { $0.span.start + $0.rates.calmLength },
      reportInterval: anomalies?.reportInterval)
  }

  func simulation(of index: Int) -> DeviceSimulation {
    DeviceSimulation(
      device: devices[index], index: index, frame: frame,
      wrongClockRank: wrongClocks.firstIndex(of: index),
      keepsBacklog: backlogKeepers.contains(index))
  }

  /// The same plan, beginning at another instant.
  func starting(at instant: Milliseconds) -> FleetPlan {
    if let anomalies { return FleetPlan(anomalies: anomalies.starting(at: instant)) }
    return FleetPlan(
      devices: devices, seed: seed, start: instant, duration: duration, faults: faults)
  }
}
