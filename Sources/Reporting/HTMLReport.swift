// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// A report as one self-contained page: no script, nothing fetched, light and dark, prints to A4.
package enum HTMLReport {
  package static func render(_ report: Report) -> String {
    let words = Words(language: report.language)
    let format = LocalFormat(words: words)
    let heading = escaped(words.reportTitle)
    var html = """
      <!DOCTYPE html>
      <html lang="\(report.language.rawValue)">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
      style-src 'unsafe-inline'">
      <title>\(heading)</title>
      <style>\(style)</style>
      </head>
      <body>
      <h1>\(heading)</h1>
      <p>\(escaped(words.period)): <b>\(escaped(format.period(report.period)))</b> \
      (\(escaped(words.timeZone)))<br>
      \(escaped(words.knownUntil)): \(escaped(format.instant(report.knownUntil)))<br>
      <em>\(escaped(words.provisional))</em></p>

      """
    html += legend(words)
    if report.devices.isEmpty { html += "<p>\(escaped(words.noDevices))</p>\n" }
    for unit in report.units { html += section(unit, words, format) }
    html += quality(report.quality, words, format)
    return html + "</body>\n</html>\n"
  }

  private static func section(
    _ unit: UnitReport, _ words: Words, _ format: LocalFormat
  ) -> String {
    let headings = [
      words.number, words.device, words.kind, words.upHours, words.downHours,
      words.maintenanceHours, words.unobservedHours, words.availability, words.outages,
      words.flapping, words.longestOutage,
    ]
    var html = "<section>\n<h2>\(escaped(words.name(of: unit)))</h2>\n<table>\n<thead><tr>"
    html += headings.map { "<th scope=\"col\">\(escaped($0))</th>" }.joined()
    html += "</tr></thead>\n"
    for (position, device) in unit.devices.enumerated() {
      html += rows(
        of: device, number: position + 1, columnCount: headings.count, words, format)
    }
    return html + "</table>\n</section>\n"
  }

  /// One device: its figures, its strip, its usage.
  private static func rows(
    of device: DeviceReport, number: Int, columnCount: Int, _ words: Words,
    _ format: LocalFormat
  ) -> String {
    let spent = device.availability
    let cells = [
      format.hours(spent[.up]), format.hours(spent.down), format.hours(spent[.maintenance]),
      format.hours(spent[.unobserved]), format.availability(spent),
      format.count(spent.outageCount), format.count(spent.shortOutageCount),
      spent.longestOutage > 0 ? format.length(spent.longestOutage) : "–",
    ]
    var html = "<tbody><tr><td class=\"n\">\(number)</td>"
    html += "<th scope=\"row\">\(escaped(device.name))</th>"
    html += "<td>\(escaped(words.title(device.kindTitle)))</td>"
    html += cells.map { "<td class=\"n\">\(escaped($0))</td>" }.joined() + "</tr>\n"
    html += "<tr><td></td><td colspan=\"\(columnCount - 1)\">"
    html += strip(device, words) + "<p class=\"usage\">" + usage(device, words, format)
    return html + "</p></td></tr></tbody>\n"
  }

  private static func usage(
    _ device: DeviceReport, _ words: Words, _ format: LocalFormat
  ) -> String {
    var parts = device.usage.map { result in
      let at = result.at.map { " (\(format.instant($0)))" } ?? ""
      let unit = result.amount == nil ? "" : " \(words.shown(unit: result.figure.unit))"
      return "\(words.title(result.figure.title)): \(format.amount(result))\(unit)\(at)"
    }
    parts.append("\(words.reboots): \(format.count(device.rebootCount))")
    return parts.map(escaped).joined(separator: " · ")
  }

  /// The period from left to right, a thousand units wide, coloured by state. States narrower
  /// than a unit are drawn a unit wide when down, so that short outages stay visible.
  private static func strip(_ device: DeviceReport, _ words: Words) -> String {
    let period = device.availability.period
    let name = escaped("\(device.name): \(words.availability)")
    var svg = "<svg viewBox=\"0 0 1000 12\" preserveAspectRatio=\"none\" role=\"img\" "
    svg += "aria-label=\"\(name)\">"
    let length = max(1, period.duration)
    let states = device.availability.states
    for part in states.filter({ !$0.state.isDown }) + states.filter(\.state.isDown) {
      let start = (part.interval.start - period.start) * 1000 / length
      let end = (part.interval.end - period.start) * 1000 / length
      let width = max(end - start, part.state.isDown ? 1 : 0)
      guard width > 0 else { continue }
      svg += "<rect class=\"\(part.state.rawValue)\" x=\"\(min(start, 999))\" y=\"0\" "
      svg += "width=\"\(width)\" height=\"12\"><title>\(escaped(words.state(part.state)))"
      svg += "</title></rect>"
    }
    return svg + "</svg>"
  }

  private static func legend(_ words: Words) -> String {
    let items = DeviceState.allCases.map { state in
      "<svg class=\"key\" viewBox=\"0 0 10 10\" aria-hidden=\"true\">"
        + "<rect class=\"\(state.rawValue)\" width=\"10\" height=\"10\"/></svg> "
        + escaped(words.state(state))
    }
    return "<p class=\"legend\">\(items.joined(separator: " &nbsp; "))</p>\n"
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

  /// Colours differ in lightness as well, so that a grey print still tells up from down.
  private static let style = """
    :root{color-scheme:light dark;--ink:#1a1a1a;--paper:#fff;--line:#bbb}
    @media(prefers-color-scheme:dark){:root{--ink:#e8e8e8;--paper:#16181b;--line:#555}}
    body{font:14px/1.45 system-ui,sans-serif;color:var(--ink);background:var(--paper);
    margin:1.5rem auto;max-width:75rem;padding:0 1rem}
    h1{font-size:1.4rem}h2{font-size:1.1rem;margin:1.2rem 0 .3rem}
    table{border-collapse:collapse;width:100%}table.small{width:auto}
    th,td{border-bottom:1px solid var(--line);padding:.25rem .4rem;text-align:left;
    vertical-align:top;font-weight:normal}thead th{font-weight:600}
    td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
    svg{display:block;width:100%;height:12px}svg.key{display:inline;width:10px;height:10px}
    .usage,.legend{margin:.2rem 0;font-size:.9em}tbody{break-inside:avoid}
    .up{fill:#3a9a5b}.maintenance{fill:#5b8dd6}.unobserved{fill:#b9b9b9}.excluded{fill:#e6e6e6}
    .noLink{fill:#e08a1e}.off{fill:#8c1d2f}.unknown{fill:#d23b3b}
    @page{size:A4 landscape;margin:12mm}
    @media print{:root{--ink:#000;--paper:#fff;--line:#999}body{font-size:9pt;margin:0;
    max-width:none;padding:0}rect{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
    """
}
