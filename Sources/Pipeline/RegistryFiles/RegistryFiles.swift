// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry

/// Reads a folder of registry files: `units.csv`, `sites.csv`, `devices.csv` and, optionally,
/// `systems.csv`.
package enum RegistryFiles {
  /// - Throws: everything wrong with the files, each error at its field.
  package static func load(
    directory: String, knownKinds: Set<String>
  ) throws(ConfigurationErrors) -> Registry {
    let problems = ConfigurationProblems()
    var units = RegistryUnits(file: "\(directory)/units.csv", problems: problems)
    units.read()
    let sites = units.sites(file: "\(directory)/sites.csv")
    let devices = RegistryDevices(
      units: units, sites: sites, kinds: knownKinds, problems: problems
    ).read(file: "\(directory)/devices.csv")
    let systemsFile = "\(directory)/systems.csv"
    let systems =
      FileManager.default.fileExists(atPath: systemsFile) ? units.systems(file: systemsFile) : []
    try problems.throwIfAny()
    return Registry(units: units.units, sites: sites, devices: devices, systems: systems)
  }
}
