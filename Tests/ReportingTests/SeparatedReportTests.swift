// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Reporting

@Suite struct SeparatedReportTests {
  @Test("the dialect of Vietnamese spreadsheets: a mark, semicolons, decimal commas, local dates")
  func dialect() throws {
    let text = SeparatedReport.render(DocumentSample.document)
    #expect(text.hasPrefix("\u{FEFF}Báo cáo thử\r\n"))
    #expect(text.contains("\r\nII. Độ khả dụng\r\n"))
    #expect(text.replacing("\r\n", with: "").contains { $0 == "\n" || $0 == "\r" } == false)
    let row = #"1234;Thôn 2;"'=1+1; ""<b>""";1111,11;91,66;;;0:00:59;1234,5;"#
      + "21/11/2026 01:00:00;21/11/2026"
    #expect(text.contains(row))
    #expect(text.contains("Độ khả dụng (%);Độ khả dụng (%), thấp nhất;Độ khả dụng (%), cao nhất"))
    #expect(text.contains(";99,99;90,00;100,00;25:01:01;;;"))
  }

  @Test("what starts like a formula is a text, wherever it comes from; numbers below zero stay")
  func formulas() {
    for text in ["=1", "+1", "-1", "@x", "\tx", "\rx"] {
      #expect(SeparatedReport.defused(text) == "'" + text)
    }
    #expect(SeparatedReport.defused("Thôn 2") == "Thôn 2")
    #expect(SeparatedReport.render(DocumentSample.document).contains("'-Không có chỉ tiêu."))
    #expect(LocalFormat(words: Words(language: .vi)).plain(.number(-1.5, decimals: 1)) == "-1,5")
  }

  @Test("one section alone begins with its heading row")
  func section() {
    let text = SeparatedReport.render(DocumentSample.document, section: "II")
    #expect(text.hasPrefix("\u{FEFF}STT;Thôn;Thiết bị;"))
    #expect(!text.contains("Báo cáo thử"))
  }

  @Test("numbers have as many decimals as asked for, and marks between thousands")
  func numbers() {
    let format = LocalFormat(words: Words(language: .vi))
    #expect(format.shown(.number(-1_234_567.891, decimals: 2)) == "-1.234.567,89")
    #expect(format.shown(.number(1_000, decimals: 0)) == "1.000")
    #expect(format.shown(.number(0.000_5, decimals: 3)) == "0,001")
    #expect(format.shown(.count(-123)) == "-123" && format.shown(.count(-1_234)) == "-1.234")
    #expect(format.shown(.count(123_456_789)) == "123.456.789")
  }
}
