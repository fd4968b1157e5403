// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Pipeline
import Storage
import Telemetry

extension Nhip {
  struct Seal: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Seal days (chốt số liệu): sort, deduplicate, compute the figures, keep them.",
      discussion: """
        nhip run seals every day by itself when its lateness allowance (7 days) is over. With --day
        a day is sealed before that, and all unsealed days before it; what comes later for it makes
        a revision, which --diff shows. Works while nhip run holds the store; many days go on after
        the answer then, and --list tells when they are done. Says first how many days were looked
        at and how much was read, then what each of them holds; on a terminal it shows how far it
        has come, in percent, when it takes longer than two seconds.

        EXAMPLES
          nhip seal --store nhip.sqlite
          nhip seal --store nhip.sqlite --day 2026-11-20
          nhip seal --store nhip.sqlite --list
          nhip seal --store nhip.sqlite --diff --day 20/11/2026
        """)

    @OptionGroup var place: StoreOptions
    @Option(help: "A day (2026-11-20 or 20/11/2026, UTC+7); what is due if absent.")
    var day: String?
    @Flag(help: "Show the sealed days instead.") var list = false
    @Flag(help: "Show what revisions changed instead, of --day or of all days.") var diff = false

    func validate() throws {
      if list, diff { throw ValidationError("give one of --list and --diff") }
      _ = try number()
    }

    func run() throws {
      let number = try number()
      try SystemExit.mapped {
        if list { return try showDays(number) }
        if diff { return try showDifferences(number) }
        let progress = Progress()
        let text = try ControlClient.perform(
          ControlRequest(.seal(day: number), by: NSUserName()), store: place.store,
          profiles: place.profiles, clock: Nhip.wallClock, progress: progress.show)
        progress.finish()
        print(text)
      }
    }

    private func number() throws -> Int64? {
      guard let day else { return nil }
      guard let midnight = LocalDate.midnight(day) else {
        throw ValidationError("--day '\(day)' is not a date (2026-11-20, 20/11/2026)")
      }
      return LocalTime.day(of: midnight)
    }

    private func showDays(_ number: Int64?) throws {
      let store = try place.reader()
      print("day\trevision\treadings\trepeated\tsealed at\tcontent")
      for day in try store.sealedDays() where number == nil || day.day == number {
        let hash = String(UInt64(bitPattern: day.contentHash), radix: 16)
        print(
          "\(LocalTime.isoDate(ofDay: day.day))\t\(day.revision)\t\(day.readingCount)\t"
            + "\(day.duplicateCount)\t\(LocalTime.text(day.sealedAt))\t\(hash)"
            + (day.isFinal ? "" : "\tbefore the end of its allowance"))
      }
    }

    private func showDifferences(_ number: Int64?) throws {
      let store = try place.reader()
      let devices = Dictionary(
        try store.registry().devices.map { ($0.number, $0.id) }, uniquingKeysWith: { $1 })
      for day in try store.sealedDays() where number == nil || day.day == number {
        for revision in try store.sealRevisions(ofDay: day.day) where revision.revision > 1 {
          print(
            "\(LocalTime.isoDate(ofDay: day.day)) revision \(revision.revision), "
              + "\(LocalTime.text(revision.sealedAt)): \(revision.cause)")
          for difference in revision.differences {
            print(
              "  \(devices[difference.device] ?? "\(difference.device)")\t\(difference.figure)\t"
                + "\(difference.before ?? "-")\t\(difference.after ?? "-")")
          }
        }
      }
    }
  }

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Compute everything again from what was received, and compare.",
      discussion: """
        Checks SQLite's own integrity, every block's checksum, every sealed day's order, hash and
        figures, and seals days again whose hot blocks are still there. Prints each difference with
        its device and day; exit code 65 if there is one. Reads only, also while nhip run works.

        EXAMPLE
          nhip verify --store nhip.sqlite
        """)

    @OptionGroup var place: StoreOptions

    func run() throws {
      try SystemExit.mapped {
        let store = try place.reader()
        let progress = Progress()
        let summary = try Verification.run(
          store: store, profiles: try place.profiles(), progress: progress.show
        ) { difference in
          progress.finish()
          print("\(difference.place): \(difference.what)")
        }
        progress.finish()
        print(
          "\(summary.blocks) hot blocks with \(summary.readings) readings, "
            + "\(summary.sealedDays) sealed days with \(summary.sealedReadings) readings, "
            + "\(summary.recomputedDays) of them sealed again, \(summary.figures) figures: "
            + (summary.differences == 0 ? "no difference" : "\(summary.differences) differences"))
        if summary.unsettledDays > 0 {
          print(
            "\(summary.unsettledDays) days were sealed before the end of their allowance; their "
              + "figures are settled when they are sealed again")
        }
        if summary.rulesChanged > 0 {
          print(
            "\(summary.rulesChanged) figures were judged by other profiles or limits than today's "
              + "and cannot be computed again")
        }
        if summary.differences > 0 { throw ExitCode(SystemExit.data) }
      }
    }
  }
}
