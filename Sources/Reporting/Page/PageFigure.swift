// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The figures of a page as inline SVG. Colours differ in lightness, and down time hangs from the
/// top while up time stands on the ground, so that a grey copy still tells them apart.
struct PageFigure {
  let figure: DocumentFigure
  let words: Words
  let format: LocalFormat

  var markup: String {
    // Strips and calendars may be pages long, a chart is at most one.
    let style =
      switch figure.content {
      case .bars, .series: " class=\"chart\""
      case .strips, .calendars: ""
      }
    var html = "<figure\(style)>\n<figcaption><b>\(PageMarkup.escaped(figure.title))</b> "
    html += "\(PageMarkup.escaped(figure.description))</figcaption>\n"
    switch figure.content {
    case .strips(let lines):
      html += legend(PageStrip.legend(words))
      html += "<div class=\"strips\">\n"
      for line in lines { html += "<div>\(name(line.name))\(PageStrip(line).markup)</div>\n" }
      html += "</div>\n"
    case .calendars(let lines):
      html += legend(PageCalendar.legend(words))
      html += "<div class=\"calendars\">\n"
      for line in lines {
        html += "<div>\(name(line.name))\(PageCalendar(line, format).markup)</div>\n"
      }
      html += "</div>\n"
    case .bars(let lines, let unit): html += bars(lines, unit: unit)
    case .series(let picture): html += SeriesDrawing(picture, isFile: false).markup + "\n"
    }
    return html + "</figure>\n"
  }

  private func name(_ text: String) -> String { "<span>\(PageMarkup.escaped(text))</span>" }

  private func legend(_ entries: [(style: String, text: String)]) -> String {
    let keys = entries.map { entry in
      "<span><svg class=\"key\" viewBox=\"0 0 10 10\" aria-hidden=\"true\">"
        + "<rect class=\"\(entry.style)\" width=\"10\" height=\"10\"/></svg> "
        + "\(PageMarkup.escaped(entry.text))</span>"
    }
    return "<p class=\"legend\">\(keys.joined(separator: " "))</p>\n"
  }

  /// The names and values are text beside the bars, so they wrap, and a screen reader reads them.
  private func bars(_ lines: [DocumentFigure.BarLine], unit: String) -> String {
    let most = lines.map(\.value).max() ?? 0
    var html = "<div class=\"bars\">\n"
    for line in lines {
      let share = most > 0 ? max(0, min(1, line.value / most)) : 0
      html += "<div>\(name(line.name))<svg viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" "
      html += "aria-hidden=\"true\"><rect class=\"bar\" "
      html += "width=\"\(Int((share * 1000).rounded()))\" height=\"10\"/></svg>"
      html += "<span class=\"n\">\(PageMarkup.escaped("\(line.shown) \(unit)"))</span></div>\n"
    }
    return html + "</div>\n"
  }
}

/// One device or unit over the period: a bar a day or an hour, stacked by state.
struct PageStrip {
  private static let barWidth = 10
  private static let height = 100
  /// Down time is never drawn lower than this: a short outage must not vanish on paper.
  private static let downHeightMin = 12

  private let line: DocumentFigure.StripLine

  init(_ line: DocumentFigure.StripLine) { self.line = line }

  static func legend(_ words: Words) -> [(style: String, text: String)] {
    [
      ("up", words.state(.up)), ("down", words.down), ("maintenance", words.state(.maintenance)),
      ("unobserved", words.state(.unobserved)), ("excluded", words.state(.excluded)),
    ]
  }

  var markup: String {
    let bars = line.bars
    let width = max(1, bars.count) * Self.barWidth
    var svg = "<svg viewBox=\"0 0 \(width) \(Self.height)\" preserveAspectRatio=\"none\" "
    svg += "role=\"img\"><title>\(PageMarkup.escaped(line.name))</title>"
    svg += "<desc>\(PageMarkup.escaped(line.description))</desc>"
    svg += "<rect class=\"excluded\" width=\"\(width)\" height=\"\(Self.height)\"/>"
    for (style, path) in paths(of: bars) where !path.isEmpty {
      svg += "<path class=\"\(style)\" d=\"\(path)\"/>"
    }
    return svg + "</svg>"
  }

