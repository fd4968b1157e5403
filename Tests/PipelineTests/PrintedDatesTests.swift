// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Pipeline

@Suite struct PrintedDatesTests {
  /// 20/11/2026 17:00:00 UTC.
  private static let instant: Int64 = 1_795_194_000_000

  private static func pdf(_ information: String) -> Data {
    Data(
      "%PDF-1.4\n1 0 obj\n<<\(information)>>\nendobj\n2 0 obj\n(/ModDate (D:20000101000000+00'00'))"
        .utf8)
      + Data("\nendobj\ntrailer\n<</Size 3\n/Root 2 0 R\n/Info 1 0 R>>\n%%EOF\n".utf8)
  }

  @Test("both dates become the given one, in place, and nothing else changes")
  func replaced() {
    let made = Self.pdf(
      "/Creator (x)\n/CreationDate (D:20261122044341+00'00')\n/ModDate (D:20261122044342+07'00')")
    let expected = Self.pdf(
      "/Creator (x)\n/CreationDate (D:20261120170000+00'00')\n/ModDate (D:20261120170000+00'00')")
    let data = PrintedDates.replaced(in: made, by: Self.instant)
    #expect(data == expected && data.count == made.count)
  }

  @Test(
    "dates of another form, and files without information, stay as they are",
    arguments: [
      "/CreationDate (D:2026)", "/CreationDate (D:20261122044341Z)", "/CreationDate (D:",
      "/CreationDate (D:2026112204434x+00'00')", "/Title (none)",
    ])
  func untouched(information: String) {
    let made = Self.pdf(information)
    #expect(PrintedDates.replaced(in: made, by: Self.instant) == made)
    let bare = Data("%PDF-1.7 \(information)".utf8)
    #expect(PrintedDates.replaced(in: bare, by: Self.instant) == bare)
  }

  private static let printer: PagePrinter? = {
    // Without a program that prints there is nothing to compare, which the test says by its trait.
    try? PagePrinter(searchPath: ProcessInfo.processInfo.environment["PATH"] ?? "")
  }()

  @Test(
    "the same page printed twice, in different seconds, is the same file",
    .enabled(if: PrintedDatesTests.printer != nil, "no program here makes PDF"))
  func sameBytes() throws {
    let printer = try #require(Self.printer)
    let page = "<!DOCTYPE html><html lang=\"vi\"><title>Báo cáo</title><p>Thôn 2</p></html>"
    let begin = Date()
    let first = try printer.makePDF(of: page, writtenAt: Self.instant)
    // Dates count seconds: printing again until one has passed, not waiting for it.
    var second = first
    repeat {
      second = try printer.makePDF(of: page, writtenAt: Self.instant)
    } while Date().timeIntervalSince(begin) < 2.1
    #expect(first == second)
    #expect(first.range(of: Data("D:20261120170000+00'00'".utf8)) != nil)
    let other = try printer.makePDF(of: page, writtenAt: Self.instant + 1_000)
    #expect(first != other && first.count == other.count)
  }
}
