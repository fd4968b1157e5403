// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

/// A result that goes to a file: written beside its place and renamed, so that what stands at the
/// place is always whole, the old or the new.
enum OutputFile {
  struct Failure: Error, CustomStringConvertible {
    var path: String
    var reason: String
    var description: String { "\(path) cannot be written: \(reason)" }
  }

  /// - Parameter place: nil means standard output.
  static func write(_ data: Data, to place: String?) throws {
    guard let place else { return FileHandle.standardOutput.write(data) }
    try write(to: place) { path in
      do { try data.write(to: URL(fileURLWithPath: path)) } catch {
        throw Failure(path: place, reason: error.localizedDescription)
      }
    }
  }

  /// Piece by piece.
  ///
  /// - Parameter body: gives each piece to the closure that it is given.
  static func write(
    to place: String?, pieces body: (_ write: ([UInt8]) throws -> Void) throws -> Void
  ) throws {
    guard let place else {
      return try body { FileHandle.standardOutput.write(Data($0)) }
    }
    try write(to: place) { (path: String) in
      guard let file = FileHandle(forWritingAtPath: path) else {
        throw Failure(path: place, reason: lastError())
      }
      do {
        try body { try file.write(contentsOf: Data($0)) }
        try file.close()
      } catch {
        throw Failure(path: place, reason: error.localizedDescription)
      }
    }
  }

  /// - Parameter body: writes a file at the path it is given.
  static func write(to place: String?, _ body: (String) throws -> Void) throws {
    guard let place else {
      let folder = FileManager.default.temporaryDirectory
      let path = folder.appendingPathComponent("nhip-\(UUID().uuidString)").path
      defer { unsafe unlink(path) }
      try body(path)
      return FileHandle.standardOutput.write(try Data(contentsOf: URL(fileURLWithPath: path)))
    }
    let path = "\(place).\(getpid()).partial"
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Failure(path: place, reason: lastError()) }
    close(descriptor)
    do {
      try body(path)
      guard unsafe rename(path, place) == 0 else {
        throw Failure(path: place, reason: lastError())
      }
    } catch {
      unsafe unlink(path)
      throw error
    }
  }

  private static func lastError() -> String { unsafe String(cString: strerror(errno)) }
}
