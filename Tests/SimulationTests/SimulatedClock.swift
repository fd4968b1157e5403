// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Telemetry

/// The time of a machine, which passes only when the simulation says so.
final class SimulatedClock: Sendable {
  private struct State {
    var now: Milliseconds
    var bootedAt: Milliseconds
    var bootCount = 1
  }

  private let state: Mutex<State>

  init(at start: Milliseconds) {
    state = Mutex(State(now: start, bootedAt: start - LocalTime.hourLength))
  }

  var wall: Milliseconds { state.withLock { $0.now } }
  var running: Milliseconds { state.withLock { $0.now - $0.bootedAt } }
  var boot: String { state.withLock { "boot \($0.bootCount)" } }

  func pass(_ length: Milliseconds) { state.withLock { $0.now += length } }

  func reboot() {
    state.withLock {
      $0.bootedAt = $0.now
      $0.bootCount += 1
    }
  }
}
