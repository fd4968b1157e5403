// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Glibc
import Pipeline
import Reporting
import Telemetry

extension Watch.Direction: ExpressibleByArgument {}
extension Watch.Scale: ExpressibleByArgument {}

extension Nhip {
  struct Detect: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Find what is abnormal in a series: CSV in, CSV with scores and reasons out.",
      discussion: """
        Reads columns timestamp and value (others may stand beside them; a header is optional)
        and gives one row for each: timestamp, value, novelty, severity, alarm, explanation.
        Nothing is judged until a day and enough readings have passed; rows that cannot be
        judged have no scores, and standard error says how many and where the first one is.

        EXAMPLES
          nhip detect latency.csv > judged.csv
          nhip detect latency.csv --unit ms --direction above --alarms-only
          nhip detect latency.csv --svg latency.svg --lang en > judged.csv
          nhip detect nab.csv --column anomaly_score=novelty > scores.csv
          tail -n +1 -F latency.csv | nhip detect - --alarms-only
          nhip detect counts.csv --time-column "Thời gian" --value-column "Số máy" \\
            --scale logarithmic

        Exit codes: 65 it is no series, 66 no such file, 73 the picture cannot be written.
        """)

    @Argument(help: "The CSV file, or - for standard input.") var file: String
    @Option(help: "Name of the column of times, or its number from 1.") var timeColumn: String?
    @Option(help: "Name of the column of values, or its number from 1.") var valueColumn: String?
    @Option(help: "Offset from UTC of times that name none.") var zone = "+07:00"
    @Option(help: "Which side of the usual is told: both, above or below.")
    var direction = Watch.Direction.both
    @Option(help: "linear; or logarithmic: counts, whose scatter grows with their size.")
    var scale = Watch.Scale.linear
    @Option(help: "Unit of the values, for explanations and the picture.") var unit = ""
    @Option(help: "Add a column of scores: NAME=novelty or NAME=severity. May be repeated.")
    var column: [String] = []
    @Flag(help: "Only the rows with an alarm.") var alarmsOnly = false
    @Option(help: "Draw the series, its usual range and its anomalies into this file.")
    var svg: String?
    @Option(help: "Title of the picture; the file's name if absent.") var title: String?
    @Option(name: [.customLong("lang"), .customLong("language")], help: "vi or en.")
    var lang = LanguageOption.vi

    private static let columnCountMax = 8

    func validate() throws {
      _ = try scores()
      guard SeriesForm.zone(zone) != nil else {
        throw ValidationError("--zone '\(zone)' is no offset like +07:00 or Z")
      }
      guard unit.count <= AnomalySentence.unitCountMax, !unit.contains(where: \.isNewline) else {
        throw ValidationError("--unit has at most \(AnomalySentence.unitCountMax) characters")
      }
      if title != nil, svg == nil { throw ValidationError("--title belongs to --svg") }
    }

    func run() throws {
      try SystemExit.mapped {
        // A reader that goes away ends us quietly, also where our parent ignores the signal.
        signal(SIGPIPE, SIG_DFL)
        let name = file == "-" ? "standard input" : file
        let input = try open(file)
        defer { if input != STDIN_FILENO { close(input) } }
        var detection = SeriesDetection(path: name, options: try options())
        do {
          try SeriesStream(input: input, name: name, output: STDOUT_FILENO).run(&detection)
        } catch is SeriesStream.Closed {
          // Whoever asked has seen enough.
          return
        }
        for line in detection.summary.lines(language: lang.language) {
          FileHandle.standardError.write(Data("\(name): \(line)\n".utf8))
        }
        if let hopeless = detection.hopeless { throw hopeless }
        if let svg, let picture = detection.picture {
          try OutputFile.write(Data(picture.file.utf8), to: svg)
        }
      }
    }

    private func open(_ path: String) throws -> Int32 {
      if path == "-" { return STDIN_FILENO }
      let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else {
        throw Pipeline.Replay.FileError(
          path: path, reason: unsafe String(cString: strerror(errno)))
      }
      return descriptor
    }

    private func options() throws -> SeriesDetection.Options {
      var options = SeriesDetection.Options()
      options.form = SeriesForm(
        timeColumn: timeColumn, valueColumn: valueColumn,
        zone: SeriesForm.zone(zone) ?? LocalTime.offset)
      options.watch = Watch(direction: direction, scale: scale)
      options.unit = unit
      options.language = lang.language
      options.scores = try scores()
      options.isAlarmsOnly = alarmsOnly
      if svg != nil {
        options.pictureTitle = title ?? (file == "-" ? "" : (file as NSString).lastPathComponent)
      }
      return options
    }

    private func scores() throws -> [(name: String, score: SeriesDetection.Score)] {
      guard column.count <= Self.columnCountMax else {
        throw ValidationError("--column can be given \(Self.columnCountMax) times")
      }
      return try column.map { text in
        let parts = text.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let score = SeriesDetection.Score(rawValue: parts[1]),
          parts[0].wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]{0,63}/) != nil
        else {
          throw ValidationError(
            "--column '\(text)' is not NAME=novelty or NAME=severity, as anomaly_score=novelty")
        }
        return (parts[0], score)
      }
    }
  }
}
