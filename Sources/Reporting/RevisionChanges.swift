// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// What became of the sealed figures of a period since an earlier revision of its days.
package struct RevisionChanges: Sendable {
  /// A list longer than this is no longer read; `nhip seal --diff` tells the rest day by day.
  package static let listedCountMax = 1_000

  package struct Line: Sendable, Hashable {
    package var day: Int64
    package var revision: Int
    package var sealedAt: Milliseconds
    package var cause: String
    package var device: Int64
    package var figure: String
    /// As they were sealed; nil where there was none.
    package var before: String?
    package var after: String?
  }

  /// Changes that led to later revisions than this one.
  package let since: Int
  /// By day, then revision, device and figure; at most ``listedCountMax``.
  package private(set) var lines: [Line] = []
  package private(set) var count = 0

  /// - Parameter devices: in scope.
  init(
    store: Store, period: Interval, since: Int, devices: Set<Int64>
  ) throws(StoreError) {
    self.since = since
    for day in try store.sealedDays() where day.revision > since {
      guard day.interval.intersection(period) != nil else { continue }
      for revision in try store.sealRevisions(ofDay: day.day) where revision.revision > since {
        for change in revision.differences where devices.contains(change.device) {
          count += 1
          guard lines.count < Self.listedCountMax else { continue }
          lines.append(
            Line(
              day: day.day, revision: revision.revision, sealedAt: revision.sealedAt,
              cause: revision.cause, device: change.device, figure: change.figure,
              before: change.before, after: change.after))
        }
      }
    }
  }
}

extension DocumentBuilder {
  /// VII, only where it was asked for: what revisions changed.
  func revisions(_ changes: RevisionChanges) -> DocumentSection {
    var parts: [DocumentSection.Part] = []
    if changes.lines.isEmpty {
      parts.append(.note(words.noChanges(since: changes.since)))
    } else {
      parts.append(.table(table(changes)))
      if changes.count > changes.lines.count {
        parts.append(.note(words.moreChanges(changes.count - changes.lines.count)))
      }
    }
    return DocumentSection(number: "VII", heading: words.revisionSection, parts: parts)
  }

  private func table(_ changes: RevisionChanges) -> DocumentTable {
    var table = DocumentTable(
      name: words.revisionTable,
      columns: [
        .word(words.day, width: 11), .number(words.revisionNumber, width: 6),
        .word(words.sealedAt, width: 17), .text(words.cause, width: 18),
        .name(words.device, width: 22), .text(words.figure, width: 22),
        .number(words.before, width: 12), .number(words.after, width: 12),
      ])
    let devices = Dictionary(report.devices.map { ($0.device.number, $0) }) { _, last in last }
    for line in changes.lines {
      let device = devices[line.device]
      let usage = device?.usage.first { $0.figure.name == line.figure }?.figure
      table.append([
        .day(line.day), .count(Int64(line.revision - 1)), .instant(line.sealedAt),
        .text(words.revisionCause(line.cause)), .text(device?.name ?? "\(line.device)"),
        .text(words.figureName(line.figure, usage)),
        .text(words.figureValue(line.before, line.figure, usage, format)),
        .text(words.figureValue(line.after, line.figure, usage, format)),
      ])
    }
    return table
  }
}
