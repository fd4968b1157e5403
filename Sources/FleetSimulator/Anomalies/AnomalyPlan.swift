// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// What goes wrong in an anomaly fleet over a plan: a pure function of its arguments, drawn before
/// the first message.
package final class AnomalyPlan: Sendable {
  package let fleet: AnomalyFleet
  package let span: Interval
  package let rates: AnomalyRates
  /// How often idle devices report, but for endpoints, which do so every five minutes at most.
  package let reportInterval: Milliseconds
  package let incidents: [TrueIncident]
  let devices: [DeviceAnomalies]
  /// Of each device of the fleet, in order of start.
  package var outages: [[Outage]] { devices.map(\.outages) }
  let weathers: [String: CommuneWeather]

  /// - Precondition: the report interval is at least 10 s.
  package init(
    fleet: AnomalyFleet, start: Milliseconds, duration: Milliseconds,
    rates: AnomalyRates = .all, reportInterval: Milliseconds = 60_000
  ) {
    precondition(duration >= 0 && reportInterval >= 10_000, "nobody reports that often")
    let span = Interval(start: start, end: start + duration)
    self.fleet = fleet
    self.span = span
    self.rates = rates
    self.reportInterval = reportInterval
    let seed = fleet.seed
    var weathers: [String: CommuneWeather] = [:]
    for commune in fleet.communes {
      weathers[commune.code] = CommuneWeather(
        commune: commune.code, seed: seed, span: span, perDay: rates.rain)
    }
    self.weathers = weathers
    let silence = SilenceModel(reportInterval: reportInterval)
    let groups = FleetGroups(fleet)
    let grouped = GroupedFaults(
      fleet: fleet, groups: groups, rates: rates, span: span, silence: silence, seed: seed)
    incidents = grouped.faults.map(\.incident)
    var outages = [[Outage]](repeating: [], count: fleet.members.count)
    for fault in grouped.faults {
      for (device, own) in fault.outages { outages[device] += own }
    }
    Self.addStrangers(to: &outages, storms: grouped.faults, fleet, span: span, silence: silence)
    devices = fleet.members.indices.map { position in
      Self.draw(
        fleet.members[position], outages[position], rates: rates, span: span,
        reportInterval: reportInterval, silence: silence, seed: seed,
        weather: weathers[fleet.members[position].device.commune])
    }
  }

  /// In half of the storms over a part of the fleet somebody else falls silent too, who has nothing
  /// to do with it.
  private static func addStrangers(
    to outages: inout [[Outage]], storms: [GroupedFault], _ fleet: AnomalyFleet, span: Interval,
    silence: SilenceModel
  ) {
    var random = RandomStream(seed: fleet.seed, name: "strangers")
    for storm in storms where random.chance(0.5) {
      let ill = Set(storm.outages.map(\.device))
      let communes = Set(storm.outages.map { fleet.members[$0.device].device.commune })
      var candidates = fleet.members.indices.filter {
        !ill.contains($0) && communes.contains(fleet.members[$0].device.commune)
      }
      if candidates.isEmpty { candidates = fleet.members.indices.filter { !ill.contains($0) } }
      guard !candidates.isEmpty else { continue }
      let stranger = candidates[Int(random.integer(in: 0...Int64(candidates.count - 1)))]
      let start = storm.incident.start + random.integer(in: 30_000...600_000)
      let interval = Interval(start: start, end: start + silence.length(&random))
      let near = Interval(
        start: interval.start - AnomalyDraw.margin, end: interval.end + AnomalyDraw.margin)
      guard near.end < span.end,
        !outages[stranger].contains(where: { $0.interval.meets(near) })
      else { continue }
      outages[stranger] += silence.outages(
        random.chance(0.5) ? .linkLoss : .deviceOff, interval, isLate: false, &random)
    }
  }

  /// The same, beginning at another instant.
  func starting(at instant: Milliseconds) -> AnomalyPlan {
    AnomalyPlan(
      fleet: fleet, start: instant, duration: span.duration, rates: rates,
      reportInterval: reportInterval)
  }

  /// Grouped faults of many short silences are told as one.
  private static func toldWhole(_ outages: [Outage]) -> [InjectedFault] {
    let parts = Dictionary(grouping: outages.filter(\.isPart)) { $0.incident ?? "" }
    return parts.keys.sorted().compactMap { incident in
      guard let own = parts[incident], let first = own.first, let last = own.last else {
        return nil
      }
      return InjectedFault(
        kind: first.kind, start: first.interval.start, end: last.interval.end,
        amount: Double(own.count), incident: incident)
    }
  }

  private static func draw(
    _ member: AnomalyFleet.Member, _ outages: [Outage], rates: AnomalyRates, span: Interval,
    reportInterval: Milliseconds, silence: SilenceModel, seed: UInt64, weather: CommuneWeather?
  ) -> DeviceAnomalies {
    guard let kind = SimulatedKind(rawValue: member.device.kind), let weather else {
      preconditionFailure("the fleet's maker knows its kinds and communes")
    }
    var random = RandomStream(seed: seed, name: "signals \(member.device.id)")
    let signals = SignalModel.models(of: kind, isOffice: member.isOffice).map {
      WatchedSignal(model: $0, weather: weather, span: span, random: &random)
    }
    var supply = RandomStream(seed: seed, name: "supplies \(member.device.id)")
    var device = DeviceAnomalies(
      firmware: member.firmware, signals: signals, weather: weather, signalSeed: random,
      supplies: Supplies(random: &supply), simExpiresOn: 0,
      certificateExpiresOn: 0)
    device.outages = outages
    device.told = toldWhole(outages)
    var draw = AnomalyDraw(
      rates: rates, span: span, reportInterval: reportInterval, silence: silence, kind: kind,
      random: RandomStream(seed: seed, name: "faults \(member.device.id)"), device: device,
      taken: outages.map(\.interval))
    draw.draw()
    return draw.device
  }
}
