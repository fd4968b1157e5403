// SPDX-License-Identifier: Apache-2.0

/// Where the broker listens.
package struct BrokerAddress: Sendable, Hashable {
  package var host: String
  package var port: Int
  /// The certificate authority to trust; nil means without TLS.
  package var caPath: String?

  package init(host: String, port: Int, caPath: String? = nil) {
    self.host = host
    self.port = port
    self.caPath = caPath
  }
}

/// The world failed a simulated fleet.
package struct FleetFailure: Error, Sendable, CustomStringConvertible {
  /// What failed, on what.
  package let what: String
  /// What the reader can do about it.
  package let advice: String

  init(_ what: String, advice: String) {
    self.what = what
    self.advice = advice
  }

  package var description: String { "\(what); \(advice)" }
}
