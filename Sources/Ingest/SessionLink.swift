// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Synchronization
import Telemetry

/// What a session's thread and the engine's thread tell each other beside the ring.
///
/// Everything here is cold: touched once a batch, never once a message.
package final class SessionLink: Sendable {
  /// What is known of a session at one moment.
  package struct Status: Sendable {
    package var isConnected = false
    /// When the broker confirmed our subscription; nil while we cannot hear.
    package var heardFrom: Milliseconds?
    /// When the last packet of the broker arrived.
    package var heardUntil: Milliseconds?
    /// When a packet arrived that was no message: the answer to a ping, for example.
    package var answeredAt: Milliseconds?
    package var received: UInt64 = 0
    package init() {}
  }

  private let state = Mutex(Status())
  private let stopping = Atomic(false)
  private let engineGone = Atomic(false)
  /// The session waits on this for a commit.
  let committed = DispatchSemaphore(value: 0)
  /// The engine waits on this for work; one semaphore for all sessions.
  private let engineWake: DispatchSemaphore

  package init(engineWake: DispatchSemaphore) { self.engineWake = engineWake }

  package var status: Status { state.withLock { $0 } }

  package func stop() {
    // Releasing and acquiring for form's sake: the flag carries nothing but itself.
    stopping.store(true, ordering: .releasing)
    committed.signal()
  }

  /// The engine's thread has ended and will commit nothing more.
  package func engineEnded() {
    engineGone.store(true, ordering: .releasing)
    committed.signal()
  }

  var isEngineGone: Bool { engineGone.load(ordering: .acquiring) }

  var isStopping: Bool { stopping.load(ordering: .acquiring) }

  /// The engine says that everything it drained is on disk.
  package func commitDone() { committed.signal() }

  func requestCommit() { engineWake.signal() }

  func update(_ change: (inout Status) -> Void) { state.withLock { change(&$0) } }
}
