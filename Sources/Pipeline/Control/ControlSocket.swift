// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

/// The Unix socket beside a store: its path, and lines over it.
enum ControlSocket {
  static let requestSizeBytesMax = 64 << 10
  /// An import may list every entry of a registry.
  static let replySizeBytesMax = 16 << 20
  /// What `sun_path` can hold beside its final zero.
  static let addressSizeBytesMax = 107
  private static let chunkSizeBytes = 16 << 10

  struct Failure: Error, CustomStringConvertible {
    let what: String
    let path: String
    let code: Int32

    var description: String {
      "\(what) (\(path)): \(unsafe String(cString: strerror(code)))"
    }
  }

  static func path(ofStore store: String) -> String { "\(store).sock" }

  static func open() -> Int32 {
    socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
  }

  /// Calls `body` with the address of the socket at `path`.
  ///
  /// A path longer than an address can hold is reached through a descriptor of its folder.
  /// - Returns: what `body` returns, or -1 with `errno` set where no address leads to the path.
  static func withAddress(
    of path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    if path.utf8.count <= addressSizeBytesMax { return unsafe withShortAddress(of: path, body) }
    let url = URL(fileURLWithPath: path)
    let folder = unsafe Glibc.open(
      url.deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return -1 }
    defer { close(folder) }
    return unsafe withShortAddress(of: "/proc/self/fd/\(folder)/\(url.lastPathComponent)", body)
  }

  private static func withShortAddress(
    of path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    guard path.utf8.count <= addressSizeBytesMax else {
      errno = ENAMETOOLONG
      return -1
    }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
    return unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }

  enum Line: Equatable {
    case complete([UInt8])
    /// More than the limit without an end of line.
    case tooLong
    /// The other side ended before it.
    case ended
    /// The time was over before it.
    case late
  }

  /// Reads up to the first line feed, for at most `patience` altogether.
  static func readLine(from descriptor: Int32, sizeBytesMax: Int, patience: Duration) -> Line {
    let deadline = ContinuousClock.now + patience
    var line: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: chunkSizeBytes)
    while true {
      guard isReady(descriptor, POLLIN, until: deadline) else { return .late }
      let count = unsafe recv(descriptor, &chunk, chunk.count, 0)
      if count < 0 && (errno == EINTR || errno == EAGAIN) { continue }
      guard count > 0 else { return .ended }
      if let end = chunk[..<count].firstIndex(of: 0x0A) {
        line += chunk[..<end]
        return line.count <= sizeBytesMax ? .complete(line) : .tooLong
      }
      line += chunk[..<count]
      if line.count > sizeBytesMax { return .tooLong }
    }
  }

  /// Writes a line and its line feed. False when the other side does not take it in time.
  static func writeLine(_ line: [UInt8], to descriptor: Int32, patience: Duration) -> Bool {
    let deadline = ContinuousClock.now + patience
    let bytes = line + [0x0A]
    var sent = 0
    while sent < bytes.count {
      guard isReady(descriptor, POLLOUT, until: deadline) else { return false }
      let count = unsafe bytes.withUnsafeBytes { bytes in
        unsafe send(
          descriptor, bytes.baseAddress! + sent, bytes.count - sent,
          Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      }
      if count < 0 && (errno == EINTR || errno == EAGAIN) { continue }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  /// Whether there is something to do before the deadline; an error of the socket counts as such.
  static func isReady(
    _ descriptor: Int32, _ events: Int32, until deadline: ContinuousClock.Instant
  ) -> Bool {
    while true {
      let left = ContinuousClock.now.duration(to: deadline)
      guard left > .zero else { return false }
      let milliseconds =
        left.components.seconds * 1_000
        + left.components.attoseconds / 1_000_000_000_000_000
      var waiting = pollfd(fd: descriptor, events: Int16(events), revents: 0)
      let count = unsafe poll(&waiting, 1, Int32(clamping: milliseconds + 1))
      if count > 0 { return true }
      if count < 0 && errno != EINTR { return false }
    }
  }
}
