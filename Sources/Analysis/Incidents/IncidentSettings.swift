// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The constants of the incident engine, in one place; `docs/INCIDENTS.md` says what each does and
/// where it comes from.
package enum IncidentSettings {
  // MARK: Hold and time

  /// An onset waits so many report intervals of its device for company, then it is decided.
  package static let holdIntervals: Milliseconds = 2
  /// Added on both sides to when a fault may have struck a device: half a report interval, at most
  /// this. Reports are not sent to the second.
  package static let slackMax: Milliseconds = 60_000
  /// Who has missed so many reports when others are decided counts as one of them.
  static let missedReports: Milliseconds = 2
  /// Back for so many report intervals (of the slowest member), an incident is over.
  package static let resolveIntervals: Milliseconds = 2
  /// What is known late (a silence that only its end tells) finds a resolved incident this long.
  package static let recentFor: Milliseconds = 3_600_000

  // MARK: Choice of a group

  /// The smallest group that explains this share of what began together …
  package static let coverageMin = 0.8
  /// … and of whose devices, as far as anything is known, this share fails. Of many some hold out
  /// for a while, on a battery or by another way; of a few, two that report are no accident.
  package static let agreementMin = 0.8
  package static let agreementOfManyMin = 0.65
  package static let manyFrom = 8

  package static func agreementMin(of deviceCount: Int) -> Double {
    deviceCount < manyFrom ? agreementMin : agreementOfManyMin
  }
  /// Most of what could speak must have spoken.
  package static let spokenMin = 0.8
  /// … and whose count is this improbable by its own history: one in 10,000.
  package static let tailLog10Max = -4.0

  // MARK: Widening

  /// A fault that creeps: who fails this long after the others may have the same reason.
  package static let creepMax: Milliseconds = 3_600_000
  /// Of what a wider group adds, this share has to fail, and so many must be this improbable by
  /// their own history: one in 300, since a fault next to them is certain already.
  package static let addedShareMin = 0.6
  package static let addedTailLog10Max = -2.5
  /// Incidents of single devices are made one from so many on: two may be chance.
  package static let crept = 3
  /// Narrower groups that an incident remembers.
  static let stepsMax = 8
  /// A device that restarts again and again tells so within this.
  static let rebootsTellWithin: Milliseconds = 3_600_000
  /// Were our own uplink down, this share of what was heard before would be silent.
  package static let oursShareMin = 0.9

  // MARK: History

  /// Before anything is known a device begins an alert of a class once in ten days: the prior
  /// counts as one onset in ten days of watching.
  static let priorCount = 1.0
  static let priorDays = 10.0
  /// What lies this long back counts half.
  static let rateHalfLife: Milliseconds = 30 * 86_400_000
  static let flapHalfLife: Milliseconds = 3_600_000
  /// A device flaps from so many faults (each worth half after an hour): three in half an hour …
  package static let flapsToBegin = 2.5
  /// … until no more than this is left of them.
  package static let flapsToEnd = 1.0
  /// Alerts that begin within this are one fault.
  static let oneFault: Milliseconds = 120_000
  /// An incident of devices that flap is looked at again after this.
  static let flapRecheck: Milliseconds = 600_000

  // MARK: Resolving

  /// An incident is over when this share of its devices is back.
  package static let backShareMin = 0.8
  /// A change of the leading cause's probability that is worth a version of its own.
  static let probabilityStep = 0.1
  /// With so many devices an incident is one step graver than the gravest alert in it.
  package static let graverFrom = 20

  // MARK: Bounds

  /// More that wait are decided before their time.
  package static let pendingCountMax = 262_144
  /// Groups that one cluster is taken apart into; what is left stands alone.
  static let groupsOfClusterMax = 64
  static let runnersUpMax = 3
  /// Versions of one incident; after that only its end makes one.
  package static let versionCountMax = 64
  /// Resolved incidents that are remembered for latecomers.
  package static let recentCountMax = 4_096
  /// Our own gaps that are remembered.
  static let gapCountMax = 64
}
