// SPDX-License-Identifier: Apache-2.0

import Ingest
import Telemetry

/// The topic parser accepts what the grammar describes and nothing else, and what it accepts
/// prints back to the very same bytes.
package final class TopicProperty: Property {
  private let memory = GuardedBytes(contentSizeBytesMax: Topic.lengthMax)
  /// The grammar of devices' topics a second time, in other words than the parser's.
  private let grammar =
    /nhip\/v1\/[0-9]{5}\/([a-z0-9\-]{1,32})\/[A-Za-z0-9._\-]{1,64}\/(telemetry|state|backlog|event)/
    .matchingSemantics(.unicodeScalar)

  package init() {}

  package func check(_ input: [UInt8]) throws(Violation) {
    guard input.count <= Topic.lengthMax else { return }
    let expected = isTopic(input)
    switch unsafe TopicParser.parse(memory.place(input, padding: UInt8(ascii: "/"))) {
    case .success(let (address, channel)):
      try require(expected, "a topic is accepted that the grammar refuses")
      let printed = Topic.path(
        commune: address.commune, kind: address.kind, device: address.device, channel: channel)
      try require(printed.utf8.elementsEqual(input), "the topic prints back as \(printed)")
    case .failure(let fault):
      try require(!expected, "a topic is refused that the grammar accepts: \(fault.rawValue)")
    }
  }

  private func isTopic(_ input: [UInt8]) -> Bool {
    guard let text = String(validating: input, as: UTF8.self),
      let match = text.wholeMatch(of: grammar)
    else { return false }
    return !Topic.reserved.contains(String(match.1))
  }
}
