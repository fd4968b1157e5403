// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// What the schedule asked for and what was done: broadcasts by priority, meetings by attendance.
extension DocumentBuilder {
  /// Nil if no device has a schedule or played anything.
  func broadcasts() -> DocumentTable? {
    // Priorities that nobody used are no columns: the paper is narrow.
    let used = ScheduleFigures.priorities.filter { name in
      has("requested_\(name)_ms") || hasAnnounced(["requested_\(name)_ms"])
    }
    let late = used.filter { hasAnnounced(["requested_\($0)_ms", "played_\($0)_ms"]) }
    let hasMaintenance = has("maintenance_slots")
    let hasVoice = report.devices.contains { ($0.figures["voice_all_bulletins"] ?? 0) > 0 }
    guard !used.isEmpty || hasVoice || hasMaintenance else { return nil }
    var columns: [DocumentTable.Column] = [
      .number(words.number, width: 5), .text(unitHeading, width: 16),
      .name(words.device, width: 22),
    ]
    for name in used {
      let priority = words.priority(name)
      columns += [
        .number(words.requested(priority)), .number(words.played(priority)),
        .number(words.fulfilment(priority)),
      ]
    }
    columns += late.map { .number(words.fulfilmentAnnounced(words.priority($0))) }
    if hasMaintenance { columns.append(.number(words.slotsInMaintenance, width: 9)) }
    columns += [
      .number(words.unverifiable, width: 9), .number(words.voiceShare, width: 11),
      .number(words.voiceBulletins, width: 9), .number(words.allBulletins, width: 9),
    ]
    let figures = ScheduleFigures.broadcasts
    return table(words.broadcastTable, columns, figures + figures.map(FigureNames.announced)) {
      sums in
      used.flatMap { name -> [Cell] in
        let requested = sums["requested_\(name)_ms"] ?? 0
        let played = sums["played_\(name)_ms"] ?? 0
        return [
          .hours(requested), .hours(played),
          .percent(PartsPerMillion.of(played, in: requested), nil, nil),
        ]
      } + late.map { name in
        .percent(
          Self.announcedRatio("played_\(name)_ms", in: "requested_\(name)_ms", sums), nil, nil)
      } + (hasMaintenance ? [.count(sums["maintenance_slots"] ?? 0)] : []) + [
        .count(sums["unverifiable_slots"] ?? 0),
        .percent(
          PartsPerMillion.of(sums["voice_tts_ms"] ?? 0, in: sums["voice_all_ms"] ?? 0), nil, nil),
        .count(sums["voice_tts_bulletins"] ?? 0), .count(sums["voice_all_bulletins"] ?? 0),
      ]
    }
  }

  /// Days on which no schedule was known: devices' own events say what was requested of them.
  var eventOnlyNote: String? {
    let days = report.devices.reduce(0) { $0 + ($1.figures["event_only_days"] ?? 0) }
    return days > 0 ? words.byEventsAlone(format.count(days)) : nil
  }

  /// Nil if no device was to attend a meeting.
  func conferences() -> DocumentTable? {
    let hasMeetings = report.devices.contains { device in
      (ScheduleFigures.meetings + [ScheduleFigures.meetingsInMaintenance]).contains {
        (device.figures[$0] ?? 0) > 0
      }
    }
    guard hasMeetings else { return nil }
    let maintenance = ScheduleFigures.meetingsInMaintenance
    let hasMaintenance = has(maintenance)
    let hasLate = hasAnnounced(["meetings", "meetings_on_time"])
    var columns: [DocumentTable.Column] = [
      .number(words.number, width: 5), .text(unitHeading, width: 16),
      .name(words.device, width: 22),
      .number(words.meetings, width: 8), .number(words.meetingsOnTime, width: 8),
      .number(words.meetingsLate, width: 8), .number(words.meetingsAbsent, width: 8),
      .number(words.unverifiable, width: 8), .number(words.onTimeShare, width: 8),
    ]
    if hasLate { columns.append(.number(words.onTimeShareAnnounced, width: 8)) }
    if hasMaintenance { columns.append(.number(words.meetingsInMaintenance, width: 8)) }
    let figures = ScheduleFigures.meetings + [maintenance]
    return table(words.meetingTable, columns, figures + figures.map(FigureNames.announced)) {
      sums in
      let ratio = PartsPerMillion.of(sums["meetings_on_time"] ?? 0, in: sums["meetings"] ?? 0)
      var cells: [Cell] = ScheduleFigures.meetings.map { .count(sums[$0] ?? 0) }
      cells.append(.percent(ratio, nil, nil))
      if hasLate {
        cells.append(
          .percent(Self.announcedRatio("meetings_on_time", in: "meetings", sums), nil, nil))
      }
      if hasMaintenance { cells.append(.count(sums[maintenance] ?? 0)) }
      return cells
    }
  }

  private func has(_ figure: String) -> Bool {
    report.devices.contains { ($0.figures[figure] ?? 0) != 0 }
  }

  /// Whether any of the figures is another one without what was entered after the fact.
  private func hasAnnounced(_ figures: [String]) -> Bool {
    figures.contains { has(FigureNames.announced($0)) }
  }

  /// Without what was entered after the fact.
  private static func announcedRatio(
    _ part: String, in whole: String, _ sums: [String: Int64]
  ) -> Int64? {
    func announced(_ name: String) -> Int64 {
      (sums[name] ?? 0) + (sums[FigureNames.announced(name)] ?? 0)
    }
    return PartsPerMillion.of(announced(part), in: announced(whole))
  }

  /// A row for each device that has any of the figures, under the sums of its units.
  private func table(
    _ name: String, _ columns: [DocumentTable.Column], _ figures: [String],
    cells: ([String: Int64]) -> [Cell]
  ) -> DocumentTable {
    let own = report.units.map { unit in
      unit.devices.compactMap { device in
        let sums = Dictionary(
          uniqueKeysWithValues: figures.compactMap { name in
            device.figures[name].map { (name, $0) }
          })
        return sums.values.contains { $0 != 0 } ? (device: device, sums: sums) : nil
      }
    }
    var table = DocumentTable(name: name, columns: columns)
    var number = 0
    for (position, unit) in report.units.enumerated() {
      var sums: [String: Int64] = [:]
      for below in subtree(of: position) {
        for entry in own[below] { sums.merge(entry.sums, uniquingKeysWith: +) }
      }
      guard !sums.isEmpty else { continue }
      table.append(
        [.text(""), .text(self.name(of: unit)), .text("")] + cells(sums),
        rank: .group(depth: unit.depth))
      for entry in own[position] {
        number += 1
        table.append(
          [.count(number), .repeated(self.name(of: unit)), .text(self.name(of: entry.device))]
            + cells(entry.sums))
      }
    }
    return table
  }
}
