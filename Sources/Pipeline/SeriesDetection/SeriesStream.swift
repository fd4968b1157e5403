// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Carries the bytes of a series from a file or pipe through the detection into another: each piece
/// that was read is answered before the next is asked for, so that a pipe that lives shows its
/// anomalies at once.
package struct SeriesStream {
  private static let pieceSizeBytes = 1 << 16

  /// Nobody takes the output any more, as behind `head`: no error, and nothing more to do.
  package struct Closed: Error {}

  /// What cannot be written to.
  package struct WriteFailure: Error, CustomStringConvertible {
    package var reason: String
    package var description: String { "standard output cannot be written: \(reason)" }
  }

  private let input: Int32
  private let output: Int32
  private let name: String

  /// - Parameters:
  ///   - input: a descriptor, which stays open.
  ///   - name: how the input is called in errors.
  package init(input: Int32, name: String, output: Int32) {
    (self.input, self.name, self.output) = (input, name, output)
  }

  /// - Throws: `SeriesFault`, `Replay.FileError`, `WriteFailure`, `Closed`.
  package func run(_ detection: inout SeriesDetection) throws {
    var piece = [UInt8](repeating: 0, count: Self.pieceSizeBytes)
    while true {
      let count = unsafe read(input, &piece, piece.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw Replay.FileError(path: name, reason: unsafe String(cString: strerror(errno)))
      }
      if count == 0 { break }
      try write(detection.take(piece[..<count]))
    }
    try write(detection.finish())
  }

  private func write(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(output, $0.baseAddress, $0.count)
      }
      guard count < 0 else {
        rest = rest.dropFirst(count)
        continue
      }
      switch errno {
      case EINTR: continue
      case EPIPE: throw Closed()
      default: throw WriteFailure(reason: unsafe String(cString: strerror(errno)))
      }
    }
  }
}
