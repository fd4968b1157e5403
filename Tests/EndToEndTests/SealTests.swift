// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry
import Testing

extension EndToEnd {
  @Suite("a day is sealed while nhip runs")
  struct SealTests {
    private static let topic = "nhip/v1/04321/wifi-ap/ap-ubnd-1/backlog"

    @Test("sealed on demand, revised by late data, verified, and the same after a kill")
    func onDemand() throws {
      let broker = try BrokerFixture()
      let nhip = try NhipProcess(broker: broker.port)
      try nhip.start()
      try broker.waitForSubscriptions()
      // What a device kept of yesterday: nobody doubts its times.
      let today = LocalTime.day(of: Milliseconds(Date().timeIntervalSince1970 * 1_000))
      let noon = LocalTime.start(ofDay: today - 1) + 12 * LocalTime.hourLength
      let day = LocalTime.isoDate(ofDay: today - 1)
      for minute in 0..<30 { try Self.publish(minute, from: noon, to: broker) }
      try nhip.waitForReading("\"seq\":29")

      let notOver = try nhip.command(
        "seal", "--store", "nhip.sqlite", "--day", LocalTime.isoDate(ofDay: today))
      #expect(notOver.code == 65 && notOver.error.contains("not over yet"), "\(notOver.error)")
      let first = try nhip.command("seal", "--store", "nhip.sqlite", "--day", day)
      #expect(first.code == 0, "\(first.error)")
      #expect(first.output.contains(": 30 readings, 0 repeated"), "\(first.output)")
      let again = try nhip.command("seal", "--store", "nhip.sqlite", "--day", day)
      #expect(again.output.contains("nothing has changed"), "\(again.output)")

      // The same ones again, and five that were missing.
      for minute in 25..<35 { try Self.publish(minute, from: noon, to: broker) }
      try nhip.waitForReading("\"seq\":34")
      let second = try nhip.command("seal", "--store", "nhip.sqlite", "--day", day)
      #expect(second.output.contains(": 35 readings, 5 repeated, revision 2"), "\(second.output)")
      let diff = try nhip.command("seal", "--store", "nhip.sqlite", "--diff")
      #expect(diff.output.contains("\(day) revision 2"), "\(diff.output)")
      #expect(diff.output.contains("ap-ubnd-1\treadings\t30\t35"), "\(diff.output)")

      let report = try nhip.command(
        "report", "--store", "nhip.sqlite", "--from", day, "--to", day, "--kind", "wifi-ap")
      let told = "Số liệu đã chốt, trước hạn nhận số liệu muộn, có điều chỉnh (lần 1)"
      #expect(report.output.contains(told), "\(report.output)")
      nhip.kill()
      // We listened on since the day was sealed, and the allowance of the day is not over.
      #expect(try nhip.command("seal", "--store", "nhip.sqlite", "--day", day).code == 0)
      let verified = try nhip.command("verify", "--store", "nhip.sqlite")
      #expect(verified.code == 0, "\(verified.output)\(verified.error)")
      #expect(verified.output.contains("35 readings, 1 of them sealed again"), "\(verified.output)")
      #expect(try nhip.export().count { $0.contains("\"seq\":27,") } == 1)

      try nhip.folder.damage("nhip.sqlite")
      let damaged = try nhip.command("verify", "--store", "nhip.sqlite")
      #expect(damaged.code == 65, "\(damaged.output)\(damaged.error)")
      #expect(damaged.output.contains("ap-ubnd-1: up is "), "\(damaged.output)")
    }

    private static func publish(
      _ minute: Int, from noon: Milliseconds, to broker: BrokerFixture
    ) throws {
      let at = noon + Milliseconds(minute) * 60_000
      try broker.publish(
        topic, "{\"ts\":\(at),\"seq\":\(minute),\"up\":\(9_000 + minute * 60),\"clients\":3}")
    }
  }
}

extension TemporaryFolder {
  /// Changes one sealed figure behind nhip's back.
  fileprivate func damage(_ store: String) throws {
    let statement = "UPDATE sealed_figure SET figures = replace(figures, ' up=', ' up=1')"
    let outcome = try ChildProcess.run(
      "/usr/bin/python3",
      [
        "-c",
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()",
        path(store), statement,
      ], in: self)
    guard outcome.code == 0 else { throw EndToEnd.Impatience(description: outcome.error) }
  }
}
