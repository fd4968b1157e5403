// SPDX-License-Identifier: Apache-2.0

/// How a client of ours reaches the broker, and as whom.
package struct BrokerAccess: Sendable {
  /// Paths of PEM files; certificate and key together or neither.
  package struct TLS: Sendable {
    package var caPath: String
    package var certificatePath: String?
    package var keyPath: String?

    package init(caPath: String, certificatePath: String? = nil, keyPath: String? = nil) {
      self.caPath = caPath
      self.certificatePath = certificatePath
      self.keyPath = keyPath
    }
  }

  package var host: String
  package var port: Int
  /// Nil for a connection without TLS.
  package var tls: TLS?
  package var username: String?
  /// Asked for at every connect, so that a rotated file is read anew; never logged.
  package var password: @Sendable () -> String?

  package init(
    host: String, port: Int, tls: TLS?, username: String?,
    password: @escaping @Sendable () -> String?
  ) {
    self.host = host
    self.port = port
    self.tls = tls
    self.username = username
    self.password = password
  }

  /// What to look at when the broker refuses a connection with this MQTT 5 reason.
  package static func refusalHint(reason: Int32) -> String {
    [134, 135].contains(reason) ? "check user name, password and the broker's access list" : ""
  }
}
