// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry

/// How far something has come, on the terminal, for what takes longer than two seconds.
final class Progress {
  private static let silentFor: Milliseconds = 2_000
  private let startedAt = Nhip.wallClock()
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var shown = -1

  /// - Parameter fraction: from 0 to 1.
  func show(_ fraction: Double) {
    let percent = Int(min(max(fraction, 0), 1) * 100)
    guard isTerminal, percent != shown, Nhip.wallClock() - startedAt > Self.silentFor else {
      return
    }
    shown = percent
    FileHandle.standardError.write(Data("\r\(percent) %".utf8))
  }

  /// Leaves an empty line for what comes next.
  func finish() {
    if shown >= 0 { FileHandle.standardError.write(Data("\r     \r".utf8)) }
  }
}
