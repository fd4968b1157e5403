// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// One table for all units, so that columns line up and paper repeats one heading a page. Each
/// device is a `tbody` of its own: its figures, then its strip and usage, never torn apart.
extension HTMLReport {
  static func devices(_ report: Report, _ words: Words, _ format: LocalFormat) -> String {
    let columns = Column.all(words)
    var html = "<section class=\"wide\">\n" + legend(words)
    html += "<table class=\"devices\">\n<thead><tr>"
    html += columns.map { column in
      "<th scope=\"col\"\(column.isNumber ? " class=\"n\"" : "")>\(escaped(column.heading))</th>"
    }.joined()
    html += "</tr></thead>\n"
    var number = 0
    for unit in report.units {
      for (position, device) in unit.devices.enumerated() {
        number += 1
        html += "<tbody>"
        // In the body of its first device, so that a page never ends with a lonely heading.
        if position == 0 {
          html += "<tr class=\"unit\"><th scope=\"rowgroup\" colspan=\"\(columns.count)\">"
          html += "\(escaped(words.name(of: unit)))</th></tr>\n"
        }
        html += rows(of: device, number: number, columns, words, format) + "</tbody>\n"
      }
    }
    return html + "</table>\n</section>\n"
  }

  private static func rows(
    of device: DeviceReport, number: Int, _ columns: [Column], _ words: Words,
    _ format: LocalFormat
  ) -> String {
    var html = "<tr class=\"device\">"
    for column in columns {
      // On a phone the heading stands before each value instead of above the column.
      let label = "data-label=\"\(escaped(column.heading))\""
      let value = column.cell(device, number, words, format)
      let style = column.isNumber ? " class=\"n\"" : column.isWord ? " class=\"w\"" : ""
      html += column.isName
        ? "<th scope=\"row\">\(value)</th>" : "<td \(label)\(style)>\(value)</td>"
    }
    html += "</tr>\n<tr class=\"more\"><td class=\"under\"></td>"
    html += "<td colspan=\"\(columns.count - 1)\">" + strip(device, words)
    return html + "<p class=\"usage\">\(usage(device, words, format))</p></td></tr>"
  }

  /// The columns of the table of devices, in order; a cell is safe HTML.
  private struct Column {
    var heading: String
    var isNumber = true
    var isName = false
    /// Short enough never to be broken over two lines.
    var isWord = false
    var cell: (DeviceReport, Int, Words, LocalFormat) -> String

    static func all(_ words: Words) -> [Column] {
      func hours(
        _ heading: String, _ length: @escaping (StateTimes) -> Milliseconds
      ) -> Column {
        Column(heading: heading) { device, _, _, format in
          format.hours(length(device.times))
        }
      }
      return [
        Column(heading: words.number) { _, number, _, _ in String(number) },
        Column(heading: words.device, isNumber: false, isName: true) { device, _, _, _ in
          escaped(device.name)
        },
        Column(heading: words.kind, isNumber: false) { device, _, words, _ in
          escaped(words.title(device.kindTitle))
        },
        hours(words.upHours) { $0[.up] },
        hours(words.downHours) { $0.down },
        hours(words.maintenanceHours) { $0[.maintenance] },
        hours(words.unobservedHours) { $0[.unobserved] },
        Column(heading: words.availability) { device, _, _, format in
          ratio(format.availabilityParts(device.times))
        },
        Column(heading: words.meetsTarget, isNumber: false, isWord: true) { device, _, words, _ in
          verdict(device.targetVerdict, words)
        },
        Column(heading: words.serviceAvailability) { device, _, _, format in
          ratio(format.serviceParts(device.service))
        },
        Column(heading: words.outages) { device, _, _, format in
          format.count(device.outageCount)
        },
        Column(heading: words.flapping) { device, _, _, format in
          format.count(device.shortOutageCount)
        },
        Column(heading: words.longestOutage) { device, _, _, format in
          format.longestOutage(device.longestOutage)
        },
      ]
    }
  }

  private static func ratio(_ parts: (ratio: String, bounds: String?)) -> String {
    guard let bounds = parts.bounds else { return escaped(parts.ratio) }
    return "<span>\(escaped(parts.ratio)) <small>\(escaped(bounds))</small></span>"
  }

  /// A word; bold where somebody has to act, since colours do not survive a copier.
  private static func verdict(_ verdict: TargetVerdict?, _ words: Words) -> String {
    let word = escaped(words.verdict(verdict))
    return verdict == .missed ? "<b class=\"missed\">\(word)</b>" : word
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
    return parts.map { "<span>\(escaped($0))</span>" }.joined(separator: " ")
  }

  /// The period from left to right, a bar for each day or hour, down time from below.
  private static func strip(_ device: DeviceReport, _ words: Words) -> String {
    let name = escaped("\(device.name): \(words.availability)")
    let count = device.strip.bars.count
    var svg = "<svg viewBox=\"0 0 \(count * 10) 12\" preserveAspectRatio=\"none\" role=\"img\" "
    svg += "aria-label=\"\(name)\">"
    for (position, bar) in device.strip.bars.enumerated() {
      var top = 0
      let shares: [(DeviceState, UInt16)] = [
        (.up, bar.up), (.maintenance, bar.maintenance), (.unobserved, bar.unobserved),
        (.unknown, bar.down),
      ]
      for (state, share) in shares where share > 0 {
        let height = max(1, Int(share) * 12 / 65_535)
        svg += "<rect class=\"\(state.rawValue)\" x=\"\(position * 10)\" "
        svg += "y=\"\(min(top, 11))\" width=\"10\" height=\"\(height)\"/>"
        top += height
      }
    }
    return svg + "</svg>"
  }

  private static func legend(_ words: Words) -> String {
    let items = DeviceState.allCases.map { state in
      "<span><svg class=\"key\" viewBox=\"0 0 10 10\" aria-hidden=\"true\">"
        + "<rect class=\"\(state.rawValue)\" width=\"10\" height=\"10\"/></svg> "
        + escaped(words.state(state)) + "</span>"
    }
    return "<p class=\"legend\">\(escaped(words.stripNote)): \(items.joined(separator: " "))</p>\n"
  }
}
