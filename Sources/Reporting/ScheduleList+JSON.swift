// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The slots of a period for programs: docs/SCHEDULE.md says what each key is.
extension ScheduleList {
  /// One object a line (``JSONLines``), in the order of the text.
  package var json: [String] { JSONLines.of(lines.map(SlotLine.init)) }

  private struct SlotLine: Encodable {
    var commune, slot, kind, prog, title, prio, voice, src, enteredBy: String
    var version, deviceCount: Int
    var start, end, requestedMs, receivedAt: Milliseconds
    var devices, units, notRegistered: [String]
    var cancelled: Bool

    init(_ line: Line) {
      let slot = line.slot
      (commune, self.slot, version) = (slot.commune, slot.id, slot.version)
      (kind, prog, title) = (slot.kind.rawValue, slot.programme, slot.title)
      (prio, voice, src) = (slot.priority.word, slot.voice.rawValue, slot.source)
      (start, end, requestedMs) = (slot.interval.start, slot.interval.end, slot.requested)
      (receivedAt, enteredBy, cancelled) = (slot.receivedAt, slot.enteredBy, slot.isCancelled)
      (devices, units, deviceCount) = (slot.devices, slot.units, line.deviceCount)
      notRegistered = line.unknownDevices + line.unknownUnits
    }
  }
}
