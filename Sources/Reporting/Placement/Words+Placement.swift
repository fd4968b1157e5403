// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What reports say of units that changed and devices that moved.
extension Words {
  /// The unit's name, with the last day of one that ended within the period.
  func unitName(_ unit: UnitReport) -> String {
    let name = unit.code.isEmpty ? unknownUnit : unit.name.isEmpty ? unit.code : unit.name
    guard let end = unit.validTo else { return name }
    let last = LocalTime.date(ofDay: LocalTime.day(of: end - 1))
    return pick("\(name) (đến hết \(last))", "\(name) (until \(last))")
  }

  /// Nil for a device that stood at its place for the whole period.
  func days(of placement: Placement) -> String? {
    placement.days.map { days in
      let (first, last) = (
        LocalTime.date(ofDay: days.lowerBound), LocalTime.date(ofDay: days.upperBound)
      )
      return first == last
        ? pick("ngày \(first)", "on \(first)")
        : pick("từ \(first) đến \(last)", "from \(first) to \(last)")
    }
  }
}

extension UnitReport {
  package func shownName(in language: Language) -> String {
    Words(language: language).unitName(self)
  }
}

extension Placement {
  package func shownDays(in language: Language) -> String? {
    Words(language: language).days(of: self)
  }
}
