// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry

/// What an operator may ask of a store that `nhip run` holds. Alone, the command line carries out
/// the same command itself.
package enum ControlCommand: Codable, Sendable, Hashable {
  case adopt(commune: String, kind: String, device: String, name: String, site: String)
  case move(device: String, site: String)
  case replace(device: String, with: String)
  /// Without an instant the device is retired now.
  case retire(device: String, at: Milliseconds?)
  /// A folder of registry files, which the nhip that carries it out must be able to read.
  case registryImport(directory: String, isFull: Bool, isDryRun: Bool)
  /// Somebody knows of the alert with this id; the note goes with it.
  case acknowledge(alert: String)
  /// A local day, counted from 1970-01-01, with all unsealed days before it; without one, what is
  /// due.
  case seal(day: Int64?)
  case calendarImport(CalendarOrder)
  case scheduleImport(ScheduleOrder)
  /// Entries of calendars, by id.
  case calendarWithdraw(entries: [Int64])
  case outageNote(OutageNote)
  /// A note on an outage, by id.
  case outageWithdraw(note: Int64)
  /// Our own uplink was down.
  case observedConfirm(Interval)
  /// A confirmed gap, by id.
  case observedWithdraw(gap: Int64)
  /// What somebody says of an anomaly, by the id of its alert; the note goes with it.
  case anomalyVerdict(alert: String, verdict: AnomalyFeedback.Verdict)
  /// Takes that back.
  case anomalyUndo(alert: String)

  /// Whether messages may have to be decoded to carry it out.
  var needsProfiles: Bool {
    switch self {
    case .adopt, .move, .replace, .registryImport, .seal, .calendarImport, .outageNote: true
    case .retire, .acknowledge, .calendarWithdraw, .outageWithdraw, .observedConfirm,
      .observedWithdraw, .scheduleImport, .anomalyVerdict, .anomalyUndo:
      false
    }
  }

  /// Whether it says anew when which device has to serve.
  var changesPlans: Bool {
    switch self {
    case .adopt, .move, .replace, .registryImport, .calendarImport, .calendarWithdraw,
      .scheduleImport:
      true
    case .retire, .acknowledge, .seal, .outageNote, .outageWithdraw, .observedConfirm,
      .observedWithdraw, .anomalyVerdict, .anomalyUndo:
      false
    }
  }

  /// Whether anomalies are told by other measures behind it.
  var changesFeedback: Bool {
    switch self {
    case .anomalyVerdict, .anomalyUndo: true
    default: false
    }
  }
}

/// A command, and who gives it: one line of JSON on the socket.
package struct ControlRequest: Codable, Sendable, Hashable {
  /// Longer ones are no names.
  package static let actorLengthMax = 200
  package static let noteLengthMax = 2_000

  package var command: ControlCommand
  package var by: String
  package var note: String?

  package init(_ command: ControlCommand, by: String, note: String? = nil) {
    self.command = command
    self.by = by
    self.note = note
  }

  /// The history prints both on one line.
  func check() throws(ControlFailure) {
    guard !by.isEmpty, by.count <= Self.actorLengthMax, OneLine.holds(by) else {
      throw ControlFailure(
        .refused, "who gives a command is a name of 1 to \(Self.actorLengthMax) characters")
    }
    guard let note else { return }
    guard note.count <= Self.noteLengthMax, OneLine.holds(note) else {
      throw ControlFailure(
        .refused, "a note is one line of at most \(Self.noteLengthMax) characters")
    }
  }
}

/// The answer to one request: one line of JSON as well.
struct ControlReply: Codable, Sendable, Hashable {
  var status: ControlStatus
  /// The result, or one sentence that says what is wrong.
  var text: String

  init(_ status: ControlStatus, _ text: String) {
    self.status = status
    self.text = text
  }

  init(_ failure: ControlFailure) { self.init(failure.status, failure.text) }
}

package enum ControlStatus: String, Codable, Sendable {
  case done
  /// The command does not fit what is registered, or is none; nothing was changed.
  case refused
  /// Files that the command names are wrong.
  case misconfigured
  /// The same command may succeed later.
  case unavailable
  case failed
}

/// A command that was not carried out, as both ways to carry it out report it.
package struct ControlFailure: Error, Sendable, Hashable, CustomStringConvertible {
  package let status: ControlStatus
  package let text: String

  package init(_ status: ControlStatus, _ text: String) {
    self.status = status
    self.text = text
  }

  package var description: String { text }
}
