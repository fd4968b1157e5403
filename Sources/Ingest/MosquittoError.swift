// SPDX-License-Identifier: Apache-2.0

import CMosquitto

/// What libmosquitto or the broker said no to.
package struct MosquittoError: Error, CustomStringConvertible, Sendable {
  package var operation: String
  package var code: Int32
  /// True if trying again cannot help: a taken-over session, for example.
  package var isFatal = false
  package var hint = ""

  package var description: String {
    let reason = unsafe String(cString: nhip_mosquitto_reason(code))
    return "\(operation): \(reason)" + (hint.isEmpty ? "" : "; \(hint)")
  }
}
