// SPDX-License-Identifier: Apache-2.0

/// `mqtt://host[:port]` or `mqtts://host[:port]`, IPv6 in brackets.
struct BrokerAddress: Equatable {
  var isEncrypted: Bool
  var host: String
  var port: Int

  static let allowed = "mqtt://host[:port] or mqtts://host[:port], without a user name"

  init?(_ text: String) {
    let parts = text.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0] == "mqtt" || parts[0] == "mqtts" else { return nil }
    isEncrypted = parts[0] == "mqtts"
    var rest = parts[1]
    if rest.hasPrefix("[") {
      guard let bracket = rest.firstIndex(of: "]") else { return nil }
      host = String(rest[..<bracket].dropFirst())
      guard host.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else { return nil }
      rest = rest[bracket...].dropFirst()
    } else {
      let end = rest.firstIndex(of: ":") ?? rest.endIndex
      host = String(rest[..<end])
      guard host.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) })
      else { return nil }
      rest = rest[end...]
    }
    guard !host.isEmpty else { return nil }
    guard !rest.isEmpty else {
      // The ports that IANA gave MQTT.
      port = isEncrypted ? 8883 : 1883
      return
    }
    let digits = rest.dropFirst()
    guard rest.hasPrefix(":"), digits.allSatisfy({ $0.isASCII && $0.isNumber }),
      let number = Int(digits), (1...65_535).contains(number)
    else { return nil }
    port = number
  }
}

extension PipelineReader {
  /// The value is not shown if it may hold a password before an `@`.
  func broker(_ node: YAMLNode) -> BrokerAddress? {
    guard let text = node.text() else { return nil }
    if let address = BrokerAddress(text) { return address }
    node.report(
      "not the address of a broker", value: text.contains("@") ? "‹secret›" : nil,
      allowed: BrokerAddress.allowed)
    return nil
  }
}
