// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What the account of a target says.
extension Words {
  var indicatorExplanationTitle: String { pick("Giải trình chỉ tiêu", "Explanation of a target") }
  var howMade: String { pick("Cách tính", "How it is made") }
  var previousResult: String { pick("Kết quả kỳ trước", "Result of the period before") }
  var notCompared: String { pick("không có số liệu kỳ trước", "nothing is known of it") }
  var counted: String { pick("Đối tượng được tính", "What counts") }
  var belongsTo: String { pick("Thuộc", "Belongs to") }
  var nothingCounted: String {
    pick("Không có đối tượng nào để tính.", "There is nothing to count.")
  }
  var noDeviceTells: String {
    pick("không có thiết bị nào như vậy lúc cuối kỳ", "no such device at the end of the period")
  }
  func devicesCut(_ count: String) -> String {
    pick("… và \(count) thiết bị khác", "… and \(count) more devices")
  }

  func outcome(_ outcome: IndicatorOutcome) -> String {
    switch outcome {
    case .good: pick("đạt", "good")
    case .bad: pick("không đạt", "not")
    case .unknown: pick("chưa rõ (không có số liệu)", "undecided (no data)")
    }
  }

  func lineVerdict(isShort: Bool) -> String {
    isShort ? pick("dưới kế hoạch", "short of the plan") : pick("đạt kế hoạch", "as planned")
  }

  // MARK: Formulas

  /// The formula with its parameters, as a sentence.
  func formula(
    of indicator: Indicator, availabilityTarget: Int64, _ format: LocalFormat
  ) -> String {
    let parameters = indicator.parameters
    let days = format.exactPercent(parameters.daysMin ?? Indicator.daysMinDefault)
    let target = format.exactPercent(availabilityTarget)
    let device = devicePhrase(parameters)
    let units = level(parameters.unitLevel ?? "").lowercased()
    let working = pick(
      " đạt độ khả dụng \(target) % trong ít nhất \(days) % số ngày có số liệu",
      " that reached \(target) % availability on at least \(days) % of its days with data")
    switch indicator.formula {
    case .unitsWithDevice:
      return pick(
        "số \(units) có \(device) lúc cuối kỳ ÷ tổng số \(units) trong danh mục.",
        "\(units) with \(device) at the end of the period ÷ all \(units) of the registry.")
    case .unitsWorking:
      return pick(
        "số \(units) có \(device)\(working) ÷ tổng số \(units).",
        "\(units) with \(device)\(working) ÷ all \(units).")
    case .coverageByAreaClass:
      let classes = (parameters.areaClasses ?? []).joined(separator: ", ")
      return pick(
        "số \(units) thuộc khu vực \(classes) có \(device)\(working) ÷ tổng số \(units) thuộc khu"
          + " vực ấy.",
        "\(units) of area class \(classes) with \(device)\(working) ÷ all \(units) of that class.")
    case .unitsReady:
      let wanted = format.exactPercent(
        parameters.availabilityMin ?? Indicator.availabilityMinDefault)
      return pick(
        "số \(units) có \(device) đạt độ khả dụng dịch vụ \(wanted) % ÷ tổng số \(units).",
        "\(units) with \(device) whose service availability is \(wanted) % ÷ all \(units).")
    default: return deviceFormula(of: indicator, device: device, target: target, format)
    }
  }

  private func deviceFormula(
    of indicator: Indicator, device: String, target: String, _ format: LocalFormat
  ) -> String {
    let parameters = indicator.parameters
    switch indicator.formula {
    case .fulfilment:
      let which = parameters.priority.map { pick(" mức ", " of priority ") + priority($0.rawValue) }
      return pick(
        "thời lượng đã phát ÷ thời lượng lịch yêu cầu của bản tin\(which ?? ""); khung giờ chưa xác"
          + " minh được không tính.",
        "time played ÷ time requested of bulletins\(which ?? ""); what is unverifiable counts in"
          + " neither.")
    case .aiVoice:
      let isMinutes = (parameters.measure ?? .minutes) == .minutes
      return isMinutes
        ? pick("thời lượng giọng AI ÷ tổng thời lượng đã phát.", "time by AI voice ÷ time played.")
        : pick("số bản tin giọng AI ÷ tổng số bản tin.", "bulletins by AI voice ÷ all bulletins.")
    case .meetingsOnTime:
      return pick(
        "số lượt dự hội nghị đúng giờ ÷ tổng số lượt được mời.",
        "meetings attended on time ÷ all meetings.")
    case .devicesAtTarget:
      return pick(
        "số \(device) có độ khả dụng từ \(target) % ÷ tổng số đang sử dụng lúc cuối kỳ.",
        "\(device) with availability of \(target) % ÷ those in service at the end.")
    case .devicesAlive:
      let within = format.length(parameters.within ?? Indicator.withinDefault)
      return pick(
        "số \(device) còn tín hiệu trong \(within) cuối kỳ ÷ tổng số đang sử dụng lúc cuối kỳ.",
        "\(device) heard in the last \(within) of the period ÷ those in service at the end.")
    case .devicesWithFlag:
      let days = format.exactPercent(parameters.daysMin ?? Indicator.flagDaysMinDefault)
      let flag = parameters.flag ?? ""
      return pick(
        "số \(device) có \(flag) trong ít nhất \(days) % số ngày có báo ÷ tổng số đang sử dụng.",
        "\(device) with \(flag) on at least \(days) % of the days that say ÷ those in service.")
    case .systemsAtLevel:
      let levels = (parameters.securityLevels ?? []).map(String.init).joined(separator: ", ")
      let which = levels.isEmpty ? "" : pick(" cấp độ \(levels)", " of level \(levels)")
      return pick(
        "số hệ thống thông tin\(which) đã phê duyệt và có biện pháp ÷ tổng số.",
        "information systems\(which) approved with measures in place ÷ all.")
    case .dataAgainstQuota:
      return pick(
        "số SIM dùng trong hạn mức (\(parameters.figure ?? "")) ÷ số thiết bị có hạn mức.",
        "SIM cards within their quota (\(parameters.figure ?? "")) ÷ devices with a quota.")
    case .unitsWithDevice, .unitsWorking, .unitsReady, .coverageByAreaClass: return ""
    }
  }

