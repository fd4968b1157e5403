// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Telemetry

/// Makes a page a PDF by a program that the system has: WeasyPrint, or Chromium without a window.
///
/// The program gets the page as a file in a folder of its own, which is its home and profile too,
/// and is gone afterwards; it reaches no network, and is ended if it takes longer than `timeMax`.
package struct PagePrinter {
  /// Seconds. A report of a province takes some ten.
  package static let timeMax = 300
  /// After being asked to end, before being ended.
  private static let graceSeconds = 5
  /// The first that is found prints; WeasyPrint needs no profile and no sandbox.
  private static let programs = ["weasyprint", "chromium", "chromium-browser", "google-chrome"]

  private let program: URL
  private let seconds: Int

  /// - Parameters:
  ///   - searchPath: folders with `:` between them, as in `PATH`.
  ///   - seconds: how long the program may take.
  /// - Throws: `PrintingFailure` if none of the programs is there.
  package init(searchPath: String, seconds: Int = timeMax) throws(PrintingFailure) {
    let folders = searchPath.split(separator: ":").map { URL(fileURLWithPath: String($0)) }
    let found = Self.programs.lazy.flatMap { name in
      folders.map { $0.appendingPathComponent(name) }
    }.first { FileManager.default.isExecutableFile(atPath: $0.path) }
    guard let found else { throw .noProgram }
    program = found
    self.seconds = seconds
  }

  /// - Parameter writtenAt: stands in the file for the time of making, so that the same page gives
  ///   the same bytes whenever it is printed by the same program.
  package func makePDF(of page: String, writtenAt: Milliseconds) throws -> Data {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("nhip-print-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    defer {
      // A folder left behind in the temporary directory does no harm.
      try? FileManager.default.removeItem(at: folder)
    }
    let source = folder.appendingPathComponent("report.html")
    let result = folder.appendingPathComponent("report.pdf")
    try Data(page.utf8).write(to: source)
    try run(
      arguments(from: source, to: result, home: folder), home: folder, writtenAt: writtenAt)
    let name = program.lastPathComponent
    guard let data = FileManager.default.contents(atPath: result.path),
      data.starts(with: Data("%PDF-".utf8))
    else { throw PrintingFailure(what: "\(name) ended without making a PDF\(said(in: folder))") }
    return PrintedDates.replaced(in: data, by: writtenAt)
  }

  private func arguments(from source: URL, to result: URL, home: URL) -> [String] {
    if program.lastPathComponent == "weasyprint" { return [source.path, result.path] }
    let profile = home.appendingPathComponent("profile").path
    var arguments = [
      "--headless", "--disable-gpu", "--disable-extensions", "--disable-sync", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
      "--host-resolver-rules=MAP * ~NOTFOUND", "--user-data-dir=\(profile)",
      "--no-pdf-header-footer", "--print-to-pdf=\(result.path)",
    ]
    // Chromium's sandbox refuses to work for root; the page is ours and has no script.
    if geteuid() == 0 { arguments.append("--no-sandbox") }
    return arguments + [source.absoluteString]
  }

  private func run(_ arguments: [String], home: URL, writtenAt: Milliseconds) throws {
    let name = program.lastPathComponent
    let words = home.appendingPathComponent("words")
    try Data().write(to: words)
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    var environment = ProcessInfo.processInfo.environment
    for variable in ["HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "TMPDIR"] {
      environment[variable] = home.path
    }
    environment["TZ"] = "UTC"
    // WeasyPrint takes it for the time of making (reproducible-builds.org/specs/source-date-epoch).
    environment["SOURCE_DATE_EPOCH"] = String(max(0, writtenAt / 1_000))
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = try FileHandle(forWritingTo: words)
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    do { try process.run() } catch {
      throw PrintingFailure(what: "\(program.path) cannot be started: \(error)")
    }
    if ended.wait(timeout: .now() + .seconds(seconds)) == .timedOut {
      process.terminate()
      if ended.wait(timeout: .now() + .seconds(Self.graceSeconds)) == .timedOut {
        kill(process.processIdentifier, SIGKILL)
        ended.wait()
      }
      throw PrintingFailure(
        what: "\(name) did not make a PDF within \(seconds) s: choose a unit or a kind, or print"
          + " --format html from a browser")
    }
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      throw PrintingFailure(
        what: "\(name) failed (\(process.terminationStatus))\(said(in: home))")
    }
  }

  /// The last line of what the program said.
  private func said(in folder: URL) -> String {
    let words = FileManager.default.contents(atPath: folder.appendingPathComponent("words").path)
    let text = String(decoding: words ?? Data(), as: UTF8.self)
    guard let line = text.split(whereSeparator: \.isNewline).last else { return "" }
    return ": \(line.prefix(200))"
  }
}
