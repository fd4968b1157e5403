// SPDX-License-Identifier: Apache-2.0

import Alerting
import Dispatch
import Foundation
import Storage
import Telemetry

/// The alert publisher on the thread that owns it, from start to stop.
final class PublisherThread {
  let link: PublisherLink
  private let group = DispatchGroup()

  init(
    settings: PublisherSettings, store: Store, engineWake: DispatchSemaphore,
    clock: @escaping @Sendable () -> Milliseconds, log: @escaping @Sendable (String) -> Void,
    nodeState: @escaping @Sendable () -> NodeState
  ) {
    link = PublisherLink(engineWake: engineWake)
    group.enter()
    let thread = Thread { [link, group] in
      defer { group.leave() }
      AlertPublisher(
        settings: settings, store: store, link: link, clock: clock, log: log,
        nodeState: nodeState
      ).run()
    }
    thread.name = "alerts"
    thread.start()
  }

  /// Returns when the publisher has sent what it could and said good-bye.
  func stop() {
    link.stop()
    group.wait()
  }
}
