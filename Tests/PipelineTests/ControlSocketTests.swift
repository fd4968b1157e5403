// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import Synchronization
import Telemetry
import Testing

@testable import Pipeline
@testable import Storage

@Suite("the control socket")
struct ControlSocketTests {
  let folder: TemporaryFolder
  static let request = ControlRequest(.move(device: "ap-1", site: "b1"), by: "an", note: "vì")

  init() throws { folder = try TemporaryFolder() }

  /// Answers with the request it decoded, as text.
  private func server(_ name: String) throws -> ControlServer {
    try ControlServer(path: "\(folder.path)/\(name)") { line in
      do {
        let request = try JSONDecoder().decode(ControlRequest.self, from: Data(line))
        return ControlReply(.done, "\(request)")
      } catch { return ControlReply(.refused, "no command") }
    }
  }

  private func send(_ bytes: [UInt8], _ path: String) throws -> ControlReply? {
    let descriptor = ControlSocket.open()
    defer { close(descriptor) }
    let code = unsafe ControlSocket.withAddress(of: path) { unsafe connect(descriptor, $0, $1) }
    try #require(code == 0)
    _ = ControlSocket.writeLine(bytes, to: descriptor, patience: .seconds(10))
    let line = ControlSocket.readLine(
      from: descriptor, sizeBytesMax: ControlSocket.replySizeBytesMax, patience: .seconds(10))
    guard case .complete(let reply) = line else { return nil }
    return try JSONDecoder().decode(ControlReply.self, from: Data(reply))
  }

  @Test(
    "a request arrives whole, also over a path that no address can hold",
    arguments: ["s.sock", String(repeating: "thư-mục-dài/", count: 12) + "s.sock"])
  func roundTrip(name: String) throws {
    let path = "\(folder.path)/\(name)"
    try FileManager.default.createDirectory(
      at: URL(fileURLWithPath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
    let server = try server(name)
    #expect(try ControlClient.ask(Self.request, at: path) == "\(Self.request)")
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    server.stop()
    #expect(!FileManager.default.fileExists(atPath: path))
    #expect(try ControlClient.ask(Self.request, at: path) == nil)
  }

  @Test("what is no request is refused with a sentence, and the next one is served")
  func garbage() throws {
    let server = try server("s.sock")
    defer { server.stop() }
    let path = "\(folder.path)/s.sock"
    let nested = [UInt8](repeating: UInt8(ascii: "["), count: 60_000)
    for bytes in [
      Array("{}".utf8), [], [0xFF, 0x00], nested, Array(#"{"command":{"fly":{}}}"#.utf8),
    ] {
      #expect(try send(bytes, path)?.status == .refused)
    }
    let tooLong = [UInt8](repeating: 0x20, count: ControlSocket.requestSizeBytesMax + 1)
    #expect(try send(tooLong, path)?.text.contains("at most") != false)
    #expect(try ControlClient.ask(Self.request, at: path) == "\(Self.request)")
  }

  @Test("a socket that a killed process left is taken over, a file of another sort is not")
  func stale() throws {
    let path = "\(folder.path)/s.sock"
    let left = ControlSocket.open()
    try #require(unsafe ControlSocket.withAddress(of: path) { unsafe bind(left, $0, $1) } == 0)
    close(left)
    #expect(try ControlClient.ask(Self.request, at: path) == nil)
    try server("s.sock").stop()
    try folder.write("s.sock", "mine")
    #expect(throws: ControlSocket.Failure.self) { _ = try server("s.sock") }
    #expect(FileManager.default.contents(atPath: path) == Data("mine".utf8))
  }

  @Test("what waits when nhip stops is told so, and nothing is carried out after that")
  func stopping() throws {
    let store = try Store(path: "\(folder.path)/nhip.sqlite", access: .readWrite)
    defer { store.close() }
    let wake = DispatchSemaphore(value: 0)
    let queue = ControlQueue(profiles: [], publishesAlerts: false, wake: wake)
    let (replies, done) = (Replies(), DispatchSemaphore(value: 0))
    Thread {
      replies.add(queue.submit(Self.request, files: nil))
      done.signal()
    }.start()
    wake.wait()
    queue.close()
    done.wait()
    #expect(replies.all == [ControlQueue.stopping])
    #expect(queue.submit(Self.request, files: nil) == ControlQueue.stopping)
    #expect(try queue.executeAll(store: store, at: 0) == nil)
  }

  @Test("a store that fails ends the engine, and everybody who waits has an answer")
  func fatal() throws {
    let store = try Store(path: "\(folder.path)/nhip.sqlite", access: .readWrite)
    defer { store.close() }
    let wake = DispatchSemaphore(value: 0)
    let queue = ControlQueue(profiles: [], publishesAlerts: false, wake: wake)
    let (replies, done) = (Replies(), DispatchSemaphore(value: 0))
    for _ in 0..<2 {
      Thread {
        replies.add(queue.submit(Self.request, files: nil))
        done.signal()
      }.start()
      wake.wait()
    }
    try store.write("test") { try $0.execute(sql: "DROP TABLE device") }
    #expect(throws: StoreError.self) { _ = try queue.executeAll(store: store, at: 0) }
    for _ in 0..<2 { done.wait() }
    #expect(Set(replies.all.map(\.status)) == [.failed, .unavailable])
  }

  private final class Replies: Sendable {
    private let replies = Mutex<[ControlReply]>([])
    func add(_ reply: ControlReply) { replies.withLock { $0.append(reply) } }
    var all: [ControlReply] { replies.withLock { $0 } }
  }

  @Test("alone, the command line does it itself; a mistyped store is not created")
  func alone() throws {
    let path = "\(folder.path)/nhip.sqlite"
    func perform() throws -> String {
      try ControlClient.perform(Self.request, store: path, profiles: { [] }, clock: { 7 })
    }
    #expect(throws: StoreError.self) { _ = try perform() }
    #expect(!FileManager.default.fileExists(atPath: path))
    let store = try Store(path: path, access: .readWrite)
    let locked = #expect(throws: StoreError.self) { _ = try perform() }
    #expect(locked?.code == .locked)
    store.close()
    let failure = #expect(throws: ControlFailure.self) { _ = try perform() }
    #expect(failure?.status == .refused)
    #expect(failure?.text == DeviceRefusal.unknownDevice("ap-1").description)
  }

  @Test(
    "a name or a note that would break the history's lines is refused",
    arguments: [("", nil), ("a\nb", nil), ("an", "hai\ndòng"), ("an", "\u{1B}[2J")]
      as [(String, String?)])
  func unprintable(by: String, note: String?) throws {
    let request = ControlRequest(.retire(device: "ap-1", at: nil), by: by, note: note)
    #expect(throws: ControlFailure.self) { try request.check() }
  }
}
