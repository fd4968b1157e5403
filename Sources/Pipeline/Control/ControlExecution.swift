// SPDX-License-Identifier: Apache-2.0

import Alerting
import Storage
import Telemetry

/// Carries out commands on a store, one after the other: on the engine's thread while `nhip run`
/// holds the store, else in the command line itself.
struct ControlExecution {
  let store: Store
  let profiles: [Profile]
  /// What an engine should know of devices that are new to it, by number.
  private(set) var states: [Int64: ClockState] = [:]
  private(set) var acknowledged: [Alert] = []
  /// False where a pipeline runs that publishes no alerts.
  private let publishesAlerts: Bool

  /// Told how far a long command has come, 0 to 1.
  private let progress: (Double) -> Void

  init(
    store: Store, profiles: [Profile], publishesAlerts: Bool = true,
    progress: @escaping (Double) -> Void = { _ in }
  ) {
    self.progress = progress
    self.store = store
    self.profiles = profiles
    self.publishesAlerts = publishesAlerts
  }

  /// - Parameter files: what the files of an import say, read beforehand.
  /// - Returns: what to tell the operator.
  mutating func run(
    _ request: ControlRequest, files: ControlFiles?, at now: Milliseconds
  ) throws -> String {
    try request.check()
    let (by, note) = (request.by, request.note)
    switch request.command {
    case .adopt(let commune, let kind, let device, let name, let site):
      let result = try Adoption.adopt(
        DeviceAddress(commune: commune, kind: kind, device: device), name: name, site: site,
        by: by, note: note, at: now, store: store, profiles: profiles)
      states[result.device.number] = result.state
      return "registered as number \(result.device.number); \(Self.text(result.credited))"
    case .move(let device, let site):
      let result = try DeviceMove.move(
        device, to: site, by: by, note: note, at: now, store: store, profiles: profiles)
      return Self.text(result)
    case .replace(let device, let replacement):
      let result = try DeviceReplacement.replace(
        device, with: replacement, by: by, note: note, at: now, store: store, profiles: profiles)
      states[result.new.number] = result.state
      return Self.text(result)
    case .retire(let device, let instant):
      let retired = try DeviceRetirement.retire(
        device, at: instant, by: by, note: note, now: now, store: store)
      return "\(device) retired on \(LocalTime.text(retired.retiredAt ?? now))"
    case .registryImport(_, let isFull, let isDryRun):
      guard case .registry(let registry)? = files else {
        preconditionFailure("an import whose files nobody read")
      }
      let changes = try store.importRegistry(
        registry, full: isFull, by: by, at: now, dryRun: isDryRun)
      return Self.text(changes, isDryRun: isDryRun)
    case .acknowledge(let id):
      let alert = try AlertBook.acknowledge(
        id: id, by: by, note: note ?? "", store: store, isPublished: publishesAlerts, at: now)
      acknowledged.append(alert)
      return "\(id) acknowledged: \(alert.sentence.vi)"
    case .seal(let day):
      var settings = SealRun.Settings()
      settings.progress = progress
      var run = try SealRun(store: store, reader: store, profiles: profiles, settings: settings)
      let text = try run.seal(day: day, at: now)
      return text.isEmpty ? "nothing has changed" : text
    case .calendarImport, .calendarWithdraw, .outageNote, .outageWithdraw, .observedConfirm,
      .observedWithdraw, .scheduleImport, .anomalyVerdict, .anomalyUndo:
      return try runKnowledge(request, files: files, at: now)
    }
  }

  /// Commands by which people say what they know.
  private func runKnowledge(
    _ request: ControlRequest, files: ControlFiles?, at now: Milliseconds
  ) throws -> String {
    switch request.command {
    case .calendarImport(let order):
      guard case .calendar(let events)? = files else {
        preconditionFailure("an import whose files nobody read")
      }
      return try CalendarImport(order: order, store: store, profiles: profiles)
        .run(events, by: request.by, note: request.note, at: now)
    case .scheduleImport(let order):
      guard case .calendar(let events)? = files else {
        preconditionFailure("an import whose files nobody read")
      }
      return try ScheduleImport(order: order, store: store).run(events, by: request.by, at: now)
    case .calendarWithdraw(let entries):
      let withdrawn = try store.withdrawCalendar(entries: entries, by: request.by, at: now)
      return "\(withdrawn.count) entries withdrawn; sealed days that they reach are looked at again"
    case .outageNote(let note):
      guard case .outage(let outage)? = files else {
        preconditionFailure("a note on an outage that nobody looked for")
      }
      return try note.record(outage, in: store, by: request.by, at: now)
    case .outageWithdraw(let id):
      return try OutageNote.withdraw(id, in: store, by: request.by, at: now)
    case .observedConfirm(let interval):
      return try UplinkConfirmation.confirm(
        interval, by: request.by, note: request.note, at: now, store: store)
    case .observedWithdraw(let id):
      let gap = try store.withdrawConfirmedGap(id, by: request.by, at: now)
      return "gap \(gap.id) withdrawn: \(LocalTime.text(gap.interval.start)) – "
        + "\(LocalTime.text(gap.interval.end)) counts as observed again where we could hear"
    case .anomalyVerdict(let id, let verdict):
      return try AnomalyVerdict.give(
        verdict, of: id, in: store, by: request.by, note: request.note, at: now)
    case .anomalyUndo(let id):
      return try AnomalyVerdict.undo(id, in: store, by: request.by, at: now)
    default: preconditionFailure("a command that says nothing that people know")
    }
  }

  private static func text(_ credited: IntakeCounters) -> String {
    "\(credited.readings) readings credited, \(credited.quarantined) to the quarantine"
  }

  private static func text(_ result: DeviceMove.Result) -> String {
    let (before, after) = (result.before, result.after)
    let moved = "\(after.id) moved from \(before.site) to \(after.site)"
    guard result.hasNewTopics else { return "\(moved); its topics stay" }
    return "\(moved); its topics now begin with \(after.topicPrefix)/: the device must be "
      + "configured anew, what it says under \(before.topicPrefix)/ goes to the inbox; "
      + text(result.credited)
  }

  private static func text(_ result: DeviceReplacement.Result) -> String {
    let through =
      result.dependants.isEmpty
      ? "" : "; now reporting through it: \(result.dependants.joined(separator: ", "))"
    return "\(result.new.id) registered as number \(result.new.number) in place of "
      + "\(result.old.id), which is retired; its topics begin with \(result.new.topicPrefix)/; "
      + text(result.credited) + through
  }

  private static func text(_ changes: [RegistryChange], isDryRun: Bool) -> String {
    var lines = changes.map { change in
      let verb = change.before == nil ? "new" : change.after == nil ? "ended" : "changed"
      return "\(verb)\t\(change.entity.rawValue)\t\(change.key)\t\(change.after ?? "")"
    }
    lines.append("\(changes.count) changes\(isDryRun ? ", none taken (--dry-run)" : "")")
    return lines.joined(separator: "\n")
  }
}

extension ControlFailure {
  /// The same status and sentence whether the command line met the error itself or over a socket.
  init(_ error: any Error) {
    switch error {
    case let failure as ControlFailure: self = failure
    case let refusal as DeviceRefusal: self.init(.refused, refusal.description)
    case let refusal as AlertBook.Failure: self.init(.refused, refusal.description)
    case let errors as ConfigurationErrors: self.init(.misconfigured, errors.description)
    case let error as StoreError where error.isRetryable || error.code == .locked:
      self.init(.unavailable, error.description)
    case let error as StoreError where error.code == .invalid:
      self.init(.refused, error.description)
    default: self.init(.failed, "\(error)")
    }
  }
}
