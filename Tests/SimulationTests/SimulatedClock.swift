// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Telemetry

/// The time of a machine, which passes only when the simulation says so.
final class SimulatedClock: Sendable {
  private struct State {
    var now: Milliseconds
    var error: Milliseconds = 0
    var bootedAt: Milliseconds
    var bootCount = 1
    var correctionCount = 0
  }

  private let state: Mutex<State>

  init(at start: Milliseconds) {
    state = Mutex(State(now: start, bootedAt: start - LocalTime.hourLength))
  }

  /// The true time.
  var now: Milliseconds { state.withLock { $0.now } }
  /// What the machine's clock shows.
  var wall: Milliseconds { state.withLock { $0.now + $0.error } }
  var running: Milliseconds { state.withLock { $0.now - $0.bootedAt } }
  var boot: String { state.withLock { "boot \($0.bootCount)" } }

  /// How often nhip said that its time was wrong.
  var correctionCount: Int { state.withLock { $0.correctionCount } }

  /// What nhip says on this machine.
  func log(_ line: String) {
    guard line.contains("is corrected by") else { return }
    state.withLock { $0.correctionCount += 1 }
  }

  func pass(_ length: Milliseconds) { state.withLock { $0.now += length } }

  /// Somebody sets the machine's clock, which is off by so much from now on.
  func set(error: Milliseconds) { state.withLock { $0.error = error } }

  func reboot() {
    state.withLock {
      $0.bootedAt = $0.now
      $0.bootCount += 1
    }
  }
}
