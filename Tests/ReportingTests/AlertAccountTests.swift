// SPDX-License-Identifier: Apache-2.0

import Telemetry
import Testing

@testable import Reporting

@Suite struct AlertAccountTests {
  private static let period = Interval(start: 1_000, end: 2_000)

  private static func alert(
    _ id: String, since: Milliseconds, resolvedAt: Milliseconds? = nil,
    acknowledgedAt: Milliseconds? = nil
  ) -> Alert {
    var alert = Alert(
      id: id, rule: "ap/offline", device: 1, commune: "X", severity: .high, since: since,
      firedAt: since + 10, title: Title(vi: "Mất", en: "Lost"), summary: Title(vi: "", en: ""),
      evidence: "{}")
    alert.resolvedAt = resolvedAt
    alert.acknowledgement = acknowledgedAt.map { .init(at: $0, by: "an", note: "") }
    alert.state = resolvedAt != nil ? .resolved : acknowledgedAt != nil ? .acknowledged : .firing
    return alert
  }

  private static func account(
    _ alerts: [Alert], sealedAt: Milliseconds? = 9_000
  ) -> AlertAccount {
    AlertAccount(alerts, of: [1], period: period, now: 9_000, sealedAt: sealedAt)
  }

  @Test("an alert that ended after the period was open at its end, whenever that is asked")
  func openAtEnd() {
    let before = Self.account([Self.alert("a", since: 1_500)])
    let after = Self.account([Self.alert("a", since: 1_500, resolvedAt: 2_500)])
    let taken = Self.account([Self.alert("a", since: 1_500, acknowledgedAt: 2_400)])
    for account in [before, after, taken] {
      #expect(account.rules == before.rules && account.listed == before.listed)
      #expect(account.rules[0].openCount == 1 && account.rules[0].duration == 500)
      #expect(account.listed[0].resolvedAt == nil && account.listed[0].state == .firing)
    }
    // At the last instant it was over, at the end it was not.
    for (end, count) in [(Milliseconds(1_999), 0), (2_000, 1)] {
      let account = Self.account([Self.alert("a", since: 1_500, resolvedAt: end)])
      #expect(account.rules[0].openCount == count)
    }
    let known = Self.account([Self.alert("a", since: 1_500, acknowledgedAt: 1_900)])
    #expect(known.listed[0].state == .acknowledged)
  }

  @Test("what ends later does not change which alerts are listed, nor their order")
  func order() {
    let open = (0..<40).map { Self.alert("\($0)", since: 1_000 + Milliseconds($0)) }
    let ended = open.enumerated().map { position, alert in
      Self.alert(
        alert.id, since: alert.since, resolvedAt: position % 3 == 0 ? 2_000 + alert.since : nil)
    }
    #expect(Self.account(open).listed == Self.account(ended).listed)
    #expect(Self.account(ended).listed.count == AlertAccount.listedMax)
  }

  @Test("a sealed report leaves out what nhip came to know after the seal")
  func knownLater() {
    let alert = Self.alert("a", since: 1_500)
    #expect(Self.account([alert], sealedAt: 1_509).count == 0)
    #expect(Self.account([alert], sealedAt: 1_510).count == 1)
    #expect(Self.account([alert], sealedAt: nil).count == 1)
  }
}
