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
    let report = try Report.build(
      store: store, profiles: profiles, period: period, unit: unit)
    var listed: [ListedOutage] = []
    for unit in report.units {
      for entry in unit.devices where device.map({ $0 == entry.device.id }) ?? true {
        for outage in entry.outages {
          listed.append(
            ListedOutage(
              device: entry.device, unitName: unit.name, outage: outage,
              recorded: report.recordedCauses[entry.device.number]?.of(outage.interval)))
        }
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
    let registry = try store.registry()
    let scope = ReportScope(
      registry: registry, profiles: profiles, period: period, unit: nil, kind: nil)
    let (accounts, _) = try Accounts.read(
      from: store, devices: scope.devices, profiles: scope.profiles, period: period,
      days: try store.sealedDays(), gone: try store.readingsGoneBeforeDay(),
      observed: IntervalSet(try store.observed(from: 0, to: .max)), progress: { _ in })
    let providers = Dictionary(
      registry.sites.map { ($0.code, $0.isp) }) { _, last in last }
    let witnesses = scope.devices.compactMap { device -> UplinkGaps.Witness? in
      guard let profile = scope.profiles[device.kind], let account = accounts[device.number]
      else { return nil }
      return UplinkGaps.Witness(
        device: device.number, provider: providers[device.site] ?? "",
        offlineAfter: profile.offlineAfter, history: account.history)
    }
    return (UplinkGaps.candidates(witnesses, in: period), scope.devices)
  }
}

extension [RecordedCause] {
  /// The newest that was recorded of an instant of the outage, its first instant included.
  package func of(_ outage: Interval) -> RecordedCause? {
    last { outage.contains($0.at) }
  }
}
