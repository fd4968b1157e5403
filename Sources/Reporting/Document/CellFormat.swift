// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What a cell says to people and to spreadsheet programs.
extension LocalFormat {
  /// On paper, screen and terminal.
  func shown(_ cell: Cell) -> String {
    switch cell {
    case .text(let text), .strong(let text): text
    case .repeated: ""
    case .count(let count): self.count(count)
    case .hours(let length): hours(length)
    case .length(let length): self.length(length)
    case .percent(let ratio, let lowest, let highest):
      shown(percentParts(ratio, lowest, highest))
    case .number(let value, let decimals): number(value, decimals: decimals)
    // Printed like percentages in parts per million.
    case .points(let points): percent(points * 100)
    case .change(let value): (value > 0 ? "+" : "") + number(value)
    case .instant(let instant): self.instant(instant)
    case .day(let day): LocalTime.date(ofDay: day)
    case .absent: "–"
    }
  }

  /// In a `;`-separated file: decimal commas, no marks between thousands, nothing for nothing.
  func plain(_ cell: Cell) -> String {
    switch cell {
    case .repeated(let text): text
    case .absent: ""
    case .count, .hours, .percent, .number, .points, .change:
      String(shown(cell).filter { String($0) != words.thousandsSeparator })
    default: shown(cell)
    }
  }

  func percentParts(
    _ ratio: Int64, _ lowest: Int64?, _ highest: Int64?
  ) -> (ratio: String, bounds: String?) {
    guard let lowest, let highest, highest - lowest >= Self.boundsShownFrom else {
      return (percent(ratio), nil)
    }
    return (percent(ratio), "(\(percent(lowest))–\(percent(highest)))")
  }

  private func shown(_ parts: (ratio: String, bounds: String?)) -> String {
    parts.bounds.map { "\(parts.ratio) \($0)" } ?? parts.ratio
  }
}
