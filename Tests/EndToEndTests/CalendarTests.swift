// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension EndToEnd {
  @Suite("calendars reach the nhip that runs")
  struct CalendarTests {
    let nhip: NhipProcess

    init() throws {
      let broker = try BrokerFixture()
      nhip = try NhipProcess(broker: broker.port)
      try nhip.start()
      try broker.waitForSubscriptions()
    }

    private func write(_ rule: String) throws {
      try nhip.folder.write(
        "work.ics",
        """
        BEGIN:VCALENDAR
        VERSION:2.0
        PRODID:-//nhip//tests//EN
        BEGIN:VEVENT
        UID:work-1
        SUMMARY:Bảo trì
        DTSTART:20270103T080000
        DURATION:PT2H
        RRULE:\(rule)
        END:VEVENT
        END:VCALENDAR
        """)
    }

    private func calendar(_ arguments: String...) throws -> ChildProcess.Outcome {
      try ChildProcess.run(
        NhipProcess.executable, ["calendar"] + arguments + ["--store", "nhip.sqlite"],
        in: nhip.folder)
    }

    @Test("a calendar is imported, listed and withdrawn while messages flow; a broken one is not")
    func importing() throws {
      try write("FREQ=WEEKLY;COUNT=4")
      let scope = ["--purpose", "maintenance", "--site", "nvh01", "--by", "an"]
      let taken = try ChildProcess.run(
        NhipProcess.executable,
        ["calendar", "import", "work.ics"] + scope + ["--store", "nhip.sqlite"], in: nhip.folder)
      #expect(taken.code == 0, "\(taken.error)")
      #expect(taken.output.contains("new\tmaintenance\t03/01/2027 08:00:00\t4 times\tBảo trì"))
      let listed = try calendar("list", "--lang", "en")
      #expect(listed.output.contains("site nvh01") && listed.output.contains("an"))

      try write("FREQ=SOMETIMES")
      let broken = try calendar("import", "work.ics", "--purpose", "maintenance")
      #expect(broken.code == 78)
      #expect(broken.error.contains("work.ics:9:1: key 'RRULE'"), "\(broken.error)")
      let unknown = try calendar("import", "work.ics", "--purpose", "party")
      #expect(unknown.code == 64)

      let withdrawn = try calendar("withdraw", "1", "--by", "lan")
      #expect(withdrawn.code == 0 && withdrawn.output.contains("1 entries withdrawn"))
      #expect(try calendar("list", "--lang", "en").output.contains("No entries"))
      let gap = try ChildProcess.run(
        NhipProcess.executable,
        [
          "observed", "confirm", "--from", "2026-01-01T00:00:00Z", "--to", "2026-01-01T01:00:00Z",
          "--note", "router", "--store", "nhip.sqlite",
        ], in: nhip.folder)
      #expect(gap.code == 0 && gap.output.contains("gap 1 confirmed"), "\(gap.error)")
      #expect(try nhip.terminate().code == 0)
    }
  }
}
