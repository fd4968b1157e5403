// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What was said of a series before it is read.
package struct SeriesForm: Sendable {
  /// Name of the column, or its number from 1; nil looks for a known name.
  package var timeColumn: String?
  package var valueColumn: String?
  /// East of UTC, of instants that name no zone.
  package var zone: Milliseconds

  package init(
    timeColumn: String? = nil, valueColumn: String? = nil, zone: Milliseconds = LocalTime.offset
  ) {
    self.timeColumn = timeColumn
    self.valueColumn = valueColumn
    self.zone = zone
  }

  /// Milliseconds east of UTC of `+07:00`, `-0330`, `+7` or `Z`; nil if it is none of these.
  package static func zone(_ text: String) -> Milliseconds? { SeriesTime.zone(text) }
}

/// A file that is no series: nothing of it can be judged.
package struct SeriesFault: Error, Sendable, Hashable, CustomStringConvertible {
  package var path: String
  package var line: Int?
  package var problem: String

  package var description: String {
    "\(path)\(line.map { ":\($0)" } ?? ""): \(problem)"
  }
}

/// Which columns of a series are its time and its value, told by the first record.
struct SeriesColumns {
  /// In small letters; of two known names in one header the earlier in this list counts.
  private static let timeNames = [
    "timestamp", "time", "datetime", "date_time", "date time", "ts", "_time", "date",
    "thời gian", "thoi gian", "thời điểm", "thoi diem", "thoi_gian", "ngày giờ", "ngay gio", "ngày",
  ]
  private static let valueNames = [
    "value", "val", "_value", "giá trị", "gia tri", "gia_tri", "số đo", "so do",
  ]
  /// So many are named where none is the right one.
  private static let namesShownMax = 12
  private static let noText = "it is no text in UTF-8: save the series as CSV, UTF-8"
  /// A longer name is shown by its beginning.
  private static let nameShownMax = 40

  var time: Int
  var value: Int
  /// The first record is names, no reading.
  var hasHeader: Bool
  /// Their names were not known: of two columns the first is taken for the time.
  var isGuessed = false

  /// - Throws: `SeriesFault` where no column, or an unknown one, is meant.
  init(_ record: SeparatedRecord, form: SeriesForm, path: String) throws(SeriesFault) {
    let fields = record.fields()
    let names = fields.map { String(decoding: $0, as: UTF8.self) }
    let clock = SeriesTime(zone: form.zone)
    func holdsData(_ position: Int) -> Bool {
      guard fields.indices.contains(position) else { return false }
      if clock.instant(fields[position]) != nil { return true }
      if case .value = SeriesNumber(fields[position], separator: record.separator) { return true }
      return false
    }
    // A terminal must not be told what a file of anything else may hold.
    let text = String(validating: record.bytes, as: UTF8.self)
    let isText = text.map { text in
      !text.unicodeScalars.contains {
        $0.properties.generalCategory == .control && !"\t\r\n".unicodeScalars.contains($0)
      }
    }
    func fault(_ problem: String) -> SeriesFault {
      SeriesFault(path: path, line: record.line, problem: isText == true ? problem : Self.noText)
    }
    guard !record.bytes.contains(0) else { throw fault("") }
    func named(_ wanted: String, _ option: String) throws(SeriesFault) -> Int {
      if let position = names.firstIndex(where: { Self.isEqual($0, wanted) }) { return position }
      if let number = Int(wanted), number >= 1 {
        if number <= fields.count { return number - 1 }
        throw fault("\(option) \(number): there are \(fields.count) columns")
      }
      throw fault("no column is called '\(wanted)' (\(option)); \(Self.list(names))")
    }
    let time = try form.timeColumn.map { text throws(SeriesFault) in
      try named(text, "--time-column")
    }
    let value = try form.valueColumn.map { text throws(SeriesFault) in
      try named(text, "--value-column")
    }
    let isNamed = { (text: String?) in text.map { Int($0) == nil } ?? false }
    hasHeader =
      isNamed(form.timeColumn) || isNamed(form.valueColumn)
      || !holdsData(time ?? 0) && !holdsData(value ?? 1)
    guard hasHeader else {
      (self.time, self.value) = (time ?? 0, value ?? (time == 1 ? 0 : 1))
      guard fields.count > max(self.time, self.value) else {
        throw fault("a series needs two columns, time and value; this row has \(fields.count)")
      }
      return
    }
    let known = (
      time: time ?? Self.position(of: Self.timeNames, in: names),
      value: value ?? Self.position(of: Self.valueNames, in: names)
    )
    let isPair = names.count == 2
    isGuessed = known.time == nil || known.value == nil
    guard let time = known.time ?? (isPair ? 1 - (known.value ?? 1) : nil) else {
      throw fault("no column is called timestamp: name it by --time-column; \(Self.list(names))")
    }
    guard let value = known.value ?? (isPair ? 1 - time : nil), value != time else {
      throw fault("no column is called value: name it by --value-column; \(Self.list(names))")
    }
    (self.time, self.value) = (time, value)
  }

  private static func isEqual(_ name: String, _ wanted: String) -> Bool {
    name.lowercased() == wanted.lowercased()
  }

  private static func position(of known: [String], in names: [String]) -> Int? {
    for name in known {
      if let position = names.firstIndex(where: { isEqual($0, name) }) { return position }
    }
    return nil
  }

  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(namesShownMax).map { name in
      name.count > nameShownMax ? "\(name.prefix(nameShownMax))…" : name
    }
    let more = names.count > namesShownMax ? ", …" : ""
    return "the columns are: \(shown.joined(separator: ", "))\(more)"
  }
}
