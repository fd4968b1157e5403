// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// What the account of a figure of use says.
extension Words {
  var figureExplanationTitle: String {
    pick("Giải trình chỉ số sử dụng của thiết bị", "Explanation of a device's figure of use")
  }
  var inTheReport: String { pick("Trong báo cáo", "In the report") }
  var dayHeading: String { pick("Ngày", "Day") }
  var rawValue: String { pick("Trị số gốc", "Exact") }
  var evidenceHeading: String { pick("Ghi chú", "Note") }
  var noFigure: String { pick("không có", "none") }
  var howCounted: String { pick("Cách tính", "How") }
  var firstReading: String { pick("Lần đo đầu", "First reading") }
  var lastReading: String { pick("Lần đo cuối", "Last reading") }
  var adds: String { pick("Đóng góp", "Adds") }
  var noReadingTells: String {
    pick("không có lần đo nào mang trị số này", "no reading carries the value")
  }

  /// How a figure is made, in one or two sentences.
  func definition(of figure: UsageFigure, hold: String) -> String {
    let heading = pick("Cách tính: ", "How it is made: ")
    let held = pick(
      "mỗi trị số có hiệu lực đến lần đo sau, nhiều nhất \(hold); lúc không có số đo không tính.",
      "a value holds until the next reading, \(hold) at most; time without one does not count.")
    switch figure.formula {
    case .total:
      return heading
        + pick(
          "tổng phần tăng của bộ đếm giữa các lần đo liên tiếp. Thiết bị khởi động lại hoặc trị số"
            + " giảm thì đếm lại từ 0. Phần tăng trải đều trên thời gian giữa hai lần đo, nên lần"
            + " bắc qua nửa đêm chia cho hai ngày.",
          "the counter's increments between consecutive readings, added up. After a boot or a fall"
            + " it counts from 0. An increment is spread evenly over the time between its two"
            + " readings, so that one over midnight is shared by two days.")
    case .mean: return heading + pick("trung bình theo thời gian: ", "mean over time: ") + held
    case .maximum:
      return heading
        + pick(
          "trị số lớn nhất trong các lần đo, và lúc đạt lần đầu; không cộng được qua các ngày.",
          "the greatest value of any reading, and when it was first reached; never added up.")
    case .integral:
      return heading + pick("trị số nhân với số phút: ", "the value times its minutes: ") + held
    case .duration:
      let what =
        figure.word.isEmpty ? pick("có", "yes") : "“\(figure.word)”"
      return heading
        + pick("tổng thời gian trị số là \(what): ", "how long the value was \(what): ") + held
    case .sum:
      return heading
        + pick(
          "cộng trị số của mọi lần đo có mang nó, mỗi lần đo một lần.",
          "the values of all readings that carry one, each reading once.")
    case .count:
      let word = "“\(figure.word)”"
      let what = figure.word.isEmpty ? "" : pick(" là \(word)", " that says \(word)")
      return heading
        + pick("số lần đo có trị số\(what), mỗi lần đo một lần.", "readings with a value\(what).")
    }
  }

  /// Which field of the profile it is made of.
  func source(of figure: UsageFigure, metric: Metric?, _ format: LocalFormat) -> String {
    var text = pick("Trường số liệu: ", "Field: ") + figure.metric
    if let metric {
      text += " – \(title(metric.title)), \(pick("đường dẫn", "path")) \(metric.path)"
      if let lowest = metric.lowest, let highest = metric.highest {
        let range = "\(format.number(lowest)) … \(format.number(highest))"
        text += pick(
          "; trị số ngoài khoảng \(range) không tính", "; values outside \(range) do not count")
      }
    }
    if figure.divisor != 1 {
      text += pick("; chia cho ", "; divided by ") + format.number(figure.divisor)
    }
    return text
  }

  func standing(_ standing: FigureExplanation.Standing) -> String {
    switch standing {
    case .sealed(1): pick("đã chốt", "sealed")
    case .sealed(let revision):
      pick("đã chốt, điều chỉnh lần \(revision - 1)", "sealed, revision \(revision - 1)")
    case .partOfSealed:
      pick("một phần của ngày đã chốt", "part of a sealed day")
    case .provisional: pick("tạm tính", "provisional")
    }
  }

