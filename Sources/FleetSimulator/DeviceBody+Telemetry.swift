// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// What ails a device that reports in time.
struct DeviceTrouble {
  var isServiceFaulty = false
  var isUnusual = false
  static let none = DeviceTrouble()
}

extension DeviceBody {
  /// What an anomaly plan has measured, by position among the kind's signals.
  private func whole(_ position: Int) -> Int? { signals.map { Int($0.value(position)) } }
  private func tenths(_ position: Int) -> Int? {
    signals.map { Int(($0.value(position) * 10).rounded()) }
  }
  private func left(_ supply: Supplies.Supply) -> Int? {
    supplies.map { Int($0.level(supply, at: advancedTo)) }
  }

  /// Video endpoints and kiosks write `ts` as RFC 3339, the others as epoch milliseconds, so that
  /// a fleet exercises both.
  var writesTimeAsText: Bool { kind == .videoEndpoint || kind == .kiosk }

  /// One report. `shown` is the time on the device's own clock, `now` the true one.
  mutating func telemetry(
    shown: Milliseconds, now: Milliseconds, trouble: DeviceTrouble, random: inout RandomStream
  ) -> [UInt8] {
    sequence += 1
    var text = JSONText()
    text.open()
    text.instant("ts", shown, asText: writesTimeAsText)
    text.field("seq", unsigned: sequence)
    text.field("up", Int((now - boot) / 1_000))
    text.field("fw", word: firmware)
    text.field("cpu", 4 + Int(random.unit() * 50))
    text.field("mem", 30 + Int(random.unit() * 30))
    text.field("temp", tenths: 310 + Int(random.unit() * 200))
    text.field("ipv6", size > 0.9)
    switch kind {
    case .wirelessAccessPoint: accessPoint(&text, trouble, &random)
    case .loudspeaker: loudspeaker(&text, trouble, &random)
    case .videoEndpoint: videoEndpoint(&text, now, trouble, &random)
    case .networkSensor: networkSensor(&text, trouble, &random)
    case .kiosk: kiosk(&text, trouble)
    }
    text.close()
    return text.bytes
  }

  private func accessPoint(
    _ text: inout JSONText, _ trouble: DeviceTrouble, _ random: inout RandomStream
  ) {
    text.key("wan")
    text.open()
    text.field("up", !trouble.isServiceFaulty)
    text.field("type", word: "4g")
    text.field(
      "rtt_ms",
      whole(1) ?? (25 + Int(random.unit() * 40)) * (trouble.isUnusual ? 9 : 1))
    text.field(
      "loss_pct",
      tenths: trouble.isServiceFaulty ? 1_000 : tenths(2) ?? Int(random.unit() * 8))
    text.field("rsrp_dbm", whole(3) ?? -115 + Int(size * 15) + Int(random.unit() * 6))
    text.close()
    text.key("radio")
    text.openList()
    let near = clients / 3
    radio(&text, band: "2.4", channel: 6, clients: near, &random)
    text.next()
    radio(&text, band: "5", channel: 36, clients: clients - near, &random)
    text.closeList()
    text.field("clients", clients)
    text.field("uniq_day", uniqueToday)
    text.field("rx_bytes", unsigned: shown(first))
    text.field("tx_bytes", unsigned: shown(second))
  }

  private func radio(
    _ text: inout JSONText, band: String, channel: Int, clients: Int,
    _ random: inout RandomStream
  ) {
    text.open()
    text.field("band", word: band)
    text.field("ch", channel)
    text.field("util_pct", min(100, 8 + clients + Int(random.unit() * 12)))
    text.field("noise_dbm", -97 + Int(random.unit() * 5))
    text.field("clients", clients)
    text.close()
  }

