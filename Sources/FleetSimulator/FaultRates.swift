// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// What goes wrong in a simulated fleet, and how often. Arrivals are Poisson, lengths uniform.
package struct FaultRates: Sendable, Hashable {
  /// How often a fault strikes, and for how long.
  package struct Rate: Sendable, Hashable {
    /// Mean number a day, for each device (or feeder).
    package var perDay: Double
    package var duration: ClosedRange<Milliseconds>
    package init(perDay: Double, duration: ClosedRange<Milliseconds>) {
      self.perDay = perDay
      self.duration = duration
    }

    static let never = Rate(perDay: 0, duration: 1_000...1_000)
  }

  /// Per feeder: all of its devices lose power, and their `up` and counters with it.
  package var powerCuts = Rate.never
  /// Per device: it keeps running, nobody hears it.
  package var linkLosses = Rate.never
  /// Per device: switched off or hung, then started again.
  package var deviceOffs = Rate.never
  /// Per device: a restart, shorter than any gap allowance.
  package var reboots = Rate.never
  /// Per device: it reports in time but does not serve (WAN down, horn failed, not registered).
  package var serviceFaults = Rate.never
  /// Per device: it serves, but values that people watch leave their usual band.
  package var unusualValues = Rate.never
  /// Share of deaths after which the broker publishes no will.
  package var missingWillShare = 0.2
  /// From death to will: about 1.5 × keepalive.
  package var willDelay: ClosedRange<Milliseconds> = 45_000...90_000
  /// Share of telemetry and events that arrive twice.
  package var duplicateShare = 0.0
  /// Share of telemetry that arrives late, hence out of order; at most 0.4, since no two
  /// neighbouring readings of a device are late: a late reading alone never looks like an outage.
  package var lateShare = 0.0
  package var lateDelayMax: Milliseconds = 600_000
  /// Share of plays that stop early.
  package var partialPlayShare = 0.0
  /// How many devices of the fleet have a wrong clock.
  package var wrongClockDevices = 0
  /// How many devices keep a backlog while cut off; each loses its link at least once if the plan
  /// is long enough.
  package var backlogDevices = 0
  /// Shortest time a device works between two outages.
  package var separation: Milliseconds = 600_000
  /// Mean time between two faults over the whole fleet. If set, it scales the rates above, which
  /// then only give the mix.
  package var fleetFaultInterval: Milliseconds?

  package init() {}

  /// Nothing fails, nothing is late, nothing comes twice.
  package static let none = FaultRates()

  /// For a live demonstration: something happens every few seconds.
  package static let demo: FaultRates = {
    var rates = FaultRates()
    rates.powerCuts = Rate(perDay: 1, duration: 60_000...300_000)
    rates.linkLosses = Rate(perDay: 2, duration: 30_000...300_000)
    rates.deviceOffs = Rate(perDay: 1, duration: 60_000...300_000)
    rates.reboots = Rate(perDay: 1, duration: 15_000...40_000)
    rates.serviceFaults = Rate(perDay: 2, duration: 60_000...240_000)
    rates.unusualValues = Rate(perDay: 2, duration: 150_000...300_000)
    rates.duplicateShare = 0.02
    rates.lateShare = 0.02
    rates.lateDelayMax = 120_000
    rates.partialPlayShare = 0.1
    rates.wrongClockDevices = 1
    rates.backlogDevices = 5
    rates.separation = 60_000
    rates.fleetFaultInterval = 5_000
    return rates
  }()

  /// A realistic, rather bad day.
  package static let day: FaultRates = {
    var rates = FaultRates()
    rates.powerCuts = Rate(perDay: 0.5, duration: 300_000...7_200_000)
    rates.linkLosses = Rate(perDay: 1.5, duration: 120_000...7_200_000)
    rates.deviceOffs = Rate(perDay: 0.5, duration: 300_000...7_200_000)
    rates.reboots = Rate(perDay: 0.5, duration: 30_000...90_000)
    rates.serviceFaults = Rate(perDay: 0.5, duration: 300_000...3_600_000)
    rates.unusualValues = Rate(perDay: 0.5, duration: 300_000...3_600_000)
    rates.duplicateShare = 0.05
    rates.lateShare = 0.05
    rates.partialPlayShare = 0.03
    rates.wrongClockDevices = 3
    rates.backlogDevices = 3
    return rates
  }()

  /// The rates with `fleetFaultInterval` applied to a fleet of this size.
  func scaled(deviceCount: Int, feederCount: Int) -> FaultRates {
    guard let interval = fleetFaultInterval, deviceCount > 0 else { return self }
    let perDevice =
      linkLosses.perDay + deviceOffs.perDay + reboots.perDay + serviceFaults.perDay
      + unusualValues.perDay
    let expected = perDevice * Double(deviceCount) + powerCuts.perDay * Double(feederCount)
    guard expected > 0 else { return self }
    let factor = 86_400_000 / Double(max(1, interval)) / expected
    var scaled = self
    scaled.powerCuts.perDay *= factor
    scaled.linkLosses.perDay *= factor
    scaled.deviceOffs.perDay *= factor
    scaled.reboots.perDay *= factor
    scaled.serviceFaults.perDay *= factor
    scaled.unusualValues.perDay *= factor
    return scaled
  }
}
