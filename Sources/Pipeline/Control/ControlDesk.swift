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
    let kinds = Set(profiles.map(\.kind))
    self.queue = queue
    server = try ControlServer(path: ControlSocket.path(ofStore: store.path)) { line in
      Self.answer(line, kinds: kinds, queue: queue, sealer: sealer)
    }
  }

  func close() {
    queue.close()
    server.stop()
  }

  private static func answer(
    _ line: [UInt8], kinds: Set<String>, queue: ControlQueue, sealer: Sealer
  ) -> ControlReply {
    let request: ControlRequest
    do { request = try JSONDecoder().decode(ControlRequest.self, from: Data(line)) } catch {
      return ControlReply(.refused, "the request is no command that this nhip knows")
    }
    // The engine must not wait for a day to be sealed.
    if case .seal(let day) = request.command { return sealer.seal(day) }
    var files: Registry?
    if case .registryImport(let directory, _, _) = request.command {
      do { files = try RegistryFiles.load(directory: directory, knownKinds: kinds) } catch {
        return ControlReply(ControlFailure(error))
      }
    }
    return queue.submit(request, files: files)
  }
}
