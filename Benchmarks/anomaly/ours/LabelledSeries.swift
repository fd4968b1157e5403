// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry

/// One public series with what people marked in it.
struct LabelledSeries: Sendable {
  /// The path below its data set's folder.
  var name: String
  /// As the file writes them; NAB's windows name rows by them.
  var stamps: [String]
  var times: [Milliseconds]
  var values: [Double]
  /// Event F1: the rows marked as anomalous. Empty for NAB.
  var labels: [Bool] = []
  /// NAB: first and last stamp of each window.
  var windows: [(first: String, last: String)] = []

  /// Rows at the start that do not count.
  var probation: Int {
    labels.isEmpty
      ? min(Int((0.15 * Double(values.count)).rounded(.down)), 750)
      : Int(0.15 * Double(values.count))
  }
}

/// What cannot be read, in one sentence.
struct BenchmarkError: Error, CustomStringConvertible {
  var description: String
}

extension LabelledSeries {
  /// A folder laid out as github.com/numenta/NAB: `data/CATEGORY/FILE.csv`, and the windows in
  /// `windows.json` or `labels/combined_windows.json`. Only series with an entry there are read.
  static func nab(folder: String) throws -> [LabelledSeries] {
    let names = ["windows.json", "labels/combined_windows.json"].map { "\(folder)/\($0)" }
    guard let file = names.first(where: FileManager.default.fileExists) else {
      throw BenchmarkError(description: "\(folder): neither windows.json nor labels/ is there")
    }
    let object = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: file)))
    guard let windows = object as? [String: [[String]]] else {
      throw BenchmarkError(description: "\(file): not a list of windows a series")
    }
    return try windows.keys.sorted().map { name in
      var series = try read("\(folder)/data/\(name)", name: name, labelled: false)
      series.windows = (windows[name] ?? []).map { (stamp($0[0]), stamp($0[1])) }
      return series
    }
  }

  /// Every `**/*.csv` of a folder: time, value, label 0 or 1, as in
  /// github.com/microsoft/cloud-monitoring-dataset.
  static func labelled(folder: String) throws -> [LabelledSeries] {
    guard let walk = FileManager.default.enumerator(atPath: folder) else {
      throw BenchmarkError(description: "\(folder): no such folder")
    }
    let names = walk.compactMap { $0 as? String }.filter { $0.hasSuffix(".csv") }
    // Folder by folder, since which half tests which is told by the order.
    let order = names.map { name in
      (folder: (name as NSString).deletingLastPathComponent, name: name)
    }.sorted { ($0.folder, $0.name) < ($1.folder, $1.name) }
    return try order.map { try read("\(folder)/\($0.name)", name: $0.name, labelled: true) }
  }

  /// Seconds' fractions are left out, as NAB's windows have them and its series do not.
  private static func stamp(_ text: String) -> String {
    String(text.prefix { $0 != "." })
  }

  private static func read(_ path: String, name: String, labelled: Bool) throws -> LabelledSeries {
    let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
    var series = LabelledSeries(name: name, stamps: [], times: [], values: [])
    var last = 0.0
    for (number, line) in text.split(whereSeparator: \.isNewline).enumerated().dropFirst() {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: CharacterSet(charactersIn: "\" "))
      }
      guard cells.count >= (labelled ? 3 : 2), let time = instant(cells[0]) else {
        throw BenchmarkError(description: "\(path):\(number + 1): not a time and a value")
      }
      // A missing value counts as the one before, as in the scorer.
      if let value = Double(cells[1]), !value.isNaN { last = value }
      series.stamps.append(stamp(cells[0]))
      series.times.append(time)
      series.values.append(last)
      if labelled { series.labels.append((Double(cells[2]) ?? 0) > 0) }
    }
    return series
  }

  /// yyyy-MM-dd HH:mm:ss, with T and Z or without, as local time.
  private static func instant(_ text: String) -> Milliseconds? {
    let parts = text.split { !$0.isNumber }.compactMap { Int64($0) }
    guard parts.count >= 6,
      let day = LocalTime.day(year: parts[0], month: parts[1], day: parts[2])
    else { return nil }
    return LocalTime.start(ofDay: day) + ((parts[3] * 60 + parts[4]) * 60 + parts[5]) * 1_000
  }
}
