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
}

extension String {
  fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
