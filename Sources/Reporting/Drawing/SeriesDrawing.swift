// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Draws a series as SVG. The band is a pale area, the readings a thin dark line and anomalies
/// triangles on lines of dashes, so that a grey copy still tells them apart.
struct SeriesDrawing {
  static let width = 960
  static let height = 300
  private static let left = 84.0
  private static let right = 936.0
  private static let top = 34.0
  private static let bottom = 252.0
  /// The sentences of so many anomalies stand in the description.
  private static let describedMax = 3

  private let picture: SeriesPicture
  private let isFile: Bool
  private let words: Words
  private let format: LocalFormat
  private let scale: PictureScale
  private let calendar: PictureCalendar
  private let columns: [Column]

  /// What stands in one pixel's width.
  private struct Column {
    var x: Double
    var rung: SeriesLadder.Rung
  }

  init(_ picture: SeriesPicture, isFile: Bool) {
    self.picture = picture
    self.isFile = isFile
    words = Words(language: picture.language)
    format = LocalFormat(words: words)
    let ladder = picture.ladder
    let calendar = PictureCalendar(start: ladder.start ?? 0, end: ladder.end)
    scale = Self.scale(of: ladder)
    self.calendar = calendar
    var columns: [Column] = []
    for (position, rung) in ladder.rungs.enumerated() {
      guard let rung else { continue }
      let x = Self.x(ladder.time(ofRung: position), calendar)
      if let last = columns.last, Int(last.x) == Int(x), !rung.isAfterGap {
        columns[columns.count - 1].rung.add(rung)
      } else {
        columns.append(Column(x: x, rung: rung))
      }
    }
    self.columns = columns
  }

  var markup: String {
    var svg = "<svg class=\"series\" viewBox=\"0 0 \(Self.width) \(Self.height)\""
    if isFile {
      svg += " xmlns=\"http://www.w3.org/2000/svg\" xml:lang=\"\(picture.language.rawValue)\""
      svg += " width=\"\(Self.width)\" height=\"\(Self.height)\""
    }
    svg += " role=\"img\"><title>\(escaped(picture.title))</title>"
    svg += "<desc>\(escaped(description))</desc>\n"
    if isFile {
      svg += "<style>\(SeriesStyle.file)</style>\n"
      svg += "<rect class=\"ground\" width=\"\(Self.width)\" height=\"\(Self.height)\"/>\n"
    }
    svg += legend + axes
    if picture.isEmpty {
      svg += "<text x=\"\(Self.width / 2)\" y=\"143\" class=\"middle\">"
      svg += "\(escaped(words.pictureEmpty))</text>\n"
    } else {
      svg += "<path class=\"range\" d=\"\(band)\"/>\n<path class=\"values\" d=\"\(values)\"/>\n"
      for mark in picture.marks { svg += drawn(mark) }
    }
    return svg + "</svg>"
  }

  /// What is drawn, in words.
  var description: String {
    guard let start = picture.ladder.start, let lowest = picture.ladder.lowest,
      let highest = picture.ladder.highest
    else { return words.pictureEmpty }
    let end = picture.ladder.end
    let period = "\(format.instant(start)) \(words.until) \(format.instant(end))"
    var text = words.pictureDescription(
      period: period, lowest: format.measured(lowest, unit: picture.unit),
      highest: format.measured(highest, unit: picture.unit),
      anomalies: format.count(picture.anomalyCount))
    if picture.anomalyCount > picture.marks.count {
      text += words.pictureDrawn(format.count(picture.marks.count))
    }
    for mark in gravest { text += " \(format.instant(mark.time)): \(mark.sentence)." }
    return text
  }

  private var gravest: [SeriesPicture.Mark] {
    picture.marks.sorted { ($1.severity, $0.time) < ($0.severity, $1.time) }
      .prefix(Self.describedMax).sorted { $0.time < $1.time }
  }

  // MARK: The frame

  private var legend: String {
    var svg = "<text x=\"\(Self.text(Self.left))\" y=\"18\" class=\"name\">"
    svg += "\(escaped(shortTitle))</text>\n"
    let entries: [(x: Int, key: String, name: String)] = [
      (556, "<path class=\"values\" d=\"M556 14h22\"/>", words.pictureValues),
      (668, "<path class=\"range\" d=\"M668 8h22v11h-22z\"/>", words.pictureBand),
      (836, "<path class=\"alarm\" d=\"M846 8h12l-6 10z\"/>", words.pictureAnomaly),
    ]
    for entry in entries {
      svg += "\(entry.key)<text x=\"\(entry.x + 28)\" y=\"18\">\(escaped(entry.name))</text>\n"
    }
    return svg
  }

  /// As much of the title as stands beside the legend.
  private var shortTitle: String {
    let unit = words.shown(unit: picture.unit)
    let room = 56 - (unit.isEmpty ? 0 : unit.count + 3)
    let title = picture.title
    let short = title.count > room ? "\(title.prefix(max(1, room - 1)))…" : title
    return unit.isEmpty ? short : "\(short) (\(unit))"
  }

