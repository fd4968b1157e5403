// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry
import Testing

@testable import Reporting

@Suite struct HTMLPageTests {
  @Test("the page fetches nothing and runs nothing, and says so to the browser")
  func selfContained() {
    let html = HTMLPage.render(DocumentSample.document)
    #expect(!html.contains("http://") && !html.contains("https://") && !html.contains("<script"))
    #expect(html.contains("default-src 'none'; style-src 'unsafe-inline'"))
    #expect(!html.contains("url(") && !html.contains("@import") && !html.contains("{{"))
    #expect(html.contains("lang=\"vi\"") && html.contains("@page{size:A4;margin:20mm 15mm 20mm"))
  }

  @Test("every drawing says what it shows in words, or is hidden beside the text that says it")
  func drawings() throws {
    var document = DocumentSample.document
    let day = LocalTime.day(of: DocumentSample.instant)
    document.sections[0].parts = [
      .figure(
        DocumentFigure(
          title: "Dải", description: "d",
          content: .strips([.init(name: "Loa", description: "99 %", bars: [Strip.Bar()])]))),
      .figure(
        DocumentFigure(
          title: "Lịch", description: "d",
          content: .calendars([
            .init(name: "NVH", description: "1 ngày", firstDay: day, ratios: [nil])
          ]))),
      .figure(
        DocumentFigure(
          title: "Cột", description: "d",
          content: .bars([.init(name: "Thôn 1", value: 1, shown: "1")], unit: "GB"))),
    ]
    let html = HTMLPage.render(document)
    let drawings = html.components(separatedBy: "<svg").dropFirst()
    #expect(drawings.count == 5 + 1 + 5 + 1 + 1)
    for drawing in drawings {
      let tag = drawing.prefix { $0 != ">" }
      let says = tag.contains("role=\"img\"") && drawing.contains("<title>")
        && drawing.contains("<desc>")
      #expect(says != tag.contains("aria-hidden=\"true\""), "\(tag)")
    }
    for (landmark, count) in [("<h1>", 1), ("<main>", 1), ("<header>", 1), ("<footer>", 1)] {
      #expect(html.components(separatedBy: landmark).count == count + 1)
    }
    let tables = html.components(separatedBy: "<table").dropFirst()
    #expect(tables.allSatisfy { $0.contains("<caption>") && $0.contains("scope=\"col\"") })
    #expect(tables.allSatisfy { $0.contains("<th scope=\"row\">") })
  }

  @Test("names of the letterhead stand where paper has them, and only where they are known")
  func letterhead() {
    var document = DocumentSample.document
    #expect(!HTMLPage.render(document).contains("class=\"signed\""))
    document.letterhead = Letterhead(
      parentBody: "Tỉnh Lâm Sơn", body: "UBND xã <Mẫu>", place: "Mẫu", preparedBy: "Trần Thị B",
      signatoryTitle: "Chủ tịch", signatory: "Nguyễn Văn A")
    let html = HTMLPage.render(document)
    for part in [
      "<span class=\"parent\">TỈNH LÂM SƠN</span>", "<b>UBND XÃ &lt;MẪU&gt;</b>",
      "<b>CHỦ TỊCH</b>", "<b class=\"signed\">Trần Thị B</b>",
      "<b class=\"signed\">Nguyễn Văn A</b>",
    ] {
      #expect(html.contains(part), "\(part)")
    }
    let lines = TextReport.render(document).split(separator: "\n").map(String.init)
    #expect(lines[0].contains("TỈNH LÂM SƠN") && lines[1].contains("UBND XÃ <MẪU>"))
    #expect(lines.contains { $0.contains("Trần Thị B") && $0.contains("Nguyễn Văn A") })
  }

  @Test("names are text, never markup, in cells and in the style sheet")
  func escaping() {
    #expect(PageMarkup.escaped("<b a=\"'&") == "&lt;b a=&quot;&#39;&amp;")
    #expect(PageMarkup.escaped("Thôn 2") == "Thôn 2")
    #expect(PageMarkup.styleString("a\"}</style>\\\n") == "\"a\\22 }\\3c /style\\3e \\5c \\a \"")
    let html = HTMLPage.render(DocumentSample.document)
    #expect(html.contains("=1+1; &quot;&lt;b&gt;&quot;") && !html.contains("<b>\""))
  }

