// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// How a watched metric of a device usually behaves.
package struct TrueSignal: Sendable, Hashable, Encodable {
  package var metric: String
  /// `linear` or `logarithmic`: what deviations are measured in.
  package var scale: String
  /// The side that is worth telling.
  package var direction: String
  package var level: Double
  /// Mean absolute deviation of clean readings from their conditional mean, in the scale.
  package var usualDeviation: Double
}

/// One device of a grouped fault.
package struct TrueMember: Sendable, Hashable, Encodable {
  package var device: String
  package var start: Milliseconds
  package var end: Milliseconds
  /// It fell silent well after the others.
  package var isLate: Bool
}

/// One cause in the fleet that ails many devices.
package struct TrueIncident: Sendable, Hashable, Encodable {
  package var id: String
  package var kind: FaultKind
  /// What its members have in common: via, site, village, commune, feeder, isp, province,
  /// firmware, all.
  package var groupKind: String
  package var groupCode: String
  /// Groups that hold the same devices, as `kind:code`: nobody could tell them apart.
  package var sameGroups: [String]
  /// power, link, observation, firmware or device.
  package var cause: String
  package var start: Milliseconds
  package var end: Milliseconds
  package var members: [TrueMember]
  /// Of our own outage: the messages' file says that nobody listened.
  package var isToldUnobserved: Bool
}
