// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// A report as one self-contained page, without additions; see `HTMLPage`.
package enum HTMLReport {
  package static func render(_ report: Report) -> String {
    HTMLPage.render(ReportDocument(report))
  }
}