  @Test("letterhead, title, sections, signatures and provenance stand in their order")
  func order() throws {
    let html = HTMLPage.render(DocumentSample.document)
    var from = html.startIndex
    for part in [
      "ỦY BAN NHÂN DÂN XÃ MẪU", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc",
      "Xã Mẫu, ngày .......", "<h1>Báo cáo thử</h1>", "I. Tổng hợp", "II. Độ khả dụng",
      "NGƯỜI LẬP BIỂU", "THỦ TRƯỞNG ĐƠN VỊ", "nguồn",
    ] {
      let found = try #require(html[from...].firstRange(of: part), "\(part)")
      from = found.upperBound
    }
  }

  @Test("a table knows its headings on paper and, in the style sheet, on a phone")
  func table() {
    let html = HTMLPage.render(DocumentSample.document)
    #expect(html.contains("#t1 td:nth-child(4)::before{content:\"Hoạt động (giờ)\"}"))
    #expect(html.contains("<tr class=\"group depth1\">"))
    #expect(html.contains("<span>99,99 <small>(90,00–100,00)</small></span>"))
    // The bounds of the second row are too close to matter.
    #expect(html.contains("<td class=\"n\">91,66</td>"))
    #expect(html.contains("<section id=\"II\" class=\"wide\">"))
    #expect(html.contains("<section id=\"I\">"))
  }

  @Test("a strip is one path a state, equal neighbours are one rectangle, a short outage shows")
  func strip() {
    var up = Strip.Bar()
    up.up = .max
    var short = up
    (short.up, short.down) = (.max - 1, 1)
    let line = DocumentFigure.StripLine(
      name: "Loa <1>", description: "99 %", bars: [up, up, up, short, up])
    let svg = PageStrip(line).markup
    #expect(svg.contains("<path class=\"up\" d=\"M0 0h30v100h-30zM30 0h10v100h-10zM40 0h10v100"))
    #expect(svg.contains("<path class=\"down\" d=\"M30 0h10v12h-10z\"/>"))
    #expect(svg.contains("role=\"img\"><title>Loa &lt;1&gt;</title><desc>99 %</desc>"))
    #expect(!svg.contains("maintenance"))
  }

  @Test("a calendar has a square a day, a line a week from Monday, darker when worse")
  func calendar() {
    // 21/11/2026 is a Saturday: the sixth square of the first line.
    let line = DocumentFigure.CalendarLine(
      name: "NVH 2", description: "",
      firstDay: LocalTime.day(of: ReportTests.midnight), ratios: [1_000_000, 960_000, 0, nil])
    let svg = PageCalendar(line, LocalFormat(words: Words(language: .vi))).markup
    for (style, day, shown, place) in [
      ("good", "21/11/2026", "100,00", (81, 1)), ("fair", "22/11/2026", "96,00", (97, 1)),
      ("bad", "23/11/2026", "0,00", (1, 17)),
    ] {
      let square = "<g class=\"\(style)\"><title>\(day): \(shown) %</title>"
        + "<rect x=\"\(place.0)\" y=\"\(place.1)\""
      #expect(svg.contains(square))
    }
    #expect(svg.contains("<g class=\"none\"><title>24/11/2026: –</title>"))
    #expect(svg.contains("height=\"32\""))
  }

  @Test("a chart gives every bar its name and value as text")
  func bars() {
    let figure = DocumentFigure(
      title: "Lưu lượng", description: "",
      content: .bars(
        [.init(name: "Thôn 1", value: 4, shown: "4"), .init(name: "Thôn 2", value: 1, shown: "1")],
        unit: "GB"))
    let words = Words(language: .vi)
    let html = PageFigure(figure: figure, words: words, format: LocalFormat(words: words)).markup
    #expect(html.contains("width=\"1000\"") && html.contains("width=\"250\""))
    #expect(html.contains("<span class=\"n\">1 GB</span>"))
  }
}
