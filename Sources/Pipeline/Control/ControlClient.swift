// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Storage
import Telemetry

/// Carries out an operator's command: in the store itself, or through the nhip that holds it.
package enum ControlClient {
  /// For an engine that waits for its disk.
  static let patience = Duration.seconds(60)

  /// - Parameters:
  ///   - profiles: called where this process needs them; the nhip that holds the store has its own.
  ///   - progress: told how far a long command has come that this process carries out.
  /// - Returns: what to tell the operator, the same on both ways.
  /// - Throws: `ControlFailure`, the same on both ways; `StoreError` with code `locked` when
  ///   another nhip holds the store and does not listen.
  package static func perform(
    _ request: ControlRequest, store path: String, profiles: () throws -> [Profile],
    clock: () -> Milliseconds, progress: @escaping (Double) -> Void = { _ in }
  ) throws -> String {
    try request.check()
    let files = try ControlFiles.load(
      for: request.command, store: path, profiles: profiles, at: clock())
    var mayCreateStore = false
    if case .registryImport = request.command { mayCreateStore = true }
    if !mayCreateStore { try Store(path: path, access: .readOnly).close() }
    do {
      let store = try Store(path: path, access: .readWrite)
      defer { store.close() }
      let profiles = request.command.needsProfiles ? try profiles() : []
      var execution = ControlExecution(store: store, profiles: profiles, progress: progress)
      return try execution.run(request, files: files, at: clock())
    } catch let error as StoreError where error.code == .locked {
      guard let result = try ask(request, at: ControlSocket.path(ofStore: path)) else {
        throw error
      }
      return result
    } catch { throw ControlFailure(error) }
  }

  /// - Returns: nil when nobody listens there.
  static func ask(_ request: ControlRequest, at path: String) throws -> String? {
    var request = request
    request.command = request.command.withWholePaths
    guard let line = try exchange(Array(JSONEncoder().encode(request)), at: path) else {
      return nil
    }
    switch line {
    case .complete(let bytes):
      let reply: ControlReply
      do { reply = try JSONDecoder().decode(ControlReply.self, from: Data(bytes)) } catch {
        throw ControlFailure(.failed, "what listens at \(path) does not answer as nhip does")
      }
      guard reply.status == .done else { throw ControlFailure(reply.status, reply.text) }
      return reply.text
    case .tooLong:
      throw ControlFailure(.failed, "the answer of nhip is too long; \(Self.whatToDo)")
    case .ended:
      throw ControlFailure(.unavailable, "nhip ended before it answered; \(Self.whatToDo)")
    case .late:
      throw ControlFailure(
        .unavailable, "nhip did not answer within \(Self.patience); \(Self.whatToDo)")
    }
  }

  private static let whatToDo = "`nhip devices history` tells whether the command was carried out"

  private static func exchange(_ request: [UInt8], at path: String) throws -> ControlSocket.Line? {
    let descriptor = ControlSocket.open()
    guard descriptor >= 0 else {
      throw ControlSocket.Failure(what: "no socket can be made", path: path, code: errno)
    }
    defer { close(descriptor) }
    let code = unsafe ControlSocket.withAddress(of: path) {
      unsafe connect(descriptor, $0, $1)
    }
    guard code == 0 else {
      let reason = errno
      if reason == ENOENT || reason == ECONNREFUSED { return nil }
      throw ControlSocket.Failure(
        what: "the nhip that holds the store cannot be reached", path: path, code: reason)
    }
    // A refusal may come, and the other side close, before the whole request is written.
    _ = ControlSocket.writeLine(request, to: descriptor, patience: ControlServer.patience)
    return ControlSocket.readLine(
      from: descriptor, sizeBytesMax: ControlSocket.replySizeBytesMax, patience: Self.patience)
  }
}
