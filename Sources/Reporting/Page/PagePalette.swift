// SPDX-License-Identifier: Apache-2.0

/// The colours of the page, as 0xRRGGBB, by what they mean; tests compute their contrasts.
enum PagePalette {
  /// What text and lines are drawn with; figures bring their own, the same on any background.
  struct Scheme {
    var ink, paper, line: UInt32
    /// Behind the sums of units.
    var band: UInt32
    /// Text that somebody has to act on.
    var bad: UInt32
    /// Of a chart.
    var bar: UInt32

    var variables: String {
      [("ink", ink), ("paper", paper), ("line", line), ("band", band), ("bad", bad), ("bar", bar)]
        .map { "--\($0.0):\(PagePalette.shown($0.1))" }.joined(separator: ";")
    }
  }

  static let light = Scheme(
    ink: 0x1A1A1A, paper: 0xFFFFFF, line: 0xB5B5B5, band: 0xEEF2F5, bad: 0xA3121F, bar: 0x3B6EA5)
  static let dark = Scheme(
    ink: 0xE8E8E8, paper: 0x16181B, line: 0x555555, band: 0x23282D, bad: 0xFF8A8A, bar: 0x7FB0E6)
  static let print = Scheme(
    ink: 0x000000, paper: 0xFFFFFF, line: 0x777777, band: 0xEEEEEE, bad: 0x000000, bar: 0x555555)

  /// Of strips, from light to dark: a grey copy keeps the order.
  static let states: [(style: String, fill: UInt32)] = [
    ("excluded", 0xFFFFFF), ("up", 0x9BD0A8), ("unobserved", 0x9A9A9A), ("maintenance", 0x3F69AD),
    ("down", 0x6D0F22),
  ]

  /// Of calendars, from light to dark: the darker, the worse; with the colour of the day's number.
  static let days: [(style: String, fill: UInt32, text: UInt32)] = [
    ("none", 0xFFFFFF, 0x1A1A1A), ("good", 0xE3F2E6, 0x1A1A1A), ("fair", 0xE8BF5A, 0x1A1A1A),
    ("poor", 0xC96F2E, 0x1A1A1A), ("bad", 0x6D0F22, 0xFFFFFF),
  ]

  static func shown(_ colour: UInt32) -> String {
    let digits = String(colour, radix: 16)
    return "#" + String(repeating: "0", count: 6 - digits.count) + digits
  }

  /// The rules of the style sheet for what figures are filled with.
  static var fills: String {
    let states = states.map { ".\($0.style){fill:\(shown($0.fill))}" }
    let days = days.map {
      ".\($0.style),.\($0.style) rect{fill:\(shown($0.fill))}"
        + ".calendars .\($0.style) text{fill:\(shown($0.text))}"
    }
    return (states + days).joined(separator: "\n")
  }
}
