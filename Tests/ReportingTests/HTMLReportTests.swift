// SPDX-License-Identifier: Apache-2.0

import Telemetry
import Testing

@testable import Reporting

@Suite struct HTMLReportTests {
  @Test("the page fetches nothing, and has a strip for every device")
  func selfContained() {
    let html = HTMLReport.render(ReportTests.report())
    #expect(!html.contains("http://") && !html.contains("https://") && !html.contains("<script"))
    #expect(html.components(of: "role=\"img\"") == 3)
    #expect(html.contains("class=\"noLink\"") && html.contains("lang=\"vi\""))
  }

  @Test("names from the registry are text, never markup")
  func escaping() {
    #expect(HTMLReport.escaped("<b a=\"'&") == "&lt;b a=&quot;&#39;&amp;")
    let html = HTMLReport.render(ReportTests.report())
    #expect(html.contains("=Trạm &quot;10&quot;, sân"))
  }

  @Test("one table holds every unit, and a cell knows its heading for the phone")
  func table() {
    let html = HTMLReport.render(ReportTests.report())
    #expect(html.components(of: "<thead>") == 1 && html.components(of: "scope=\"rowgroup\"") == 2)
    // Twelve figures a device; its name is the heading of its card.
    #expect(html.components(of: "data-label=") == 3 * 12)
    #expect(html.components(of: "<tbody>") == 3)
    #expect(html.contains("size:A4 landscape"))
  }

  @Test("page and text end with a place for two signatures and a date")
  func signatures() {
    for form in [HTMLReport.render, TextReport.render] {
      let vi = form(ReportTests.report())
      #expect(vi.contains("Người lập biểu") && vi.contains("Thủ trưởng đơn vị"))
      #expect(vi.contains("ngày ......."))
      let en = form(ReportTests.report(language: .en))
      #expect(en.contains("Prepared by") && en.contains("Head of unit") && en.contains("Date:"))
    }
  }
}

extension String {
  fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
