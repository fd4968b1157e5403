// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The `metrics` of a profile.
extension ProfileReader {
  private static let metricKeys = [
    "path", "type", "unit", "range", "aggregation", "words", "watched", "title",
  ]
  private static let wordLengthMax = 64
  private static let wordCountMax = 64

  /// The common metrics, then the profile's own in the file's order; nil if one cannot be read,
  /// since then nobody can say which names are unknown.
  func metrics(_ node: YAMLNode) -> [Metric]? {
    guard let map = node.openMapping() else { return nil }
    let own = map.entries.map { name, value in
      checkName(name, value, place: map)
      return metric(name, value)
    }
    let count = CommonMetrics.all.count + own.count
    if count > Self.metricCountMax {
      node.report(
        "\(own.count) metrics and \(CommonMetrics.all.count) common ones",
        allowed: "at most \(Self.metricCountMax) together")
    }
    let watched = map.entries.filter { Self.isWatched($0.value.node["watched"]) }
    for (name, value) in watched.dropFirst(Self.watchedCountMax) {
      value.reportKey(
        name, at: map.keyPlaces[name], "one watched metric too many",
        allowed: "at most \(Self.watchedCountMax) a kind")
    }
    let read = own.compactMap(\.self)
    return read.count == own.count ? CommonMetrics.all + read : nil
  }

  private func checkName(_ name: String, _ value: YAMLNode, place: YAMLNode.OpenMapping) {
    if CommonMetrics.names.contains(name) {
      value.reportKey(
        name, at: place.keyPlaces[name], "every profile has this common metric already",
        allowed: "another name")
    } else if !Self.isName(name) {
      value.reportKey(
        name, at: place.keyPlaces[name], "not a valid name", allowed: Self.nameAllowed)
    }
  }

  private func metric(_ name: String, _ node: YAMLNode) -> Metric? {
    guard let map = node.mapping(keys: Self.metricKeys) else { return nil }
    let path = map.required("path")?.text(
      allowed: "a JSON pointer such as /wan/rtt_ms or /radio/*/clients, up to 256 bytes",
      where: Self.isPath)
    let form = map.required("type")?.word(Metric.Form.self)
    let title = map.required("title").flatMap(readTitle)
    let unit = map["unit"]?.text(lengthMax: 32)
    let range = map["range"].flatMap(self.range)
    let aggregation = map["aggregation"]?.word(Metric.Aggregation.self)
    let words = map["words"].flatMap(self.words)
    let watch = map["watched"].flatMap(self.watch)
    guard let path, let form, let title else { return nil }
    checkFit(map, form: form)
    checkAggregation(map, path: path, form: form)
    return Metric(
      name: name, path: path, form: form, unit: unit ?? "", lowest: range?.lowest,
      highest: range?.highest, aggregation: aggregation, words: words ?? [],
      watch: watch, title: title)
  }

  /// Which keys mean something for which form.
  private func checkFit(_ map: YAMLNode.Mapping, form: Metric.Form) {
    let isNumber = form == .gauge || form == .counter
    if !isNumber {
      map["unit"]?.report("a \(form.rawValue) has no unit", allowed: "type gauge or counter")
      map["range"]?.report("a \(form.rawValue) has no range", allowed: "type gauge or counter")
    }
    if form != .state {
      map["words"]?.report("a \(form.rawValue) has no words", allowed: "type state")
    }
    if !isNumber, Self.isWatched(map["watched"]?.node) {
      map["watched"]?.report(
        "a \(form.rawValue) cannot be watched", allowed: "type gauge or counter")
    }
  }

  private func checkAggregation(_ map: YAMLNode.Mapping, path: String, form: Metric.Form) {
    let hasWildcard = path.utf8.split(separator: UInt8(ascii: "/")).contains {
      $0.elementsEqual("*".utf8)
    }
    if hasWildcard, map["aggregation"] == nil {
      map["path"]?.report(
        "a path with '*' needs 'aggregation'", allowed: "aggregation: sum, max or min")
    }
    if !hasWildcard {
      map["aggregation"]?.report("the path has no '*'", allowed: "a path such as /radio/*/clients")
    } else if form == .state {
      map["path"]?.report("words cannot be added up", allowed: "a path without '*'")
    }
  }

  /// RFC 6901, without empty segments, which no device of ours has, and without NUL, where C ends
  /// a text. Byte by byte, as the decoder takes it apart: an accent behind a slash makes one
  /// character of both.
  static func isPath(_ text: String) -> Bool {
    let bytes = text.utf8
    guard bytes.first == UInt8(ascii: "/"), bytes.count <= 256, !bytes.contains(0) else {
      return false
    }
    let segments = bytes.dropFirst().split(
      separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return segments.allSatisfy { segment in
      let escapes = segment.split(separator: UInt8(ascii: "~"), omittingEmptySubsequences: false)
      return !segment.isEmpty
        && escapes.dropFirst().allSatisfy { $0.first.map { (0x30...0x31).contains($0) } ?? false }
    }
  }

  private func range(_ node: YAMLNode) -> (lowest: Double, highest: Double)? {
    guard let ends = node.sequence(countMax: 2) else { return nil }
    guard ends.count == 2 else {
      node.report("a range has two ends", allowed: "[lowest, highest]")
      return nil
    }
    guard let lowest = ends[0].number(), let highest = ends[1].number() else { return nil }
    guard lowest < highest else {
      ends[1].report("not above the lowest value", allowed: "more than \(lowest)")
      return nil
    }
    return (lowest, highest)
  }

  private func words(_ node: YAMLNode) -> [String]? {
    guard let elements = node.sequence(countMax: Self.wordCountMax) else { return nil }
    if elements.isEmpty {
      node.report("no words", allowed: "at least one, or no 'words' for any word")
    }
    var words: [String] = []
    for element in elements {
      guard let word = element.text(lengthMax: Self.wordLengthMax) else { continue }
      if words.contains(word) {
        element.report("the word stands twice", allowed: "each word once")
      }
      words.append(word)
    }
    return words
  }
}
