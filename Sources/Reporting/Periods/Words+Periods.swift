// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What periods of reporting are called.
extension Words {
  private static let romanNumbers = ["I", "II", "III", "IV"]

  /// "Tháng 11 năm 2026"; nil for a free range, which has only its dates.
  func name(of period: ReportPeriod) -> String? {
    let first = LocalTime.day(of: period.interval.start)
    switch period.length {
    case nil: return nil
    case .day:
      let date = LocalTime.date(ofDay: first)
      return pick("Ngày \(date)", date)
    case .week:
      let thursday = LocalTime.civil(ofDay: first + 3)
      let newYear = LocalTime.day(year: thursday.year, month: 1, day: 1) ?? first
      let week = (first + 3 - newYear) / 7 + 1
      return pick("Tuần \(week) năm \(thursday.year)", "Week \(week) of \(thursday.year)")
    case .month:
      let (year, month) = (period.number / 12, period.number % 12 + 1)
      return pick("Tháng \(month) năm \(year)", "Month \(month) of \(year)")
    case .quarter:
      let (year, quarter) = (period.number / 4, Int(period.number % 4))
      return pick(
        "Quý \(Self.romanNumbers[quarter]) năm \(year)", "Quarter \(quarter + 1) of \(year)")
    case .year: return pick("Năm \(period.number)", "Year \(period.number)")
    }
  }

  /// Nil if the period is sealed before its report is due.
  func dueWarning(of period: ReportPeriod) -> String? {
    guard period.isDueBeforeSealed, let due = period.dueDay else { return nil }
    let (sealed, day) = (
      LocalTime.date(ofDay: LocalTime.day(of: period.sealsAt)), LocalTime.date(ofDay: due)
    )
    return pick(
      "Kỳ báo cáo được chốt số liệu ngày \(sealed), sau hạn báo cáo \(day): số liệu nộp đúng hạn"
        + " còn là tạm tính",
      "The period is sealed on \(sealed), after its report is due on \(day): figures that are"
        + " handed in on time are provisional")
  }
}

extension ReportPeriod {
  package func name(in language: Language) -> String? { Words(language: language).name(of: self) }

  package func dueWarning(in language: Language) -> String? {
    Words(language: language).dueWarning(of: self)
  }
}
