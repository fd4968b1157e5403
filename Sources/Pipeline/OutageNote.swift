// SPDX-License-Identifier: Apache-2.0

import Reporting
import Storage
import Telemetry

/// Why a device was down, as a person says (nguyên nhân ghi nhận): a note on the outage that holds
/// an instant. It changes no figure.
package struct OutageNote: Codable, Sendable, Hashable {
  package static let textLengthMax = 500
  /// An outage that holds the instant is looked for so far around it; it may be longer.
  static let reach: Milliseconds = LocalTime.dayLength

  /// Id of the device.
  package var device: String
  package var at: Milliseconds
  package var cause: String
  package var responsible: String
  package var reference: String

  package init(
    device: String, at: Milliseconds, cause: String, responsible: String = "",
    reference: String = ""
  ) {
    self.device = device
    self.at = at
    self.cause = cause
    self.responsible = responsible
    self.reference = reference
  }

  func check() throws(ControlFailure) {
    for text in [cause, responsible, reference] {
      guard text.count <= Self.textLengthMax, OneLine.holds(text) else {
        throw ControlFailure(
          .refused, "a note is one line of at most \(Self.textLengthMax) characters")
      }
    }
    guard !cause.isEmpty else { throw ControlFailure(.refused, "a note names a cause") }
  }

  /// The outage it is about. Reads readings, so it is asked before the command waits for the
  /// engine.
  func outage(in store: Store, profiles: [Profile]) throws -> ListedOutage {
    try check()
    let registry = try store.registry()
    guard registry.devices.contains(where: { $0.id == device }) else {
      let nearest = NearestName.nearest(to: device, in: registry.devices.map(\.id))
      throw ControlFailure(
        .refused,
        "no device is called '\(device)'" + (nearest.map { ", did you mean '\($0)'?" } ?? ""))
    }
    let period = Interval(start: at - Self.reach, end: at + Self.reach)
    let outages = try ListedOutages.build(
      store: store, profiles: profiles, period: period, device: device)
    if let found = outages.first(where: { $0.outage.interval.contains(at) }) { return found }
    let near = outages.map {
      let interval = $0.outage.interval
      return "\(LocalTime.text(interval.start)) – \(LocalTime.text(interval.end))"
    }
    throw ControlFailure(
      .refused,
      "no outage of \(device) holds \(LocalTime.text(at)); "
        + (near.isEmpty ? "there is none within a day of it" : "near it: "
          + near.joined(separator: ", ")))
  }

  /// - Returns: what to tell the operator.
  func record(
    _ listed: ListedOutage, in store: Store, by actor: String, at now: Milliseconds
  ) throws -> String {
    let interval = listed.outage.interval
    _ = try store.record(
      RecordedCause(
        device: listed.device.number, at: at, cause: cause, responsible: responsible,
        reference: reference, enteredAt: now, enteredBy: actor),
      replacingIn: interval)
    let replaced = listed.recorded.map { ", in place of '\($0.cause)'" } ?? ""
    return "noted of the outage of \(device) from \(LocalTime.text(interval.start)) to "
      + "\(LocalTime.text(interval.end))\(replaced)"
  }

  /// - Returns: what to tell the operator.
  static func withdraw(
    _ id: Int64, in store: Store, by actor: String, at now: Milliseconds
  ) throws -> String {
    let cause = try store.withdrawRecordedCause(id, by: actor, at: now)
    let device = try store.registry().devices.first { $0.number == cause.device }
    return "note \(id) withdrawn: '\(cause.cause)' of \(device?.id ?? "\(cause.device)"), "
      + "\(LocalTime.text(cause.at))"
  }
}