  private func devicePhrase(_ parameters: Indicator.Parameters) -> String {
    let kind = parameters.kind.map { pick("thiết bị \($0)", "a \($0)") }
    let site = parameters.siteType.map { pick(" tại điểm \($0)", " at a \($0)") }
    return (kind ?? pick("thiết bị", "a device")) + (site ?? "")
  }

  // MARK: Figures of a device

  /// What an indicator looked at.
  func figure(
    of facts: DeviceFacts, in explanation: IndicatorExplanation, _ format: LocalFormat
  ) -> String {
    let parameters = explanation.result.indicator.parameters
    switch explanation.result.indicator.formula {
    case .unitsWithDevice: return facts.device.kind
    case .unitsWorking, .coverageByAreaClass:
      return pick(
        "\(facts.daysAtTarget)/\(facts.daysJudged) ngày đạt",
        "\(facts.daysAtTarget) of \(facts.daysJudged) days")
    case .unitsReady:
      guard let lowest = facts.service?.ratioLowest, let highest = facts.service?.ratioHighest
      else { return pick("chưa rõ độ khả dụng dịch vụ", "service availability not known") }
      let bounds =
        lowest == highest
        ? format.percent(lowest) : "\(format.percent(lowest))–\(format.percent(highest))"
      return pick("độ khả dụng dịch vụ \(bounds) %", "service availability \(bounds) %")
    case .devicesAtTarget:
      let all = facts.up + facts.down
      if all == 0, facts.unobserved == 0 {
        return pick("không có thời gian nào được tính trong kỳ", "no time of the period counted")
      }
      let share = all > 0 ? format.percent(Int64(Int128(facts.up) * 1_000_000 / Int128(all))) : "–"
      return pick(
        "hoạt động \(format.hours(facts.up)) giờ, gián đoạn \(format.hours(facts.down)) giờ:"
          + " \(share) %",
        "up \(format.hours(facts.up)) h, down \(format.hours(facts.down)) h: \(share) %")
    case .devicesAlive:
      return facts.lastHeard.map {
        pick("tín hiệu cuối \(format.instant($0))", "last heard \(format.instant($0))")
      } ?? pick("chưa từng có tín hiệu trong kỳ", "never heard in the period")
    case .devicesWithFlag:
      let flag = parameters.flag ?? ""
      let (ready, known) = (facts.sums["\(flag)_ready"] ?? 0, facts.sums["\(flag)_known"] ?? 0)
      return pick("\(ready)/\(known) ngày có \(flag)", "\(flag) on \(ready) of \(known) days")
    case .dataAgainstQuota:
      let used = parameters.figure.flatMap { facts.usage[$0] }
      let quota = facts.device.simQuotaMegabytes.map { format.count($0) } ?? "–"
      return "\(used.map { format.number(Double($0) / 1e6) } ?? "–") / \(quota) MB"
    case .fulfilment, .aiVoice, .meetingsOnTime, .systemsAtLevel: return ""
    }
  }

  func system(_ system: InformationSystem) -> String {
    let approved = system.approvedOn.map { LocalTime.date(ofDay: LocalTime.day(of: $0)) }
    let measures = system.measuresInPlace ? yes : no
    return pick(
      "cấp độ \(system.securityLevel), phê duyệt \(approved ?? "chưa"), có biện pháp: \(measures)",
      "level \(system.securityLevel), approved \(approved ?? "not yet"), measures: \(measures)")
  }
}
