// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc
import Synchronization
import Telemetry

/// What the publisher's thread and the others tell each other.
package final class PublisherLink: Sendable {
  /// The reading end of a pipe, because the publisher waits for its socket and for us in one
  /// `poll`. Neither end blocks: a full pipe has woken it already.
  let descriptor: Int32
  private let writingEnd: Int32
  private let stopping = Atomic(false)
  private let probing = Atomic(false)
  private let aliveAt = Atomic<Milliseconds>(.min)
  /// Woken when a probe is answered.
  private let engineWake: DispatchSemaphore

  package init(engineWake: DispatchSemaphore) {
    self.engineWake = engineWake
    var ends: [Int32] = [-1, -1]
    let status = unsafe pipe(&ends)
    precondition(status == 0, "the system has no file descriptor left")
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    (descriptor, writingEnd) = (ends[0], ends[1])
  }

  deinit {
    close(descriptor)
    close(writingEnd)
  }

  /// There is something new in the outbox.
  package func wake() {
    var byte: UInt8 = 1
    _ = unsafe write(writingEnd, &byte, 1)
  }

  /// Is the broker alive? The publisher says something at once and waits for the confirmation.
  package func probe() {
    probing.store(true, ordering: .releasing)
    wake()
  }

  func takeProbe() -> Bool { probing.exchange(false, ordering: .acquiringAndReleasing) }

  /// The broker has confirmed something that was sent at `instant`.
  func noteAlive(at instant: Milliseconds) {
    aliveAt.store(instant, ordering: .releasing)
    engineWake.signal()
  }

  /// The broker lived at this instant or later; `.min` as long as nothing was confirmed.
  package var brokerAliveAt: Milliseconds { aliveAt.load(ordering: .acquiring) }

  /// The publisher sends what it can in a short while, says good-bye, and ends.
  package func stop() {
    stopping.store(true, ordering: .releasing)
    wake()
  }

  var isStopping: Bool { stopping.load(ordering: .acquiring) }

  func takeWake() {
    var bytes = [UInt8](repeating: 0, count: 64)
    while unsafe read(descriptor, &bytes, bytes.count) == bytes.count {}
  }
}

/// How the publisher reaches the broker, and what it calls itself.
package struct PublisherSettings: Sendable {
  package var access: BrokerAccess
  package var clientID: String
  /// The level that names this nhip in `nhip/v1/node/{node}/state`.
  package var node: String

  package init(access: BrokerAccess, clientID: String, node: String) {
    self.access = access
    self.clientID = clientID
    self.node = node
  }
}

/// The limits of the publisher, each with its reason.
enum PublisherLimits {
  /// Messages in memory at a time; the rest waits in the store.
  static let queueCountMax = 256
  /// A consumer that misses three heartbeats knows that it knows nothing.
  static let heartbeat: Milliseconds = 10_000
  static let keepaliveSeconds: Int32 = 30
  /// Confirmed messages leave the store in one transaction, at the latest after so many …
  static let settleCount = 64
  /// … or so long, or when nothing is under way.
  static let settleAfter: Milliseconds = 200
  static let backoffFirst: Milliseconds = 250
  static let backoffMax: Milliseconds = 30_000
  /// What is still under way at a stop gets so long; the rest is sent at the next start.
  static let farewell: Milliseconds = 2_000
  /// The longest wait for the broker's answer to CONNECT.
  static let connectPatience: Milliseconds = 10_000
  static let idlePoll: Milliseconds = 1_000
  /// After a refusal (an access list, a quota) nothing new is sent for so long.
  static let refusalPause: Milliseconds = 30_000
}
