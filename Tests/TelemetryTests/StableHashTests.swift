// SPDX-License-Identifier: Apache-2.0

import Telemetry
import Testing

@Suite("stable hash")
struct StableHashTests {
  /// From draft-eastlake-fnv, appendix C: stores hold such names for years.
  @Test(
    "names are those of the published test vectors",
    arguments: [
      ("", "cbf29ce484222325"), ("a", "af63dc4c8601ec8c"), ("foobar", "85944171f73967e8"),
    ])
  func vectors(text: String, name: String) {
    #expect(StableHash.text(StableHash.of(text)) == name)
  }

  @Test("a name has sixteen digits, however small the number is")
  func zeros() {
    #expect(StableHash.text(0) == "0000000000000000")
    #expect(StableHash.text(0xAB) == "00000000000000ab")
    #expect(StableHash.text(.max) == "ffffffffffffffff")
  }

  @Test("an alert that was named before is named so again")
  func alert() {
    let text = "wifi-ap/offline\u{0}17\u{0}1800000000000"
    #expect(StableHash.of(text) == text.utf8.reduce(14_695_981_039_346_656_037) {
      ($0 ^ UInt64($1)) &* 1_099_511_628_211
    })
  }
}
