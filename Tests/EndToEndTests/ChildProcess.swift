// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A program started by a test, ended by its process id at the latest when nobody refers to it.
final class ChildProcess {
  struct Outcome {
    var code: Int32
    var output: String
    var error: String
  }

  private let process = Process()
  private let folder: TemporaryFolder
  private let name: String

  /// - Parameters:
  ///   - name: its output goes to `<name>.out` and `<name>.err` in the folder, behind what an
  ///     earlier program of that name wrote there.
  init(
    _ executable: String, _ arguments: [String], name: String, in folder: TemporaryFolder
  ) throws {
    self.folder = folder
    self.name = name
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.currentDirectoryURL = folder.url
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try Self.appending(to: folder.path("\(name).out"))
    process.standardError = try Self.appending(to: folder.path("\(name).err"))
    try Self.withSignalsUnblocked { try process.run() }
  }

  deinit { kill() }

  var identifier: Int32 { process.processIdentifier }
  var isRunning: Bool { process.isRunning }
  var error: String { folder.text("\(name).err") }

  /// Asks it to end, and waits for that.
  func terminate() throws -> Outcome {
    Foundation.kill(identifier, SIGTERM)
    return try outcome()
  }

  /// As a power cut does: it has no chance to save anything.
  func kill() {
    guard process.isRunning else { return }
    Foundation.kill(identifier, SIGKILL)
    process.waitUntilExit()
  }

  /// Waits for its end. A program that does not end in time is killed.
  func outcome() throws -> Outcome {
    try EndToEnd.wait(for: "the end of \(name)") { !process.isRunning }
    return Outcome(
      code: process.terminationStatus, output: folder.text("\(name).out"), error: error)
  }

  static func run(
    _ executable: String, _ arguments: [String], in folder: TemporaryFolder
  ) throws -> Outcome {
    try ChildProcess(executable, arguments, name: UUID().uuidString, in: folder).outcome()
  }

  private static func appending(to path: String) throws -> FileHandle {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
    return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  /// A child inherits the signal mask of the thread that starts it; threads of a pool block
  /// SIGTERM, and a child that blocks it could not be asked to end.
  private static func withSignalsUnblocked(_ body: () throws -> Void) throws {
    var (none, before) = (sigset_t(), sigset_t())
    unsafe sigemptyset(&none)
    unsafe pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
    try body()
  }
}
