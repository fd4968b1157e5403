// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import Telemetry

/// The wall clock and an offset read from a file: how the torture runner steps nhip's clock without
/// touching the machine's.
///
/// Any thread may ask. The file holds milliseconds as a decimal number; it is read again when its
/// time of change differs, looked at every `lookEvery` at most. No file means no offset.
final class OffsetClock: Sendable {
  private static let lookEvery: Milliseconds = 50

  private struct State {
    var lookedAt: Milliseconds = 0
    var changedAt = timespec()
    var offset: Milliseconds = 0
  }

  private let path: String
  private let state = Mutex(State())

  init(path: String) { self.path = path }

  func now() -> Milliseconds {
    let real = Nhip.wallClock()
    return state.withLock { state in
      // The machine's own clock may be set back as well, which must not keep us from looking.
      if abs(real - state.lookedAt) >= Self.lookEvery {
        state.lookedAt = real
        look(&state)
      }
      return real + state.offset
    }
  }

  private func look(_ state: inout State) {
    var attributes = stat()
    guard unsafe stat(path, &attributes) == 0 else {
      state.offset = 0
      return
    }
    let changedAt = attributes.st_mtim
    guard
      changedAt.tv_sec != state.changedAt.tv_sec || changedAt.tv_nsec != state.changedAt.tv_nsec
    else { return }
    // A file that cannot be read or holds no number is being written: the offset stays until then.
    guard let text = try? String(contentsOfFile: path, encoding: .utf8),
      let offset = Milliseconds(text.trimmingCharacters(in: .whitespacesAndNewlines))
    else { return }
    state.changedAt = changedAt
    state.offset = offset
  }
}
