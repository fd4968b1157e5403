// SPDX-License-Identifier: Apache-2.0

import Pipeline
import Testing

/// What the fuzzer's findings led to, beyond the properties: where exactly an error stands.
@Suite("places of errors in configurations")
struct ConfigurationPlaceTests {
  private func places(_ text: String) -> [String] {
    do throws(ConfigurationErrors) {
      _ = try ProfileLoader.profile(in: Array(text.utf8), kind: "ap", file: "device.yaml")
      return []
    } catch {
      return error.errors.map { "\($0.line):\($0.column)" }
    }
  }

  @Test("a control character is found where it stands, whatever letters come before it")
  func controlCharacter() {
    #expect(places("# thôn, ấp, bản, tổ dân phố\n# ố\na: \"\u{1}\"\nb: 1\n") == ["3:5"])
  }

  @Test("a tab in the indentation is found in a file with carriage returns too")
  func tabBehindCarriageReturn() {
    #expect(places("kind: ap\r\n\tversion: 1\r\n") == ["2:1"])
  }

  @Test("more errors than are shown end with a note at the last place that is")
  func manyErrors() {
    let places = places(String(repeating: "\tx: 1\n", count: 1_100))
    #expect(places.count == 1_001)
    #expect(places.last == "1000:1")
  }

  @Test("many aliases are refused where they stand; words with a star are none")
  func aliases() {
    let list = String(repeating: "*a, ", count: 9)
    #expect(places("a: &a [x]\nb: [\(list)]\n") == ["2:37"])
    let commented = "# *a* *b* *c* *d* *e* *f* *g* *h* *i*\nversion: 1 # *j*\n"
    #expect(places(commented).allSatisfy { $0 == "2:1" })
  }

  @Test("a text that opens lists without end is refused")
  func nesting() {
    #expect(places(String(repeating: "[", count: 20_000)).count == 1)
    #expect(places(String(repeating: "- ", count: 20_000)).count == 1)
  }
}