  private var axes: String {
    let (left, right) = (Self.text(Self.left), Self.text(Self.right))
    let (top, bottom) = (Self.text(Self.top), Self.text(Self.bottom))
    var svg = "<path class=\"axis\" d=\"M\(left) \(top)V\(bottom)H\(right)\"/>\n"
    guard !picture.isEmpty else { return svg }
    for tick in scale.ticks {
      let y = y(tick)
      svg += "<path class=\"grid\" d=\"M\(left) \(Self.text(y))H\(right)\"/>"
      svg += "<text x=\"\(Self.text(Self.left - 6))\" y=\"\(Self.text(y + 4))\" class=\"end\">"
      svg += "\(escaped(format.measured(tick)))</text>\n"
    }
    for tick in calendar.ticks {
      let x = Self.x(tick.time, calendar)
      svg += "<path class=\"axis\" d=\"M\(Self.text(x)) \(bottom)v5\"/>"
      svg += "<text x=\"\(Self.text(x))\" y=\"270\" class=\"middle\">\(tick.label)</text>\n"
    }
    let first = format.instant(picture.ladder.start ?? 0)
    let last = format.instant(picture.ladder.end)
    svg += "<text x=\"\(right)\" y=\"292\" class=\"end\">"
    return svg + "\(escaped("\(first) – \(last) (\(words.timeZone))"))</text>\n"
  }

  // MARK: What was measured

  /// There and back again, a shape for each run of readings that were judged.
  private var band: String {
    var path = ""
    var run: [(x: Double, lower: Double, upper: Double)] = []
    func close() {
      guard let first = run.first else { return }
      // A run of one reading is as wide as a pixel.
      if run.count == 1 { run.append((first.x + 1, first.lower, first.upper)) }
      path += "M" + run.map { "\(Self.text($0.x)) \(Self.text($0.upper))" }.joined(separator: "L")
      path +=
        "L"
        + run.reversed().map { "\(Self.text($0.x)) \(Self.text($0.lower))" }
        .joined(separator: "L") + "z"
      run = []
    }
    for column in columns {
      if column.rung.isAfterGap || column.rung.band == nil { close() }
      guard let band = column.rung.band else { continue }
      run.append((column.x, y(band.lowerBound), y(band.upperBound)))
    }
    close()
    return path
  }

  private var values: String {
    var path = ""
    for (position, column) in columns.enumerated() {
      let (x, rung) = (Self.text(column.x), column.rung)
      let first = Self.text(y(rung.first))
      path += position == 0 || rung.isAfterGap ? "M\(x) \(first)h0" : "L\(x) \(first)"
      var last = first
      for value in [rung.lowest, rung.highest, rung.last] {
        let next = Self.text(y(value))
        if next != last { path += "V\(next)" }
        last = next
      }
    }
    return path
  }

  private func drawn(_ mark: SeriesPicture.Mark) -> String {
    let x = Self.x(mark.time, calendar)
    let (at, top) = (Self.text(x), Self.text(Self.top))
    var svg = "<g class=\"alarm\"><title>"
    svg += escaped("\(format.instant(mark.time)): \(mark.sentence)") + "</title>"
    svg += "<path class=\"dashes\" d=\"M\(at) \(top)V\(Self.text(Self.bottom))\"/>"
    svg += "<path d=\"M\(Self.text(x - 6)) \(top)h12l-6 10z\"/>"
    svg += "<circle cx=\"\(at)\" cy=\"\(Self.text(y(mark.value)))\" r=\"3.5\"/></g>\n"
    return svg
  }

  // MARK: Places

  /// From the lowest to the highest value, and the band as far as it is of their size: one wide
  /// band at the start must not press the series into a line.
  private static func scale(of ladder: SeriesLadder) -> PictureScale {
    guard let lowest = ladder.lowest, let highest = ladder.highest else {
      return PictureScale(lowest: 0, highest: 1)
    }
    let room = highest / 2 - lowest / 2
    let bands = ladder.rungs.lazy.compactMap { $0?.band }
    let least = bands.map(\.lowerBound).filter(\.isFinite).min() ?? lowest
    let most = bands.map(\.upperBound).filter(\.isFinite).max() ?? highest
    return PictureScale(
      lowest: max(min(lowest, least), max(lowest - room, -.greatestFiniteMagnitude)),
      highest: min(max(highest, most), min(highest + room, .greatestFiniteMagnitude)))
  }

  private static func x(_ time: Milliseconds, _ calendar: PictureCalendar) -> Double {
    left + calendar.share(time) * (right - left)
  }

  private func y(_ value: Double) -> Double {
    Self.bottom - scale.share(value) * (Self.bottom - Self.top)
  }

  /// Tenths of a pixel.
  private static func text(_ place: Double) -> String {
    let tenths = Int((place * 10).rounded())
    let (whole, rest) = (abs(tenths) / 10, abs(tenths) % 10)
    return (tenths < 0 ? "-" : "") + (rest == 0 ? "\(whole)" : "\(whole).\(rest)")
  }

  /// XML has no place for most control characters, not even escaped.
  private func escaped(_ text: String) -> String {
    let allowed = text.unicodeScalars.filter {
      $0.value >= 0x20 && $0.value != 0xFFFE && $0.value != 0xFFFF
    }
    return PageMarkup.escaped(String(String.UnicodeScalarView(allowed)))
  }
}
