// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension EndToEnd {
  @Suite("the schedule arrives")
  struct ScheduleTests {
    private static func topic(_ id: String) -> String { "nhip/v1/04321/schedule/\(id)" }

    private static func payload(_ title: String) -> String {
      "{\"start\":1795107600,\"dur_s\":900,\"title\":\"\(title)\",\"devices\":[\"loa-x\"]}"
    }

    /// The lines of the list that name a slot.
    private static func lines(_ nhip: NhipProcess, _ id: String) throws -> [Substring] {
      let outcome = try nhip.command(
        "schedule", "list", "--store", "nhip.sqlite", "--from", "2026-11-01", "--to",
        "2026-11-30")
      return outcome.output.split(separator: "\n").filter { $0.contains("\t\(id)\t") }
    }

    private static func wait(_ nhip: NhipProcess, _ id: String, _ text: String) throws {
      try EndToEnd.wait(for: "slot \(id) with \(text); the log says: \(nhip.log)") {
        try lines(nhip, id).contains { $0.contains(text) }
      }
    }

    @Test("retained slots are found at the first start, repeated ones stored once, changes counted")
    func retained() throws {
      let broker = try BrokerFixture()
      try broker.publish(Self.topic("early"), Self.payload("early"), isRetained: true)
      let nhip = try NhipProcess(broker: broker.port)
      try nhip.start()
      try Self.wait(nhip, "early", "\t1\t")
      try broker.publish(Self.topic("early"), Self.payload("early"), isRetained: true)
      try broker.publish(Self.topic("early"), Self.payload("changed"), isRetained: true)
      try Self.wait(nhip, "early", "changed")
      #expect(try Self.lines(nhip, "early").map { $0.contains("\t2\t") } == [true])
      #expect(try Self.lines(nhip, "early").map { $0.contains("loa-x") } == [true])
      try broker.publish(Self.topic("early"), bytes: [], isRetained: true)
      try Self.wait(nhip, "early", "\t3\t")
      #expect(try nhip.terminate().code == 0)
      #expect(try Self.lines(nhip, "early").count == 1)
    }

    @Test("a slot is stored once, under the right version, wherever nhip is killed")
    func killed() throws {
      let broker = try BrokerFixture()
      let nhip = try NhipProcess(broker: broker.port)
      try nhip.start()
      try broker.waitForSubscriptions()
      try EndToEnd.wait(for: "the subscription") { broker.log.contains("+/schedule/+") }
      // Killed as soon as the broker has it: before or after the commit, nobody can tell.
      for round in 1...6 {
        try broker.publish(Self.topic("s"), Self.payload("round \(round)"), isRetained: true)
        if round % 2 == 0 { try Self.wait(nhip, "s", "round \(round)") }
        nhip.kill()
        try nhip.start()
      }
      try Self.wait(nhip, "s", "round 6")
      // While nobody listens, the broker keeps it.
      nhip.kill()
      try broker.publish(Self.topic("s"), Self.payload("away"), isRetained: true)
      try nhip.start()
      try Self.wait(nhip, "s", "away")
      #expect(try nhip.terminate().code == 0)
      let lines = try Self.lines(nhip, "s")
      #expect(lines.count == 1)
      #expect(lines.first?.contains("\t7\t") == true, "\(lines)")
    }

    @Test("a calendar file becomes slots through the nhip that runs")
    func calendarFile() throws {
      let broker = try BrokerFixture()
      let nhip = try NhipProcess(broker: broker.port)
      try nhip.start()
      try broker.waitForSubscriptions()
      try nhip.folder.write(
        "hop.ics",
        """
        BEGIN:VCALENDAR
        VERSION:2.0
        PRODID:x
        BEGIN:VEVENT
        UID:hop
        DTSTAMP:20261101T000000Z
        DTSTART:20261121T010000Z
        DURATION:PT1H
        SUMMARY:Giao ban
        END:VEVENT
        END:VCALENDAR
        """)
      let outcome = try nhip.command(
        "schedule", "import", "hop.ics", "--commune", "04321", "--kind", "video-endpoint",
        "--store", "nhip.sqlite", "--by", "an")
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(outcome.output.contains("1 slots new"))
      let lines = try Self.lines(nhip, "hop-20261121T080000")
      #expect(lines.first?.contains("Giao ban") == true, "\(lines)")
      let bad = try nhip.command(
        "schedule", "import", "none.ics", "--commune", "04321", "--store", "nhip.sqlite")
      #expect(bad.code == 78)
      #expect(try nhip.terminate().code == 0)
    }

    @Test("what is no slot is quarantined, acknowledged, and does not come again")
    func bad() throws {
      let broker = try BrokerFixture()
      let nhip = try NhipProcess(broker: broker.port)
      try broker.publish(Self.topic("b"), #"{"dur_s":5}"#, isRetained: true)
      try broker.publish(Self.topic("c"), "no", isRetained: true)
      try nhip.start()
      try broker.publish(Self.topic("good"), Self.payload("good"), isRetained: true)
      try Self.wait(nhip, "good", "good")
      #expect(try nhip.terminate().code == 0)
      try nhip.start()
      try broker.publish(Self.topic("last"), Self.payload("last"), isRetained: true)
      try Self.wait(nhip, "last", "last")
      #expect(try nhip.terminate().code == 0)
      let report = try nhip.command(
        "report", "--store", "nhip.sqlite", "--from", "2026-11-01", "--to", "2026-11-30",
        "--format", "json")
      for reason in ["schedule-no-start", "schedule-not-json"] {
        let pattern = "\"reason\" : \"\(reason)\""
        let compact = pattern.replacingOccurrences(of: " ", with: "")
        #expect(
          report.output.contains(pattern) || report.output.contains(compact), "\(report.output)")
      }
    }
  }
}
