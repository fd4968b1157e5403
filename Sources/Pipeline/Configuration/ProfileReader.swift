// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry

/// Turns one `device.yaml` into a profile.
///
/// Reports every mistake and then returns nil or a profile with gaps; the loader looks at the
/// problems before it hands anything on.
struct ProfileReader {
  static let keys = [
    "kind", "version", "title", "codec", "report_interval", "offline_after", "service_hours",
    "service_around_slots",
    "metrics", "service", "usage", "alerts",
  ]
  static let codecs = ["json": "json"]
  static let kindAllowed = "[a-z0-9-]{1,32}, the name of the folder, no reserved word"
  static let nameAllowed = "[a-z][a-z0-9_]{0,39}"
  /// Columns of one kind, the common ones included: bounds a block's width.
  static let metricCountMax = 64
  /// Detectors keep history for each watched metric of each device.
  static let watchedCountMax = 4
  /// A few stretches a day; more is a calendar's work.
  static let serviceHoursCountMax = 16
  static let serviceCountMax = 16
  static let usageCountMax = 32
  static let alertCountMax = 32

  /// The name of the folder the file stands in.
  let folder: String

  func profile(_ root: YAMLNode) -> Profile? {
    guard let map = root.mapping(keys: Self.keys) else { return nil }
    let kind = map.required("kind").flatMap(self.kind)
    let version = map.required("version")?.integer(in: 1...1_000_000)
    let title = map.required("title").flatMap(readTitle)
    let codec = map.required("codec")?.word(from: Self.codecs)
    let reportInterval = map.required("report_interval")?.duration()
    let offlineAfter = map.required("offline_after")?.duration()
    if let reportInterval, let offlineAfter, offlineAfter < reportInterval {
      map["offline_after"]?.report(
        "shorter than report_interval",
        allowed: "at least \(DurationText.text(reportInterval))")
    }
    let hours = map["service_hours"].map(serviceHours)
    let aroundSlots = map["service_around_slots"].flatMap(self.margin)
    let metrics = map.required("metrics").flatMap(self.metrics)
    let known = KnownMetrics(metrics: metrics ?? CommonMetrics.all, areComplete: metrics != nil)
    let service = map["service"]?.sequence(countMax: Self.serviceCountMax)?
      .compactMap { $0.mapping(keys: ["metric", "is"]).flatMap(known.condition) }
    let usage = map["usage"].map { named($0, countMax: Self.usageCountMax, known.usageFigure) }
    let alerts = map["alerts"].map { named($0, countMax: Self.alertCountMax, known.alertRule) }
    guard let kind, let version, let title, codec != nil, let reportInterval, let offlineAfter,
      let metrics
    else { return nil }
    return Profile(
      kind: kind, title: title, version: version, reportInterval: reportInterval,
      offlineAfter: offlineAfter, serviceHours: hours?.always ?? [],
      serviceHoursOfSiteType: hours?.bySiteType ?? [:], serviceAroundSlots: aroundSlots,
      metrics: metrics,
      service: service ?? [], usage: usage ?? [], alerts: alerts ?? [])
  }

  /// How long around a slot: none at all is a margin too.
  private func margin(_ node: YAMLNode) -> Milliseconds? {
    node.node.scalar?.string == "0s" ? 0 : node.duration()
  }

  static func isKind(_ text: String) -> Bool {
    (1...32).contains(text.utf8.count) && !Topic.reserved.contains(text)
      && text.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-") }
  }

  static func isName(_ text: String) -> Bool {
    guard let first = text.first, first.isASCII, first.isLowercase, text.utf8.count <= 40 else {
      return false
    }
    return text.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "_") }
  }

  private func kind(_ node: YAMLNode) -> String? {
    guard let kind = node.text(allowed: Self.kindAllowed, where: Self.isKind) else { return nil }
    guard kind == folder else {
      node.report("the kind is not the name of its folder", allowed: folder)
      return nil
    }
    return kind
  }
}

/// Words for people, in both languages.
func readTitle(_ node: YAMLNode) -> Title? {
  guard let map = node.mapping(keys: ["vi", "en"]) else { return nil }
  let vietnamese = map.required("vi")?.text(lengthMax: titleLengthMax)
  let english = map.required("en")?.text(lengthMax: titleLengthMax)
  guard let vietnamese, let english else { return nil }
  return Title(vi: vietnamese.precomposedStringWithCanonicalMapping, en: english)
}

/// A title is a heading of a column, not a sentence.
let titleLengthMax = 256

/// Reads the values of a mapping from names to things, checking the names.
func named<Element>(
  _ node: YAMLNode, countMax: Int, _ read: (String, YAMLNode) -> Element?
) -> [Element] {
  guard let map = node.openMapping() else { return [] }
  if map.entries.count > countMax {
    node.report("\(map.entries.count) entries", allowed: "at most \(countMax)")
  }
  return map.entries.compactMap { name, value in
    if !ProfileReader.isName(name) {
      value.reportKey(
        name, at: map.keyPlaces[name], "not a valid name", allowed: ProfileReader.nameAllowed)
    }
    return read(name, value)
  }
}
