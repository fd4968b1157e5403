// SPDX-License-Identifier: Apache-2.0

import Telemetry
import Yams

/// `watched` of a metric: `true`, or how.
extension ProfileReader {
  private static let watchKeys = ["direction", "weight", "scale"]

  /// Whether a detector is asked for, however well it is described.
  static func isWatched(_ node: Node?) -> Bool {
    switch node {
    case .scalar(let scalar)?: scalar.string == "true"
    case .mapping?: true
    default: false
    }
  }

  func watch(_ node: YAMLNode) -> Watch? {
    if case .scalar = node.node { return node.boolean() == true ? Watch() : nil }
    guard let map = node.mapping(keys: Self.watchKeys) else { return nil }
    return Watch(
      direction: map["direction"]?.word(Watch.Direction.self) ?? .both,
      weight: map["weight"]?.number(above: 0, atMost: 1, allowed: "above 0, at most 1") ?? 1,
      scale: map["scale"]?.word(Watch.Scale.self) ?? .linear)
  }
}
