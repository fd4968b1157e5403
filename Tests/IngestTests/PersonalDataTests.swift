// SPDX-License-Identifier: Apache-2.0

import Ingest
import Testing

@Suite("Personal data")
struct PersonalDataTests {
  private func scrubbed(_ text: String) -> String {
    var bytes = Array(text.utf8)
    PersonalData.scrub(&bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test("MAC addresses lose their digits", arguments: [
    ("00:1a:2B:3c:4D:5f", "xx:xx:xx:xx:xx:xx"),
    ("00-1A-2b-3C-4d-5F", "xx-xx-xx-xx-xx-xx"),
    (#"{"mac":"00:1a:2b:3c:4d:5f","n":1}"#, #"{"mac":"xx:xx:xx:xx:xx:xx","n":1}"#),
    ("00:1a:2b:3c:4d:5f,11:1a:2b:3c:4d:5f", "xx:xx:xx:xx:xx:xx,xx:xx:xx:xx:xx:xx"),
    ("máy 00:1a:2b:3c:4d:5f", "máy xx:xx:xx:xx:xx:xx"),
  ])
  func addresses(text: String, expected: String) {
    #expect(scrubbed(text) == expected)
  }

  @Test("what is no MAC address stays as it is", arguments: [
    "", "00:1a:2b:3c:4d:5", "00:1a:2b:3c:4d", "00:1a-2b:3c-4d:5f", "00:1a:2b:3g:4d:5f",
    "2026-11-21T05:00:00+07:00", "001a2b3c4d5f", "1.2.3.4",
  ])
  func others(text: String) {
    #expect(scrubbed(text) == text)
  }
}
