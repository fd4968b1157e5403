// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Pipeline
import Reporting
import Storage
import Telemetry

/// Which targets a report is about.
struct TargetsOption: ParsableArguments {
  @Option(
    name: .customLong("targets"),
    help: "A file of targets (targets.yaml); the pipeline's if absent.")
  var path: String?

  /// Nil means those in force in the store.
  ///
  /// - Throws: `ConfigurationErrors` with everything wrong with the file.
  func programme(store: Store, profiles: [Profile]) throws -> ProgrammeTargets? {
    guard let path else { return nil }
    return try TargetsFile.load(path: path, profiles: profiles, registry: try store.registry())
  }
}
