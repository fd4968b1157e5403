// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A folder of its own for one demonstration.
struct DemoFolder {
  static let pipeline = "pipelines/commune/pipeline.yaml"
  static let devices = "pipelines/commune/registry/devices.csv"
  let root: URL

  init() throws {
    guard FileManager.default.fileExists(atPath: Self.pipeline) else {
      throw DemoFailure(what: "there is no \(Self.pipeline) here; run scripts/demo")
    }
    root = FileManager.default.temporaryDirectory
      .appendingPathComponent("nhip-demo-\(ProcessInfo.processInfo.processIdentifier)")
    try FileManager.default.createDirectory(
      at: root, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
  }

  func path(_ name: String) -> String { root.appendingPathComponent(name).path }

  /// What cannot be removed is only a temporary folder: the demonstration itself went well.
  func remove() { try? FileManager.default.removeItem(at: root) }

  /// Runs a tool to its end; its output is part of the error if it fails.
  static func runTool(_ path: String, _ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw DemoFailure(what: "\(path) failed: \(String(decoding: text, as: UTF8.self))")
    }
  }
}

/// Where `nhip run` logs while the board has the terminal.
final class DemoLog: Sendable {
  private let file: FileHandle

  init(path: String) throws {
    guard FileManager.default.createFile(atPath: path, contents: nil),
      let file = FileHandle(forWritingAtPath: path)
    else { throw DemoFailure(what: "\(path) cannot be created") }
    self.file = file
  }

  @Sendable func write(_ line: String) { file.write(Data("\(line)\n".utf8)) }
}
