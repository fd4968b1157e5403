// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// What the schedule asked for and what was done: broadcasts by priority, meetings by attendance.
extension DocumentBuilder {
  /// Nil if no device has a schedule or played anything.
  func broadcasts() -> DocumentTable? {
    // Priorities that nobody used are no columns: the paper is narrow.
    let used = ScheduleFigures.priorities.filter { name in
      report.devices.contains { ($0.figures["requested_\(name)_ms"] ?? 0) > 0 }
    }
    let hasVoice = report.devices.contains { ($0.figures["voice_all_bulletins"] ?? 0) > 0 }
    guard !used.isEmpty || hasVoice else { return nil }
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
    columns += [
      .number(words.unverifiable, width: 9), .number(words.voiceShare, width: 11),
      .number(words.voiceBulletins, width: 9), .number(words.allBulletins, width: 9),
    ]
    return table(words.broadcastTable, columns, ScheduleFigures.broadcasts) { sums in
      used.flatMap { name -> [Cell] in
        let requested = sums["requested_\(name)_ms"] ?? 0
        let played = sums["played_\(name)_ms"] ?? 0
        return [
          .hours(requested), .hours(played),
          .percent(PartsPerMillion.of(played, in: requested), nil, nil),
        ]
      } + [
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
      ScheduleFigures.meetings.contains { (device.figures[$0] ?? 0) > 0 }
    }
    guard hasMeetings else { return nil }
    let columns: [DocumentTable.Column] = [
      .number(words.number, width: 5), .text(unitHeading, width: 16),
      .name(words.device, width: 22),
      .number(words.meetings, width: 8), .number(words.meetingsOnTime, width: 8),
      .number(words.meetingsLate, width: 8), .number(words.meetingsAbsent, width: 8),
      .number(words.unverifiable, width: 8), .number(words.onTimeShare, width: 8),
    ]
    return table(words.meetingTable, columns, ScheduleFigures.meetings) { sums in
      ScheduleFigures.meetings.map { .count(sums[$0] ?? 0) } + [
        .percent(
          PartsPerMillion.of(sums["meetings_on_time"] ?? 0, in: sums["meetings"] ?? 0), nil, nil)
      ]
    }
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
