// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// A wire between nhip and its broker that can lose what nhip says: its acknowledgements.
///
/// Listens on a loopback port of its own; a thread for the listener and one a connection, which
/// end when the link is closed.
final class LossyLink: Sendable {
  private static let pollMilliseconds: Int32 = 20
  private static let bufferSize = 65_536

  let port: Int
  private let brokerPort: Int
  private let listener: Int32
  /// What nhip says on connections that were made before this many cuts, or at it, is lost.
  private let deafUpTo = Atomic(-1)
  /// Rises when every connection is to break.
  private let cuts = Atomic(0)
  private let isClosed = Atomic(false)

  init(to brokerPort: Int) throws {
    self.brokerPort = brokerPort
    port = try BrokerFixture.freePort()
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = BrokerFixture.loopback(port: UInt16(port))
    let code = unsafe Self.withAddress(&address) { unsafe bind(listener, $0, $1) }
    guard code == 0, listen(listener, 8) == 0 else {
      throw EndToEnd.Impatience(description: "port \(port) cannot be listened on")
    }
    Thread { [self] in acceptAll() }.start()
  }

  /// From here on, the connections that stand now lose everything that nhip says.
  func goDeaf() {
    deafUpTo.store(
      cuts.load(ordering: .sequentiallyConsistent), ordering: .sequentiallyConsistent)
  }

  /// Breaks every connection; the next ones hear again.
  func cut() { cuts.add(1, ordering: .sequentiallyConsistent) }

  func close() {
    isClosed.store(true, ordering: .sequentiallyConsistent)
    cut()
  }

  private func acceptAll() {
    while !isClosed.load(ordering: .sequentiallyConsistent) {
      var waiting = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
      guard unsafe poll(&waiting, 1, Self.pollMilliseconds) > 0 else { continue }
      let near = accept(listener, nil, nil)
      guard near >= 0 else { continue }
      Thread { [self] in carry(near) }.start()
    }
    Foundation.close(listener)
  }

  private func carry(_ near: Int32) {
    let far = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer {
      Foundation.close(near)
      Foundation.close(far)
    }
    var address = BrokerFixture.loopback(port: UInt16(brokerPort))
    guard unsafe Self.withAddress(&address, { unsafe connect(far, $0, $1) }) == 0 else { return }
    let cutsBefore = cuts.load(ordering: .sequentiallyConsistent)
    var buffer = [UInt8](repeating: 0, count: Self.bufferSize)
    while cuts.load(ordering: .sequentiallyConsistent) == cutsBefore {
      var both = [
        pollfd(fd: near, events: Int16(POLLIN), revents: 0),
        pollfd(fd: far, events: Int16(POLLIN), revents: 0),
      ]
      guard unsafe poll(&both, 2, Self.pollMilliseconds) > 0 else { continue }
      if both[0].revents != 0 {
        let count = unsafe recv(near, &buffer, buffer.count, 0)
        guard count > 0 else { return }
        if cutsBefore > deafUpTo.load(ordering: .sequentiallyConsistent) {
          _ = unsafe send(far, buffer, count, Int32(MSG_NOSIGNAL))
        }
      }
      if both[1].revents != 0 {
        let count = unsafe recv(far, &buffer, buffer.count, 0)
        guard count > 0 else { return }
        _ = unsafe send(near, buffer, count, Int32(MSG_NOSIGNAL))
      }
    }
  }

  private static func withAddress(
    _ address: inout sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}
