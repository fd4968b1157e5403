// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// What people who know such fleets would say before any was measured: where the fit starts, and
/// what stands where a simulator has nothing to say. The order of causes is that of `CauseRanking`.
enum Judgement {
  static func likelihood(of sign: CauseSign) -> [Double] {
    switch sign {
    case .rebooted: [0.95, 0.03, 0.01, 0.90, 0.90, 0.10, 0.50]
    case .ranOn: [0.02, 0.97, 0.97, 0.10, 0.12, 0.90, 0.50]
    case .powerReason: [0.90, 0.02, 0.02, 0.02, 0.08, 0.05, 0.30]
    case .otherReason: [0.05, 0.10, 0.10, 0.70, 0.80, 0.20, 0.50]
    case .mainsLost: [0.90, 0.02, 0.02, 0.02, 0.05, 0.05, 0.20]
    case .severalProviders: [0.60, 0.12, 0.90, 0.60, 0.20, 0.40, 0.50]
    case .oneProvider: [0.50, 0.85, 0.10, 0.40, 0.50, 0.60, 0.50]
    case .severalFeeders: [0.12, 0.70, 0.90, 0.70, 0.30, 0.70, 0.50]
    case .oneFeeder: [0.90, 0.30, 0.10, 0.20, 0.20, 0.30, 0.50]
    case .ownGap: [0.10, 0.10, 0.60, 0.10, 0.10, 0.10, 0.10]
    case .oneRestarted: [0.02, 0.03, 0.02, 0.02, 0.90, 0.05, 0.20]
    }
  }

  static func silent(_ kind: Incident.GroupKind) -> [Double] {
    switch kind {
    case .device: [0.20, 0.35, 0, 0.02, 0.38, 0, 0.05]
    case .via: [0.25, 0.30, 0, 0.02, 0.38, 0, 0.05]
    case .site, .village: [0.50, 0.43, 0, 0.02, 0, 0, 0.05]
    case .feeder: [0.80, 0.15, 0, 0, 0, 0, 0.05]
    case .commune: [0.50, 0.40, 0.05, 0, 0, 0, 0.05]
    case .isp: [0.08, 0.80, 0.07, 0, 0, 0, 0.05]
    case .province: [0.30, 0.35, 0.30, 0, 0, 0, 0.05]
    case .firmware: [0.05, 0.15, 0.05, 0.70, 0, 0, 0.05]
    case .all: [0.15, 0.25, 0.55, 0, 0, 0, 0.05]
    }
  }

  static func rebooting(_ kind: Incident.GroupKind) -> [Double] {
    switch kind {
    case .device: [0.25, 0, 0, 0.15, 0.55, 0, 0.05]
    case .firmware: [0.10, 0, 0, 0.85, 0, 0, 0.05]
    default: [0.45, 0, 0, 0.45, 0, 0, 0.10]
    }
  }
}
