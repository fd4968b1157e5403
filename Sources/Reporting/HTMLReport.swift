// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// A report as one self-contained page: no script, nothing fetched, light and dark, a table on a
/// screen, cards on a phone, A4 landscape on paper.
package enum HTMLReport {
  package static func render(_ report: Report) -> String {
    let words = Words(language: report.language)
    let format = LocalFormat(words: words)
    // A section added here stands in this order on every medium.
    let sections = [
      head(report, words, format),
      report.devices.isEmpty
        ? "<p>\(escaped(words.noDevices))</p>\n" : devices(report, words, format),
      alerts(report, words, format),
      // On paper a page with nothing but signatures would be worth nothing.
      "<div class=\"whole\">\n",
      quality(report.quality, words, format),
      signatures(words),
      "</div>\n",
    ]
    return """
      <!DOCTYPE html>
      <html lang="\(report.language.rawValue)">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
      style-src 'unsafe-inline'">
      <title>\(escaped(words.reportTitle))</title>
      <style>\(style)</style>
      </head>
      <body>
      \(sections.joined())</body>
      </html>

      """
  }

  private static func head(_ report: Report, _ words: Words, _ format: LocalFormat) -> String {
    let lines = words.head(of: report, format).map { name, value in
      "<div><dt>\(escaped(name))</dt><dd>\(escaped(value))</dd></div>\n"
    }
    return "<h1>\(escaped(words.reportTitle))</h1>\n<dl class=\"head\">\n\(lines.joined())</dl>\n"
      + "<p class=\"note\">\(escaped(words.sealing(report.seal)))</p>\n"
      + (words.kept(of: report).map { "<p class=\"note\">\(escaped($0))</p>\n" } ?? "")
  }

  private static func quality(
    _ quality: DataQuality, _ words: Words, _ format: LocalFormat
  ) -> String {
    let rows = words.counts(of: quality).map { name, count in
      "<tr><th scope=\"row\">\(escaped(name))</th>"
        + "<td class=\"n\">\(escaped(format.count(count)))</td></tr>\n"
    }
    return "<section>\n<h2>\(escaped(words.dataQuality))</h2>\n"
      + "<table class=\"small\">\n\(rows.joined())</table>\n</section>\n"
  }

  /// Where the two who answer for the report sign it; a report is a paper first.
  private static func signatures(_ words: Words) -> String {
    """
    <section class="signatures">
    <p class="date">\(escaped(words.dateLine))</p>
    <div><b>\(escaped(words.preparedBy))</b><br><i>\(escaped(words.signHere))</i></div>
    <div><b>\(escaped(words.headOfUnit))</b><br><i>\(escaped(words.signAndSealHere))</i></div>
    </section>

    """
  }

  /// Safe in text and in quoted attributes.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
