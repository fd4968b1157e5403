// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Numbers with their units and lengths of time, in both languages.
extension AlertWords {
  /// - Parameter unit: as the profile has it (UCUM); braces are notes, `1` is no unit.
  static func quantity(_ number: Double, unit: String?) -> Title {
    let name = unitName(unit ?? "")
    func joined(_ number: String, _ unit: String) -> String {
      unit.isEmpty ? number : unit == "%" ? "\(number)%" : "\(number) \(unit)"
    }
    return Title(
      vi: joined(AlertNumber.vietnamese.text(number), name.vi),
      en: joined(AlertNumber.english.text(number), name.en))
  }

  private static func unitName(_ unit: String) -> Title {
    if unit.hasSuffix("/s"), unit != "kbit/s" {
      let counted = unitName(String(unit.dropLast(2)))
      return Title(vi: "\(counted.vi)/giây", en: "\(counted.en)/s")
    }
    return switch unit {
    case "", "1": Title(vi: "", en: "")
    case "{client}": Title(vi: "máy khách", en: "clients")
    case "{host}": Title(vi: "máy", en: "hosts")
    case "{alert}": Title(vi: "cảnh báo", en: "alerts")
    case "{session}": Title(vi: "lượt", en: "sessions")
    case "{print}": Title(vi: "bản in", en: "prints")
    case "{frame}": Title(vi: "khung hình", en: "frames")
    case "{bulletin}": Title(vi: "bản tin", en: "bulletins")
    case "{call}": Title(vi: "cuộc họp", en: "calls")
    case "s": Title(vi: "giây", en: "s")
    case "min": Title(vi: "phút", en: "min")
    case "h": Title(vi: "giờ", en: "h")
    case "d": Title(vi: "ngày", en: "days")
    case "Cel": Title(vi: "°C", en: "°C")
    case "By": Title(vi: "B", en: "B")
    // A note that nobody put into words here says nothing to a Vietnamese reader.
    case _ where unit.contains("{"):
      Title(vi: "", en: String(unit.filter { $0 != "{" && $0 != "}" }))
    default: Title(vi: unit, en: unit)
    }
  }

  /// In the largest unit of which there are two.
  static func duration(_ length: Milliseconds) -> Title {
    let seconds = max(0, length) / 1_000
    let (count, vi, en) =
      switch seconds {
      case ..<120: (seconds, "giây", "second")
      case ..<7_200: (seconds / 60, "phút", "minute")
      case ..<172_800: (seconds / 3_600, "giờ", "hour")
      default: (seconds / 86_400, "ngày", "day")
      }
    return Title(
      vi: "\(AlertNumber.vietnamese.count(Int(count))) \(vi)",
      en: "\(AlertNumber.english.count(Int(count))) \(en)\(count == 1 ? "" : "s")")
  }

  /// At most two decimals, a decimal point, no group separators: what evidence says to machines.
  static func plain(_ number: Double) -> String {
    guard number.magnitude < 1e15 else { return "\(number)" }
    let hundredths = Int64((number * 100).rounded())
    let (whole, rest) = (hundredths.magnitude / 100, hundredths.magnitude % 100)
    let sign = hundredths < 0 ? "-" : ""
    guard rest > 0 else { return "\(sign)\(whole)" }
    let decimals = rest % 10 == 0 ? "\(rest / 10)" : rest < 10 ? "0\(rest)" : "\(rest)"
    return "\(sign)\(whole).\(decimals)"
  }
}
