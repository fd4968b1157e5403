// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Storage
import Telemetry

extension Nhip {
  struct Backup: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Copy a store to one file, also while nhip run is using it.",
      discussion: """
        The copy is a store like any other: reports can be made of it, and nhip
        restore puts it back. It holds everything that was acknowledged before the
        backup began, each reading once, and takes its place only when all of it was
        read back. Nothing that runs waits for it.

        With a folder as --to the copy is named by the minute, as in
        nhip-2026-11-21T1906.sqlite, and --keep deletes the older copies of this
        store with such names, and nothing else. Keep the folder on another disk than
        the store. deploy/systemd has a unit and a timer for it.

        EXAMPLES
          nhip backup --store nhip.sqlite --to copy.sqlite
          nhip backup --store /var/lib/nhip/nhip.sqlite \\
            --to /var/backups/nhip --keep 14

        Exit codes: 66 no store, 73 a file stands there, 74 the store or the copy is
        damaged or the disk fails, 75 no room, stopped, or another backup to the same
        place is running.
        """)

    static let keepMax = 10_000

    @Option(help: "The store: a SQLite file.") var store: String
    @Option(help: "The copy: a file, or an existing folder.") var to: String
    @Option(help: "In a folder, the newest so many copies of this store stay.") var keep: Int?
    @Flag(help: "Let a file that stands at --to go, once the new copy is good.")
    var replace = false

    func validate() throws {
      guard let keep else { return }
      guard (1...Self.keepMax).contains(keep) else {
        throw ValidationError("--keep goes from 1 to \(Self.keepMax)")
      }
      guard StoreText.isFolder(to) else {
        throw ValidationError("--keep needs an existing folder as --to, and \(to) is none")
      }
    }

    func run() throws {
      try SystemExit.mapped {
        let startedAt = Nhip.wallClock()
        let folder = StoreText.isFolder(to) ? BackupFolder(path: to) : nil
        let backup = StoreBackup(
          of: store, to: folder?.place(at: startedAt) ?? to, isReplacing: replace)
        let signals = StopSignals { backup.stop() }
        defer { signals.cancel() }
        let progress = Progress()
        defer { progress.finish() }
        let copy = try backup.copy(progress: progress.show)
        progress.finish()
        let seconds = Double(Nhip.wallClock() - startedAt) / 1_000
        print("\(copy.path): \(StoreText.summary(copy)), read back, in \(seconds) s")
        if let folder, let keep { try thin(folder, to: keep, uuid: copy.uuid) }
      }
    }

    private func thin(_ folder: BackupFolder, to count: Int, uuid: String) throws {
      let (deleted, unreadable) = try folder.thin(to: count, uuid: uuid)
      for path in deleted { print("\(path): deleted, the newest \(count) stay") }
      for path in unreadable { Nhip.log("\(path) cannot be read as a store, so it stays") }
    }
  }

  struct Restore: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Put a copy that nhip backup made in a store's place.",
      discussion: """
        Stop nhip run first. The copy is read as a whole before and after. With
        --replace the store that stands there is kept beside it as
        FILE.before-restore-TIME, its log included.

        What was acknowledged after the backup is not in the copy, and the broker
        does not send it again: from the copy's last record until the next start of
        nhip run, time counts as not observed. The store keeps its identity, so nhip
        run takes its sessions at the broker over and receives what the broker kept
        since.

        EXAMPLE
          systemctl stop nhip
          nhip restore /var/backups/nhip/nhip-2026-11-21T0230.sqlite \\
            --store /var/lib/nhip/nhip.sqlite --replace
          systemctl start nhip

        Exit codes: 65 the copy is damaged or no store, 66 no copy, 73 a store stands
        there, 75 a running nhip holds the store, no room, or stopped.
        """)

    @Argument(help: "The copy.") var copy: String
    @Option(help: "The store to be: a SQLite file.") var store: String
    @Flag(help: "Set the store that stands there aside.") var replace = false

    func run() throws {
      try SystemExit.mapped {
        let restore = StoreRestore(
          from: copy, to: store, isReplacing: replace, at: Nhip.wallClock())
        let signals = StopSignals { restore.stop() }
        defer { signals.cancel() }
        let progress = Progress()
        defer { progress.finish() }
        let outcome = try restore.restore(progress: progress.show)
        progress.finish()
        print("\(store): \(StoreText.summary(outcome.store)), read back")
        if let kept = outcome.keptPath { print("\(kept): the store that was there") }
        print(
          "acknowledged after the backup: not in this copy; that time counts as not observed, and "
            + "what the broker kept since comes at the next start of nhip run")
      }
    }
  }
}

/// What people read about a store as a file.
enum StoreText {
  static func summary(_ copy: CopySummary) -> String {
    let newest = copy.newestReceivedAt.map { ", newest received \(LocalTime.text($0))" } ?? ""
    return "\(copy.readingCount) readings\(newest), \(copy.sizeText)"
  }

  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }
}