  func readingsGone(isSealed: Bool) -> String {
    isSealed
      ? pick(
        "bản ghi đã xoá theo thời hạn lưu, còn số đã chốt",
        "readings deleted by retention; the sealed figure stands")
      : pick("không có số liệu được chốt", "nothing was sealed of it")
  }

  func useLost(_ period: String) -> String {
    pick(
      "\(period): bản ghi đã xoá, chỉ còn số của cả ngày, nên phần này không có trong chỉ số.",
      "\(period): readings are deleted and only whole days are kept, so this part is not counted.")
  }

  func uncovered(_ length: String) -> String {
    pick("\(length) không có số đo", "\(length) without a reading")
  }

  func otherByTodaysRules(_ shown: String) -> String {
    pick(
      "bản ghi tính theo quy tắc hiện nay cho \(shown): số đã chốt giữ nguyên đến lần điều chỉnh",
      "by today's rules its readings give \(shown): what was sealed stands until revised")
  }

  func otherDays(_ count: String) -> String { pick("\(count) ngày khác", "\(count) other days") }

  func together(by formula: UsageFigure.Formula) -> String {
    switch formula {
    case .maximum: pick("Lớn nhất", "Greatest")
    case .mean: pick("Trung bình", "Mean")
    case .total, .integral, .duration, .sum, .count: pick("Cộng", "Together")
    }
  }

  func detail(of day: String) -> String { pick("Chi tiết \(day)", "In detail: \(day)") }
  func byHour(_ rows: Int) -> String {
    pick("hơn \(rows) dòng nên gộp theo giờ", "more than \(rows) lines, so told by the hour")
  }
  func daysCut(_ shown: Int, of all: String) -> String {
    pick(
      "Chỉ in chi tiết \(shown) trong \(all) ngày đầu: chọn kỳ ngắn hơn để xem các ngày khác.",
      "The first \(shown) of \(all) days are told in detail: ask for a shorter period for others.")
  }

  func source(_ row: UsageRow, isDuration: Bool) -> String {
    switch row.source {
    case .growth: pick("bộ đếm tăng", "counter grew")
    case .edge: pick("bắc qua mép ngày, chia theo thời gian", "over the day's edge, shared by time")
    case .silence: pick("tăng qua lúc im lặng, vẫn tính", "grew over a silence, counted")
    case .boot: pick("khởi động lại, đếm từ 0", "booted, counts from 0")
    case .fall: pick("trị số giảm, đếm từ 0", "value fell, counts from 0")
    case .value:
      isDuration && row.amount?.double == 0
        ? pick("giữ trị số khác, không tính", "another value, not counted")
        : pick("giữ trị số", "value held")
    case .event: pick("được tính", "counts")
    case .peak: pick("lớn nhất", "greatest")
    case .nothing: pick("các lần đo có trị số 0", "readings of 0")
    case .hour:
      row.resetCount == 0
        ? pick("cả giờ", "whole hour")
        : pick("cả giờ, đếm lại \(row.resetCount) lần", "whole hour, began anew \(row.resetCount)×")
    }
  }

  /// A value as a reading told it.
  func value(_ value: Value, of metric: Metric?, _ format: LocalFormat) -> String {
    switch value {
    case .absent: return none
    case .word(let word): return word
    case .flag(let flag): return flag ? yes : no
    case .integer, .unsigned, .number:
      if metric?.form == .flag { return value.double == 0 ? no : yes }
      switch value {
      case .integer(let whole): return format.count(whole)
      case .unsigned(let whole): return format.count(whole)
      default: return format.number(value.double ?? 0, decimals: 6)
      }
    }
  }

  /// The unit before the figure's divisor.
  func rawUnit(of figure: UsageFigure, metric: Metric?) -> String {
    switch figure.formula {
    case .duration: "ms"
    case .count: ""
    case .integral: figure.divisor == 1 ? shown(unit: figure.unit) : pick("× phút", "× min")
    case .total, .mean, .maximum, .sum:
      metric.map { $0.unit == "By" ? "B" : shown(unit: $0.unit) } ?? ""
    }
  }
}
