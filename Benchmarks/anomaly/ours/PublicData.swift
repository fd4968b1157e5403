// SPDX-License-Identifier: Apache-2.0

import Analysis

/// The public series and what a set of constants reaches on them.
struct PublicData {
  struct Result {
    var nab: [NABScore.Profile: (score: Double, threshold: Double)]
    var events: EventScore.Counts

    func nabScore(_ profile: NABScore.Profile) -> Double { nab[profile]?.score ?? 0 }

    /// What tuning raises: both kinds of data, NAB's profiles alike. Beyond 0.68 event F1 is not
    /// sought, so that it is not bought with the rest.
    var objective: Double {
      let nab = NABScore.Profile.allCases.map(nabScore).reduce(0, +) / 3
      return nab + 40 * min(events.f1, 0.68)
    }
  }

  let nab: [LabelledSeries]
  let cloud: [LabelledSeries]
  private let nabScore: NABScore
  private let eventScore: EventScore

  init(nabFolder: String, cloudFolder: String) throws {
    nab = try LabelledSeries.nab(folder: nabFolder)
    cloud = try LabelledSeries.labelled(folder: cloudFolder)
    nabScore = NABScore(nab)
    eventScore = EventScore(series: cloud)
  }

  func evaluate(_ constants: DetectorConstants) -> Result {
    result(
      nab: DetectorRun.scores(nab, .novelty, constants),
      cloud: DetectorRun.scores(cloud, .severity, constants))
  }

  func result(nab: [[Double]], cloud: [[Double]]) -> Result {
    Result(nab: nabScore(nab), events: eventScore(cloud))
  }
}
