// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// What a device truly was, whoever could see it.
package enum TrueState: String, Sendable, Encodable {
  /// Running and connected.
  case up
  /// Not running although it had power: switched off, hung, or restarting.
  case down
  case noPower = "no_power"
  /// Running, with no way to the broker.
  case noLink = "no_link"
}

/// What was done to a device on purpose.
package enum FaultKind: String, Sendable, Encodable {
  case powerCut = "power-cut"
  case linkLoss = "link-loss"
  case deviceOff = "device-off"
  case reboot
  case serviceFault = "service-fault"
  case unusualValues = "unusual-values"
  case partialPlay = "partial-play"
  case wrongClock = "wrong-clock"

  // Of anomaly plans: values,
  case spike, burst, drift
  case levelShift = "level-shift"
  case seasonalBreak = "seasonal-break"
  case textureLoud = "texture-loud"
  case textureFlat = "texture-flat"
  case stuckValue = "stuck-value"
  case outOfRange = "out-of-range"
  case slowDegradation = "slow-degradation"
  case exhaustion
  /// A date of the registry comes near.
  case expiry
  case counterReset = "counter-reset"
  /// No fault: a counter of 32 bits began anew, which nobody should be told of.
  case counterWrap = "counter-wrap"
  case clockDrift = "clock-drift"
  // single devices,
  case rebootLoop = "reboot-loop"
  case flappingLink = "flapping-link"
  case missedPlay = "missed-play"
  case latePlay = "late-play"
  // and groups of them.
  case gatewayDeath = "gateway-death"
  case sitePower = "site-power"
  case villageLink = "village-link"
  case feederCut = "feeder-cut"
  case providerOutage = "isp-outage"
  case communeLink = "commune-link"
  case provinceLink = "province-link"
  case firmwareReboots = "firmware-reboots"
  case firmwareSilence = "firmware-silence"
  /// Our own broker or uplink: nothing is wrong with the devices.
  case ownOutage = "own-outage"

  /// What the device is while the fault lasts; nil if it stays up.
  var state: TrueState? {
    switch self {
    case .powerCut, .sitePower, .feederCut: .noPower
    case .linkLoss, .gatewayDeath, .villageLink, .providerOutage, .communeLink, .provinceLink,
      .ownOutage, .flappingLink:
      .noLink
    case .deviceOff, .reboot, .rebootLoop, .firmwareReboots, .firmwareSilence: .down
    default: nil
    }
  }
}

package struct TrueInterval: Sendable, Hashable, Encodable {
  package var state: TrueState
  package var start: Milliseconds
  package var end: Milliseconds
}

package struct InjectedFault: Sendable, Hashable, Encodable {
  package var kind: FaultKind
  package var start: Milliseconds
  package var end: Milliseconds
  /// Whose values it changes; nil if none.
  package var metric: String?
  /// Usual deviations of that metric; of a loud texture, by how much its noise grows.
  package var size: Double?
  package var isAbove: Bool?
  /// In the unit that the kind has: of a clock's drift, seconds a day; of a late play, seconds.
  package var amount: Double?
  /// Id of the grouped fault that it belongs to.
  package var incident: String?
}

/// The truth about one counter.
package struct TrueCounter: Sendable, Hashable, Encodable {
  /// Increments from the first reported value to the last, resets taken into account: what a
  /// perfect reader of the messages could find.
  package var total: UInt64
  /// Increments that died with the device (or the plan's end) before any reading carried them.
  package var unreported: UInt64
}

/// The truth about one device over the plan.
package struct DeviceTruth: Sendable, Hashable, Encodable {
  package var id: String
  package var kind: String
  package var commune: String
  package var village: String
  package var site: String
  package var feeder: String
  /// In order, without gap or overlap, from the plan's start to its end. An outage ends when the
  /// device is connected again.
  package var intervals: [TrueInterval]
  /// Boot instants within the plan.
  package var reboots: [Milliseconds]
  /// By metric name.
  package var counters: [String: TrueCounter]
  /// Seconds a loudspeaker played, whether or not the news of it arrived.
  package var playedSeconds: Int
  /// Those of them that a `play.end` event told within the plan.
  package var playedSecondsReported: Int
  /// Of a loudspeaker and an endpoint: every slot that began within the plan.
  package var slots: [SlotTruth]
  package var faults: [InjectedFault]
  /// Its clock minus true time; 0 is right.
  package var clockOffset: Milliseconds
  package var keepsBacklog: Bool
  /// Telemetry readings that arrived live, each once.
  package var liveReadings: Int
  package var backlogReadings: Int
  /// Of the live ones, those that arrived late.
  package var lateReadings: Int
  /// Copies beyond the first of telemetry and events.
  package var duplicates: Int
  /// What is watched of it and how it usually scatters; of anomaly plans only.
  package var signals: [TrueSignal]?
}

/// What truly happened to a simulated fleet, computed from the devices and not from messages.
package struct FleetTruth: Sendable, Hashable, Encodable {
  package var seed: UInt64
  package var start: Milliseconds
  package var end: Milliseconds
  /// In the plan's order.
  package var devices: [DeviceTruth]
  /// Faults of more than one device; of anomaly plans only, like what follows.
  package var incidents: [TrueIncident]?
  /// Nothing goes wrong before this instant.
  package var calmUntil: Milliseconds?
  /// How often idle devices report.
  package var reportInterval: Milliseconds?
}
