// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The numbers of ``CauseRanking``, in the order of its causes: power, link, our uplink, firmware,
/// device, quality, unknown.
///
/// Judgement, moved by what simulated fleets showed: `Benchmarks/anomaly/causes fit` prints these
/// rows (seeds 5,001 to 5,012); `docs/INCIDENTS.md` says which of them the simulator never moved.
package enum CauseTables {
  /// `P(sign | cause)`.
  package static func likelihood(of sign: CauseSign) -> [Double] {
    switch sign {
    case .rebooted: [0.98, 0.02, 0.02, 0.97, 0.98, 0.10, 0.50]
    case .ranOn: [0.02, 0.98, 0.98, 0.03, 0.03, 0.90, 0.50]
    case .powerReason: [0.90, 0.02, 0.02, 0.02, 0.08, 0.05, 0.30]
    case .otherReason: [0.05, 0.10, 0.10, 0.70, 0.80, 0.20, 0.50]
    case .mainsLost: [0.90, 0.02, 0.02, 0.02, 0.05, 0.05, 0.20]
    case .severalProviders: [0.82, 0.64, 0.97, 0.88, 0.20, 0.40, 0.50]
    case .oneProvider: [0.20, 0.36, 0.03, 0.12, 0.50, 0.60, 0.50]
    case .severalFeeders: [0.12, 0.93, 0.97, 0.91, 0.30, 0.70, 0.50]
    case .oneFeeder: [0.90, 0.08, 0.03, 0.06, 0.20, 0.30, 0.50]
    case .ownGap: [0.10, 0.10, 0.60, 0.10, 0.10, 0.10, 0.10]
    case .oneRestarted: [0.02, 0.03, 0.02, 0.02, 0.90, 0.05, 0.20]
    }
  }

  /// Before any sign.
  package static func prior(_ stream: String, _ kind: Incident.GroupKind) -> [Double] {
    switch stream {
    case IncidentSymptom.silent.stream: silent(kind)
    case IncidentSymptom.service.stream:
      kind == .device
        ? [0.02, 0.50, 0, 0.03, 0.40, 0, 0.05] : [0.04, 0.80, 0, 0.08, 0, 0, 0.08]
    case IncidentSymptom.rebootLoop.stream: rebooting(kind)
    default:
      kind == .firmware
        ? [0, 0.05, 0, 0.60, 0, 0.30, 0.05] : [0.02, 0.08, 0, 0.05, 0, 0.80, 0.05]
    }
  }

  private static func silent(_ kind: Incident.GroupKind) -> [Double] {
    switch kind {
    case .device: [0.05, 0.63, 0, 0.02, 0.28, 0, 0.03]
    case .via: [0.06, 0.44, 0, 0.02, 0.45, 0, 0.03]
    case .site: [0.77, 0.18, 0, 0.02, 0, 0, 0.03]
    case .village: [0.33, 0.62, 0, 0.02, 0, 0, 0.03]
    case .feeder: [0.92, 0.05, 0, 0, 0, 0, 0.03]
    case .commune: [0.12, 0.83, 0.02, 0, 0, 0, 0.03]
    case .isp: [0.05, 0.90, 0.02, 0, 0, 0, 0.03]
    case .province: [0.08, 0.80, 0.08, 0, 0, 0, 0.03]
    case .firmware: [0.05, 0.05, 0.02, 0.86, 0, 0, 0.03]
    case .all: [0.05, 0.08, 0.84, 0, 0, 0, 0.03]
    }
  }

  private static func rebooting(_ kind: Incident.GroupKind) -> [Double] {
    switch kind {
    case .device: [0.25, 0, 0, 0.15, 0.55, 0, 0.05]
    case .firmware: [0.06, 0, 0, 0.91, 0, 0, 0.03]
    default: [0.45, 0, 0, 0.45, 0, 0, 0.10]
    }
  }
}
