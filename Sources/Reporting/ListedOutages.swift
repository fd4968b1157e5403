// SPDX-License-Identifier: Apache-2.0

import Analysis
import Storage
import Telemetry

/// An outage of a period, with what a person recorded of it.
package struct ListedOutage: Sendable, Hashable {
  package var device: Device
  package var unitName: String
  package var outage: Outage
  package var recorded: RecordedCause?
}

/// The outages of a period as people ask for them, and what they propose of our own uplink.
package enum ListedOutages {
  /// - Parameters:
  ///   - unit: code of a unit: devices in it and below it; nil means all.
  ///   - device: id of one device; nil means all.
  /// - Returns: by beginning, then by device.
  /// - Throws: `StoreError`.
  package static func build(
    store: Store, profiles: [Profile], period: Interval, unit: String? = nil,
    device: String? = nil
  ) throws -> [ListedOutage] {
    let (scope, accounts, observed) = try read(
      store, profiles: profiles, period: period, unit: unit, device: device)
    let settings = try UptimeSettings.inForce(in: store)
    let now = accounts.knownUntil(observed)
    let causes = Dictionary(
      grouping: try store.recordedCauses(from: .min, to: .max), by: \.device)
    var listed: [ListedOutage] = []
    for device in scope.devices {
      guard let profile = scope.profiles[device.kind], let account = accounts[device.number]
      else { continue }
      let availability = Report.judge(
        account.history, kept: accounts.kept,
        terms: scope.terms(of: device, profile: profile, settings: settings), period: period,
        now: now, observed: observed)
      for outage in availability.outages {
        listed.append(
          ListedOutage(
            device: device, unitName: scope.unit(of: device)?.name ?? "", outage: outage,
            recorded: causes[device.number]?.of(outage.interval)))
      }
    }
    return listed.sorted {
      ($0.outage.interval.start, $0.device.number) < ($1.outage.interval.start, $1.device.number)
    }
  }

  /// Windows in which our own uplink was probably down.
  package static func uplinkGaps(
    store: Store, profiles: [Profile], period: Interval
  ) throws -> (candidates: [UplinkGaps.Candidate], devices: [Device]) {
    let (scope, accounts, _) = try read(
      store, profiles: profiles, period: period, unit: nil, device: nil)
    let providers = Dictionary(
      try store.registry().sites.map { ($0.code, $0.isp) }) { _, last in last }
    let witnesses = scope.devices.compactMap { device -> UplinkGaps.Witness? in
      guard let profile = scope.profiles[device.kind], let account = accounts[device.number]
      else { return nil }
      return UplinkGaps.Witness(
        device: device.number, provider: providers[device.site] ?? "",
        offlineAfter: profile.offlineAfter, history: account.history)
    }
    return (UplinkGaps.candidates(witnesses, in: period), scope.devices)
  }

  private static func read(
    _ store: Store, profiles: [Profile], period: Interval, unit: String?, device: String?
  ) throws -> (ReportScope, Accounts, IntervalSet) {
    var registry = try store.registry()
    if let device { registry.devices.removeAll { $0.id != device } }
    let scope = ReportScope(
      registry: registry, profiles: profiles,
      plans: try ServicePlans(store: store, registry: registry, profiles: profiles),
      period: period, unit: unit, kind: nil)
    let (accounts, observed) = try Accounts.read(
      from: store, scope: scope, period: period, progress: { _ in })
    return (scope, accounts, observed)
  }
}

extension [RecordedCause] {
  /// The newest that was recorded of an instant of the outage, its first instant included.
  package func of(_ outage: Interval) -> RecordedCause? {
    last { outage.contains($0.at) }
  }
}
