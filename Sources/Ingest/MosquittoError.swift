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
    let reason =
      code == MOSQ_ERR_ERRNO.rawValue32
      ? "the system refused (connection refused, or name not known)"
      : unsafe String(cString: mosquitto_strerror(code))
    let advice = hint.isEmpty && code == MOSQ_ERR_TLS.rawValue32 ? Self.tlsHint : hint
    return "\(operation): \(reason)" + (advice.isEmpty ? "" : "; \(advice)")
  }

  private static let tlsHint =
    "check that the CA in 'tls' signed the broker's certificate, that it names this host and has "
    + "not expired, and that the broker wants TLS on this port"
}

extension mosq_err_t {
  var rawValue32: Int32 { Int32(rawValue) }
}
