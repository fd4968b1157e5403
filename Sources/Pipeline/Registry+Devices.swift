// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What operations on devices look up in a registry, and the refusals that follow from it.
extension Registry {
  func device(_ id: String) -> Device? { devices.first { $0.id == id } }

  func deviceInService(_ id: String) throws(DeviceRefusal) -> Device {
    guard let device = device(id) else { throw .unknownDevice(id) }
    if let retiredAt = device.retiredAt { throw .retired(id, at: retiredAt) }
    return device
  }

  /// Devices in service that reach us through this one.
  func dependants(of id: String) -> [Device] {
    devices.filter { $0.via == id && $0.retiredAt == nil }
  }

  /// A site that is not closed, and the commune it is in.
  func openSite(
    _ code: String, at now: Milliseconds
  ) throws(DeviceRefusal) -> (site: Site, commune: String) {
    guard let site = sites.first(where: { $0.code == code }) else { throw .unknownSite(code) }
    if let validTo = site.validTo, validTo <= now { throw .closedSite(code, at: validTo) }
    guard let commune = commune(ofUnit: site.unit) else { throw .siteWithoutCommune(code) }
    return (site, commune)
  }

  private func commune(ofUnit code: String) -> String? {
    var code = code
    // A cycle cannot pass the import; the bound is against a store that was tampered with.
    for _ in 0..<units.count + 1 {
      guard let unit = units.first(where: { $0.code == code }) else { return nil }
      if unit.level == "commune" { return unit.code }
      code = unit.parent
    }
    return nil
  }
}

extension Device {
  var address: DeviceAddress { DeviceAddress(commune: commune, kind: kind, device: id) }

  /// What its topics begin with, before the channel.
  var topicPrefix: String { "\(Topic.prefix)/\(commune)/\(kind)/\(id)" }
}
