// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import Storage
import Telemetry

/// Takes commands for the pipeline that runs: from a line on the socket to the engine's queue.
///
/// Made by `nhip run` once it holds the store. Everything that needs no store, such as reading
/// files, happens on the server's thread.
final class ControlDesk: Sendable {
  let queue: ControlQueue
  private let server: ControlServer

  init(
    store: Store, profiles: [Profile], publishesAlerts: Bool, sealer: Sealer,
    wake: DispatchSemaphore
  ) throws(ControlSocket.Failure) {
    let queue = ControlQueue(
      profiles: profiles, publishesAlerts: publishesAlerts, wake: wake)
    let storePath = store.path
    self.queue = queue
    server = try ControlServer(path: ControlSocket.path(ofStore: store.path)) { line in
      Self.answer(line, store: storePath, profiles: profiles, queue: queue, sealer: sealer)
    }
  }

  func close() {
    queue.close()
    server.stop()
  }

  private static func answer(
    _ line: [UInt8], store: String, profiles: [Profile], queue: ControlQueue, sealer: Sealer
  ) -> ControlReply {
    let request: ControlRequest
    do { request = try JSONDecoder().decode(ControlRequest.self, from: Data(line)) } catch {
      return ControlReply(.refused, "the request is no command that this nhip knows")
    }
    // The engine must not wait for a day to be sealed.
    if case .seal(let day) = request.command { return sealer.seal(day) }
    do {
      // A rule is followed from today on; whether our clock is right is no matter for that.
      let now = Milliseconds(Date().timeIntervalSince1970 * 1_000)
      let files = try ControlFiles.load(
        for: request.command, store: store, profiles: { profiles }, at: now)
      return queue.submit(request, files: files)
    } catch {
      return ControlReply(ControlFailure(error))
    }
  }
}
