// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Pictures of the gravest anomalies, for section IV on paper and page.
extension DocumentBuilder {
  func anomalyFigures() -> [DocumentSection.Part] {
    let names = report.deviceNames
    return report.pictures.map { anomaly in
      let name = names[anomaly.device] ?? "\(anomaly.device)"
      let title = "\(name): \(words.title(anomaly.metric))"
      let said = words.title(anomaly.summary)
      var picture = anomaly.picture
      picture.title = title
      return .figure(
        DocumentFigure(
          title: "\(title), \(words.from.lowercased()) \(format.instant(anomaly.since)).",
          description: said + (said.hasSuffix(".") ? " " : ". ")
            + words.pictureLearning(days: AnomalyPicture.learningDaysMax),
          content: .series(picture)))
    }
  }
}