  private func loudspeaker(
    _ text: inout JSONText, _ trouble: DeviceTrouble, _ random: inout RandomStream
  ) {
    text.field("play", word: activity == nil ? "idle" : "playing")
    if let activity {
      text.field("prog", word: activity.slot.programme)
      text.field("src", word: "xa")
      text.field("prio", word: activity.slot.priority.word)
    }
    text.field("vol", activity == nil ? 0 : 12)
    text.field("vol_set", 12)
    text.field("mic_db", tenths: (activity == nil ? 330 : 690) + Int(random.unit() * 60))
    text.key("spk")
    text.openList()
    for number in 1...2 {
      if number > 1 { text.next() }
      text.open()
      text.field("n", number)
      text.field("ok", !trouble.isServiceFaulty)
      text.close()
    }
    text.closeList()
    text.field(
      "mains_v", whole(0) ?? (trouble.isUnusual ? 108 : 212) + Int(random.unit() * 16))
    text.field("batt_pct", left(.battery) ?? 90 + Int(random.unit() * 10))
    text.key("net")
    text.open()
    text.field("type", word: "4g")
    text.field("rsrp_dbm", whole(1) ?? -115 + Int(size * 15) + Int(random.unit() * 6))
    text.field("mb_month", left(.data) ?? Int(simMegabytes))
    text.close()
    text.field("sched", word: "synced")
  }

  private func videoEndpoint(
    _ text: inout JSONText, _ now: Milliseconds, _ trouble: DeviceTrouble,
    _ random: inout RandomStream
  ) {
    text.field("reg", !trouble.isServiceFaulty)
    text.field("call", activity != nil)
    if let activity {
      text.field("dur_s", Int((now - activity.start) / 1_000))
      text.key("rx")
      text.open()
      text.field(
        "loss_pct", tenths: tenths(0) ?? Int(random.unit() * 6) + (trouble.isUnusual ? 60 : 0))
      text.field("jitter_ms", whole(1) ?? 4 + Int(random.unit() * 14))
      text.field("kbps", 1_500 + Int(random.unit() * 500))
      text.field("res", word: "1280x720")
      text.field("fps", 30)
      text.close()
      text.field("rtt_ms", whole(2) ?? 30 + Int(random.unit() * 40))
      text.field("mos", tenths: tenths(3) ?? 36 + Int(random.unit() * 9))
    }
    text.field("cam", true)
    text.field("mic", true)
    text.field("display", true)
  }

  private func networkSensor(
    _ text: inout JSONText, _ trouble: DeviceTrouble, _ random: inout RandomStream
  ) {
    text.key("link")
    text.open()
    let isOnline = !trouble.isServiceFaulty
    for (position, name, isUp, base) in [(0, "cpnet", true, 6.0), (1, "internet", isOnline, 16.0)]
      as [(Int, StaticString, Bool, Double)]
    {
      text.key(name)
      text.open()
      text.field("up", isUp)
      if isUp { text.field("rtt_ms", whole(position) ?? Int(base + random.unit() * 9)) }
      text.close()
    }
    text.close()
    text.field("hosts", whole(2) ?? 18 + Int(size * 10) + Int(random.unit() * 4))
    let newHosts = random.chance(0.01) ? 1 : 0
    text.field(
      "new_hosts", whole(3) ?? (trouble.isUnusual ? 14 + Int(random.unit() * 9) : newHosts))
    text.key("sev")
    text.open()
    text.field("1", 0)
    text.field("2", Int(random.unit() * 4))
    text.field("3", Int(random.unit() * 14))
    text.close()
    text.field("drop_pct", tenths: Int(random.unit() * 3))
    text.field("sig_age_h", signatureAgeHours)
  }

  /// Signatures arrive once a day, at local midnight.
  private var signatureAgeHours: Int { Int(localTime(of: advancedTo) / 3_600_000) }

  private func kiosk(_ text: inout JSONText, _ trouble: DeviceTrouble) {
    text.field("app", word: trouble.isServiceFaulty ? "hung" : "running")
    text.field("touch", true)
    let paper = left(.paper) ?? Int(paperPercent)
    text.field("printer", word: paper < 15 ? "paper_low" : "ok")
    text.field("paper_pct", paper)
    text.field("pos", true)
    text.field("sessions", unsigned: first.value)
  }
}
