// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Why an operation on a device was refused. Nothing was changed.
package enum DeviceRefusal: Error, Hashable, CustomStringConvertible {
  case badID(String)
  case unknownKind(String, known: [String])
  case unknownDevice(String)
  case alreadyRegistered(String)
  case registeredElsewhere(String, topics: String)
  case retired(String, at: Milliseconds)
  case unknownSite(String)
  case closedSite(String, at: Milliseconds)
  case siteWithoutCommune(String)
  case otherCommune(site: String, commune: String)
  case sameSite(String, site: String)
  case hasDependants(String, devices: [String])
  case inFuture(Milliseconds)
  case beforeCommissioning(String, at: Milliseconds)

  package var description: String {
    switch self {
    case .badID(let id): "'\(id)' is not a device's id: [A-Za-z0-9._-]{1,64}"
    case .unknownKind(let kind, let known):
      "there is no kind '\(kind)'; known are \(known.joined(separator: ", "))"
    case .unknownDevice(let id): "there is no device '\(id)'; see `nhip devices list`"
    case .alreadyRegistered(let id):
      "device '\(id)' is registered already; see `nhip devices list`"
    case .registeredElsewhere(let id, let topics):
      "device '\(id)' is registered with topics under \(topics)/: configure it to use them, "
        + "or give this one another id"
    case .retired(let id, let instant):
      "device '\(id)' was retired on \(LocalTime.text(instant))"
    case .unknownSite(let site):
      "there is no site '\(site)' in this store; import the registry with it first"
    case .closedSite(let site, let instant):
      "site '\(site)' was closed on \(LocalTime.text(instant))"
    case .siteWithoutCommune(let site):
      "the unit of site '\(site)' is in no commune; correct units.csv and import it first"
    case .otherCommune(let site, let commune):
      "site '\(site)' is not in commune \(commune), where the device speaks from"
    case .sameSite(let id, let site): "device '\(id)' is at site '\(site)' already"
    case .hasDependants(let id, let devices):
      "\(devices.joined(separator: ", ")) report through '\(id)': replace it, or retire them or "
        + "give them another gateway in devices.csv first"
    case .inFuture(let instant): "\(LocalTime.text(instant)) lies in the future"
    case .beforeCommissioning(let id, let instant):
      "device '\(id)' was commissioned only on \(LocalTime.text(instant))"
    }
  }
}
