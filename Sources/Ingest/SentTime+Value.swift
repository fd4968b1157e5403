// SPDX-License-Identifier: Apache-2.0

import Telemetry

extension SentTime {
  /// The instant that a stored `ts` as sent tells; nil if it was absent.
  package static func milliseconds(of value: Value) -> Milliseconds? {
    switch value {
    case .integer(let epoch): return milliseconds(epoch: epoch)
    case .number(let epoch): return milliseconds(epoch: epoch)
    case .word(let text):
      let bytes = Array(text.utf8)
      return unsafe bytes.withUnsafeBytes { unsafe milliseconds(text: $0) }
    case .absent, .unsigned, .flag: return nil
    }
  }
}
