// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// Something on the broker's port that is no broker: it accepts every connection, and then says
/// what it always says, or nothing at all.
///
/// One thread for the listener; it holds silent connections open and closes them when it ends.
final class StrangeListener: Sendable {
  private static let pollMilliseconds: Int32 = 20

  let port: Int
  private let speech: [UInt8]
  private let listener: Int32
  private let acceptedCount = Atomic(0)
  private let isClosing = Atomic(false)
  private let isClosed = Atomic(false)

  /// - Parameter speech: said to whoever connects, before hanging up; empty keeps silent for ever.
  init(speech: [UInt8]) throws {
    self.speech = speech
    port = try BrokerFixture.freePort()
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    // A broker takes the port over while connections of ours still linger.
    var isReused: Int32 = 1
    unsafe setsockopt(
      listener, SOL_SOCKET, SO_REUSEADDR, &isReused, socklen_t(MemoryLayout<Int32>.size))
    var address = BrokerFixture.loopback(port: UInt16(port))
    let listener = listener
    let code = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard code == 0, listen(listener, 8) == 0 else {
      throw EndToEnd.Impatience(description: "port \(port) cannot be listened on")
    }
    Thread { [self] in serve() }.start()
  }

  /// How many connections there were so far.
  var accepted: Int { acceptedCount.load(ordering: .sequentiallyConsistent) }

  /// Returns when the port is free.
  func close() throws {
    isClosing.store(true, ordering: .sequentiallyConsistent)
    try EndToEnd.wait(for: "port \(port) to be free") {
      isClosed.load(ordering: .sequentiallyConsistent)
    }
  }

  private func serve() {
    var silent: [Int32] = []
    while !isClosing.load(ordering: .sequentiallyConsistent) {
      var waiting = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
      guard unsafe poll(&waiting, 1, Self.pollMilliseconds) > 0 else { continue }
      let descriptor = accept(listener, nil, nil)
      guard descriptor >= 0 else { continue }
      acceptedCount.add(1, ordering: .sequentiallyConsistent)
      guard !speech.isEmpty else {
        silent.append(descriptor)
        continue
      }
      unsafe speech.withUnsafeBytes { bytes in
        _ = unsafe send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
      }
      Foundation.close(descriptor)
    }
    for descriptor in silent { Foundation.close(descriptor) }
    Foundation.close(listener)
    isClosed.store(true, ordering: .sequentiallyConsistent)
  }
}
