// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import Glibc
import Synchronization

/// Listens on the socket beside a store and answers one request a connection.
///
/// A thread of its own serves clients one after the other, so that a command waits for the engine
/// and never the engine for a command. Bounds: `backlog` clients wait, a request has a size and a
/// time. Whoever holds the store's lock makes it; a socket file found there is a killed process's.
final class ControlServer: Sendable {
  static let backlog: Int32 = 4
  /// For a request to arrive, and again for its reply to be taken.
  static let patience = Duration.seconds(5)
  private static let pollMilliseconds: Int32 = 100

  private let path: String
  private let listener: Int32
  private let answer: @Sendable ([UInt8]) -> ControlReply
  /// The connection being served, or -1.
  private let client = Mutex<Int32>(-1)
  private let stopping = Atomic(false)
  private let ended = DispatchSemaphore(value: 0)

  /// - Parameter answer: called on the server's thread with a request's line.
  init(
    path: String, answer: @escaping @Sendable ([UInt8]) -> ControlReply
  ) throws(ControlSocket.Failure) {
    self.path = path
    self.answer = answer
    try Self.removeStale(path)
    listener = ControlSocket.open()
    // Before it has a name, so that there is no moment in which others may open it.
    guard listener >= 0, fchmod(listener, 0o600) == 0,
      unsafe ControlSocket.withAddress(of: path, { unsafe bind(listener, $0, $1) }) == 0,
      listen(listener, Self.backlog) == 0
    else {
      let failure = ControlSocket.Failure(
        what: "the control socket cannot be opened", path: path, code: errno)
      if listener >= 0 { close(listener) }
      throw failure
    }
    let thread = Thread { [self] in
      serveAll()
      ended.signal()
    }
    thread.name = "control"
    thread.start()
  }

  /// Ends the thread and removes the socket. The answers of what still waits must come from
  /// elsewhere, before this is called.
  func stop() {
    unsafe unlink(path)
    // Releasing and acquiring for form's sake: the flag carries nothing but itself.
    stopping.store(true, ordering: .releasing)
    // Nothing more is read from a client that takes its time.
    client.withLock { if $0 >= 0 { shutdown($0, Int32(SHUT_RD)) } }
    ended.wait()
    close(listener)
  }

  private static func removeStale(_ path: String) throws(ControlSocket.Failure) {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK else {
      throw ControlSocket.Failure(
        what: "what stands in the control socket's place is no socket", path: path, code: EEXIST)
    }
    unsafe unlink(path)
  }

  private func serveAll() {
    while !stopping.load(ordering: .acquiring) {
      var waiting = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
      guard unsafe poll(&waiting, 1, Self.pollMilliseconds) > 0 else { continue }
      let client = accept(listener, nil, nil)
      guard client >= 0 else { continue }
      // A broker that `nhip demo` starts must not inherit it.
      _ = fcntl(client, F_SETFD, FD_CLOEXEC)
      self.client.withLock { $0 = client }
      serve(client)
      self.client.withLock { client in
        close(client)
        client = -1
      }
    }
  }

  private func serve(_ client: Int32) {
    let line = ControlSocket.readLine(
      from: client, sizeBytesMax: ControlSocket.requestSizeBytesMax, patience: Self.patience)
    let reply =
      switch line {
      case .complete(let request): answer(request)
      case .tooLong:
        ControlReply(
          .refused, "a request has at most \(ControlSocket.requestSizeBytesMax) bytes")
      case .ended: ControlReply(.refused, "a request is one line of JSON with its line feed")
      case .late: ControlReply(.refused, "the request did not arrive within \(Self.patience)")
      }
    // A client that went away has no use for it; `nhip devices history` tells what was done.
    do {
      _ = ControlSocket.writeLine(
        Array(try JSONEncoder().encode(reply)), to: client, patience: Self.patience)
    } catch { preconditionFailure("a status and a text cannot be encoded: \(error)") }
  }
}
