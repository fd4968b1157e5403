// SPDX-License-Identifier: Apache-2.0

import Alerting
import Ingest
import Telemetry

/// What a live board shows; made twice a second at most, read by another thread.
package struct EngineStatus: Sendable {
  package struct DeviceStatus: Sendable {
    package var number: Int64
    package var lastHeard: Milliseconds?
    /// Its offline alert is open.
    package var isOffline: Bool
  }
  package var at: Milliseconds
  package var counters: IntakeCounters
  package var devices: [DeviceStatus]
  package var sessions: [(name: String, status: SessionLink.Status)]
  /// How far the machine's clock is ahead of our time of day; nil while they agree.
  package var ownClockError: Milliseconds?
  package var openAlertCount: Int
  /// The newest transitions, newest last.
  package var recentAlerts: [Alert]

  /// What devices say reaches us: every session has its subscriptions confirmed.
  package var isHearing: Bool { sessions.allSatisfy { $0.status.heardFrom != nil } }
}