  /// One path a state; equal neighbours are one rectangle.
  private func paths(of bars: [Strip.Bar]) -> [(style: String, path: String)] {
    var (up, maintenance, unobserved, down) = ("", "", "", "")
    var first = 0
    while first < bars.count {
      let bar = bars[first]
      var next = first + 1
      while next < bars.count, bars[next] == bar { next += 1 }
      let (x, width) = (first * Self.barWidth, (next - first) * Self.barWidth)
      var base = Self.height
      func stack(_ share: UInt16, _ path: inout String) {
        let height = Self.pixels(share)
        guard height > 0 else { return }
        base = max(0, base - height)
        path += "M\(x) \(base)h\(width)v\(height)h-\(width)z"
      }
      stack(bar.up, &up)
      stack(bar.maintenance, &maintenance)
      stack(bar.unobserved, &unobserved)
      if bar.down > 0 {
        down += "M\(x) 0h\(width)v\(max(Self.downHeightMin, Self.pixels(bar.down)))h-\(width)z"
      }
      first = next
    }
    return [
      ("up", up), ("maintenance", maintenance), ("unobserved", unobserved), ("down", down),
    ]
  }

  private static func pixels(_ share: UInt16) -> Int {
    (Int(share) * height + Int(UInt16.max) / 2) / Int(UInt16.max)
  }
}

/// One site over the period: a square a day, the darker the worse; a line a week from Monday.
struct PageCalendar {
  /// Parts per million; a day below the last is the darkest.
  private static let classes: [(style: String, from: Int64)] = [
    ("good", 995_000), ("fair", 950_000), ("poor", 800_000), ("bad", 0),
  ]
  private static let side = 16

  private let line: DocumentFigure.CalendarLine
  private let format: LocalFormat

  init(_ line: DocumentFigure.CalendarLine, _ format: LocalFormat) {
    self.line = line
    self.format = format
  }

  static func legend(_ words: Words) -> [(style: String, text: String)] {
    let format = LocalFormat(words: words)
    return classes.map { entry in
      entry.from > 0
        ? (entry.style, "≥ \(format.exactPercent(entry.from)) %")
        : (entry.style, "< \(format.exactPercent(classes[classes.count - 2].from)) %")
    } + [("none", words.notJudged)]
  }

  var markup: String {
    let offset = LocalTime.weekday(ofDay: line.firstDay)
    let weeks = (offset + line.ratios.count + 6) / 7
    let (width, height) = (7 * Self.side, max(1, weeks) * Self.side)
    var svg = "<svg viewBox=\"0 0 \(width) \(height)\" width=\"\(width)\" height=\"\(height)\" "
    svg += "role=\"img\"><title>\(PageMarkup.escaped(line.name))</title>"
    svg += "<desc>\(PageMarkup.escaped(line.description))</desc>"
    for (position, ratio) in line.ratios.enumerated() {
      let cell = offset + position
      let (x, y) = (cell % 7 * Self.side, cell / 7 * Self.side)
      let day = line.firstDay + Int64(position)
      let style = Self.style(of: ratio)
      let shown = ratio.map { "\(format.percent($0)) %" } ?? "–"
      svg += "<g class=\"\(style)\"><title>\(LocalTime.date(ofDay: day)): \(shown)</title>"
      svg += "<rect x=\"\(x + 1)\" y=\"\(y + 1)\" width=\"14\" height=\"14\"/>"
      svg += "<text x=\"\(x + 8)\" y=\"\(y + 11)\">\(LocalTime.civil(ofDay: day).day)</text></g>"
    }
    return svg + "</svg>"
  }

  private static func style(of ratio: Int64?) -> String {
    guard let ratio else { return "none" }
    return classes.first { ratio >= $0.from }?.style ?? "bad"
  }
}
