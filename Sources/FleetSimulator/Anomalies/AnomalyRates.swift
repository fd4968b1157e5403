// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// How often what happens in an anomaly plan. Faults of one device keep apart, so that each can be
/// found, and missed, for itself.
package struct AnomalyRates: Sendable, Hashable {
  /// Usual deviations, log-uniform.
  package var sizes = 1.0...10.0
  /// Nothing happens at first: whoever judges has to learn before.
  package var calmLength: Milliseconds = 3 * 86_400_000
  /// Mean time from the end of a device's fault of values to the next; 0 is never.
  package var valueFaultDays = 7.5
  /// The same for faults of single devices (silences, reboot loops, flapping) and for plays.
  package var deviceFaultDays = 12.0
  package var playFaultDays = 10.0
  /// Shortest time between two faults of one device.
  package var separation: Milliseconds = 24 * 3_600_000
  /// Shares of devices that have, once in the plan, what takes weeks.
  package var degradingShare = 0.06
  package var driftingClockShare = 0.04
  package var exhaustedShare = 0.2
  package var expiringShare = 0.03
  package var shortCounterShare = 0.06
  /// Mean numbers in thirty days: of each commune's and of the fleet's grouped faults.
  package var communeIncidents = 4.0
  package var fleetIncidents = 6.0
  /// Showers a day.
  package var rain = 0.4
  /// The largest share of a grouped fault's members that fall silent late.
  package var lateMemberShare = 0.15

  package init() {}

  /// Every kind of fault.
  package static let all = AnomalyRates()

  /// Grouped faults, many of each kind, and those of single devices between them: for whoever asks
  /// what failed together and needs no values.
  package static let groups: AnomalyRates = {
    var rates = AnomalyRates()
    rates.valueFaultDays = 0
    rates.playFaultDays = 0
    rates.degradingShare = 0
    rates.driftingClockShare = 0
    rates.exhaustedShare = 0
    rates.expiringShare = 0
    rates.communeIncidents = 8
    rates.fleetIncidents = 30
    return rates
  }()

  /// The same fleet, weather and noise, and nothing wrong.
  package static let calm: AnomalyRates = {
    var rates = AnomalyRates()
    rates.valueFaultDays = 0
    rates.deviceFaultDays = 0
    rates.playFaultDays = 0
    rates.degradingShare = 0
    rates.driftingClockShare = 0
    rates.exhaustedShare = 0
    rates.expiringShare = 0
    rates.communeIncidents = 0
    rates.fleetIncidents = 0
    return rates
  }()
}

extension FaultRates {
  /// Under an anomaly plan everything that fails is drawn apart; what is left here is how the
  /// network treats messages.
  static let anomalies: FaultRates = {
    var rates = FaultRates()
    rates.duplicateShare = 0.01
    rates.lateShare = 0.01
    rates.lateDelayMax = 150_000
    return rates
  }()
}
