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
    self.init(
      nab: try LabelledSeries.nab(folder: nabFolder),
      cloud: try LabelledSeries.labelled(folder: cloudFolder))
  }

  private init(nab: [LabelledSeries], cloud: [LabelledSeries]) {
    self.nab = nab
    self.cloud = cloud
    nabScore = NABScore(nab)
    eventScore = EventScore(series: cloud)
  }

  /// Without every so-many-th series, counted from `fold`: what is tuned on while those are kept
  /// to test by.
  func without(fold: Int, of count: Int) -> PublicData {
    func rest(_ series: [LabelledSeries]) -> [LabelledSeries] {
      series.indices.filter { $0 % count != fold }.map { series[$0] }
    }
    return PublicData(nab: rest(nab), cloud: rest(cloud))
  }

  /// Every series judged by the constants, and for NAB the threshold, that were chosen without it;
  /// all scored together.
  func evaluateHeldOut(_ constants: [DetectorConstants]) -> Result {
    func scores(
      _ series: [LabelledSeries], _ readOut: DetectorRun.ReadOut
    ) -> [[Double]] {
      series.indices.flatMap {
        DetectorRun.scores([series[$0]], readOut, constants[$0 % constants.count])
      }
    }
    var result = self.result(nab: scores(nab, .novelty), cloud: scores(cloud, .severity))
    let chosen = constants.indices.map { fold in
      without(fold: fold, of: constants.count).evaluate(constants[fold]).nab
    }
    let nabScores = scores(nab, .novelty)
    for profile in NABScore.Profile.allCases {
      let thresholds = nab.indices.map { chosen[$0 % chosen.count][profile]?.threshold ?? 0 }
      let score = nabScore.score(nabScores, thresholds: thresholds, profile)
      result.nab[profile] = (score, 0)
    }
    return result
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
