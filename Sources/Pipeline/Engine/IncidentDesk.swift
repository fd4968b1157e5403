// SPDX-License-Identifier: Apache-2.0

import Alerting
import Analysis
import Storage
import Telemetry

/// Feeds the incident engine with what the judge finds, and makes rows of what it finds out.
///
/// Part of the judge, owned by the engine's thread. What it finds is written in the transaction of
/// the alerts that caused it, so that after a crash both stand at the same place of the log.
struct IncidentDesk {
  var engine: IncidentEngine
  /// By the full name of the rule.
  private var rules: [String: AlertRule] = [:]
  private var serviceMetrics: Set<String> = []
  private(set) var metricTitles: [String: Title] = [:]
  private(set) var kindTitles: [String: Title] = [:]
  private var paces: [String: IncidentFleet.KindPace] = [:]
  /// What the engine found since the last transaction: a batch of a replay may hold an hour, and
  /// each version is kept with the moment at which a running pipeline would have told it.
  private var found: [(at: Milliseconds, change: IncidentChange)] = []
  private var counts: [Int64: OnsetCounts] = [:]
  /// Different firmwares, and which of them each device told last; by the judge's positions.
  private var firmwareNumbers: [String: Int32] = [:]
  private var firmwareOfPosition: [Int32] = []
  /// How units and sites are called in the registry in force.
  private(set) var places: IncidentPlaceNames

  /// Whose `<` says that the mains are gone.
  static let mainsMetric = "mains_v"
  /// The rule that tells of restarts, by the name that profiles give it.
  static let rebootRule = "reboot_loop"
  /// Boot reasons that mean power, as devices word them.
  static let powerReasons: Set<String> = [
    "power", "power-on", "power_on", "poweron", "power-loss", "power_loss", "brownout",
  ]
  /// More are no versions of firmware but noise, and told apart no more.
  static let firmwareCountMax = 65_536

  init(profiles: [Profile], devices: [Device], registry: Registry) {
    for profile in profiles {
      paces[profile.kind] = .init(
        reportInterval: profile.reportInterval, offlineAfter: profile.offlineAfter)
      kindTitles[profile.kind] = profile.title
      for metric in profile.metrics { metricTitles[metric.name] = metric.title }
      for rule in profile.alerts { rules[AlertBook.name(of: rule, kind: profile.kind)] = rule }
      for condition in profile.service {
        serviceMetrics.insert("\(profile.kind)/\(condition.metric)")
      }
    }
    places = IncidentPlaceNames(registry)
    engine = IncidentEngine(
      fleet: IncidentFleet(devices: devices, registry: registry, paces: paces))
    firmwareOfPosition = Array(repeating: -1, count: devices.count)
  }

  mutating func take(_ registry: Registry, devices: [Device]) {
    places = IncidentPlaceNames(registry)
    engine.take(IncidentFleet(devices: devices, registry: registry, paces: paces))
    // Told again with the next readings.
    firmwareOfPosition = Array(repeating: -1, count: devices.count)
  }

  // MARK: Alerts

  /// Takes transitions in the order in which they became known.
  mutating func follow(_ steps: [AlertBook.Step], heard: [Milliseconds]) {
    let inOrder = steps.enumerated().sorted {
      ($0.element.at, $0.offset) < ($1.element.at, $1.offset)
    }
    for (_, step) in inOrder {
      let (alert, at) = (step.alert, step.at)
      guard let id = UInt64(alert.id, radix: 16) else { continue }
      switch alert.state {
      case .firing:
        guard let onset = onset(of: alert, id: id, knownAt: at) else { continue }
        engine.begin(onset, heard: heard)
      case .acknowledged: continue
      case .resolved:
        engine.end(alert: id, at: alert.resolvedAt ?? at, knownAt: at, heard: heard)
      }
    }
  }

  /// Nil where no rule of a profile is known for it any more.
  func onset(of alert: Alert, id: UInt64, knownAt: Milliseconds) -> IncidentOnset? {
    symptom(of: alert).map {
      IncidentOnset(
        device: alert.device, alert: id, symptom: $0, severity: alert.severity,
        since: alert.since, knownAt: knownAt)
    }
  }

  func symptom(of alert: Alert) -> IncidentSymptom? {
    guard let rule = rules[alert.rule] else { return nil }
    if case .offline = rule.trigger { return .silent }
    if rule.name == Self.rebootRule { return .rebootLoop }
    if case .condition(let condition, _) = rule.trigger {
      let isBelow = [.less, .atMost].contains(condition.comparison)
      if condition.metric == Self.mainsMetric, isBelow { return .mainsLost }
      let kind = alert.rule.prefix { $0 != "/" }
      if serviceMetrics.contains("\(kind)/\(condition.metric)") { return .service }
      return .metric(condition.metric, isAbove: !isBelow)
    }
    if case .anomaly(let metric) = rule.trigger {
      // Evidence that this nhip cannot read does not say on which side it was.
      let evidence = try? AlertEvidence(json: alert.evidence)
      let isAbove = (evidence?.value ?? 0) >= (evidence?.expected ?? 0)
      return .metric(metric, isAbove: isAbove)
    }
    return .metric(rule.name, isAbove: true)
  }

  // MARK: Readings

  /// Looks at which firmware devices run, and at what those say that come back.
  mutating func observe(
    _ block: ReadingColumns, _ rows: Range<Int>, position: (Int64) -> Int?
  ) {
    let columns = Columns(block)
    let firmwares = columns.firmware.map { firmwareNumbers(of: block.metrics[$0].words) }
    let looksAtReturns = !engine.involvesNobody
    for row in rows {
      guard block.flags[row].isDisjoint(with: [.retained, .backlog, .offlineMark]) else { continue }
      if let column = columns.firmware, let firmwares, block.metrics[column].tags[row] == .word,
        let place = position(block.device[row])
      {
        let word = Int(block.metrics[column].bits[row])
        if firmwares[word] >= 0, firmwareOfPosition[place] != firmwares[word] {
          firmwareOfPosition[place] = firmwares[word]
          engine.setFirmware(block.metrics[column].words[word], of: place)
        }
      }
      if looksAtReturns, engine.isInvolved(block.device[row]) {
        noteReturn(block, row, columns)
      }
    }
  }

  private struct Columns {
    let firmware: Int?
    let up: Int?
    let reason: Int?

    init(_ block: ReadingColumns) {
      firmware = block.metricNames.firstIndex(of: "fw")
      up = block.metricNames.firstIndex(of: "up")
      reason = block.metricNames.firstIndex(of: "boot_reason")
    }
  }

  private mutating func firmwareNumbers(of words: [String]) -> [Int32] {
    words.map { word in
      if let known = firmwareNumbers[word] { return known }
      guard firmwareNumbers.count < Self.firmwareCountMax else { return -1 }
      let next = Int32(firmwareNumbers.count)
      firmwareNumbers[word] = next
      return next
    }
  }

  private mutating func noteReturn(_ block: ReadingColumns, _ row: Int, _ columns: Columns) {
    let (device, time) = (block.device[row], block.eventTime[row])
    // 136 years of running are none.
    if let up = columns.up,
      let seconds = block.metrics[up].number(row, in: 0...4_294_967_295)
    {
      engine.note(.booted(at: time - Milliseconds(seconds * 1_000)), of: device, at: time)
    }
    if let reason = columns.reason, case .word(let word) = block.metrics[reason][row] {
      let isPower = Self.powerReasons.contains(word.lowercased())
      engine.note(isPower ? .powerReason : .otherReason, of: device, at: time)
    }
  }

  // MARK: What is written

  /// Notes what the engine has found out by now.
  mutating func collect() {
    guard engine.hasChanges else { return }
    let (changes, counts) = engine.takeChanges()
    for change in changes { found.append((engine.now, change)) }
    for entry in counts { self.counts[entry.device] = entry }
  }

  /// What changed, for the transaction of the alerts that caused it.
  ///
  /// - Parameter devices: by the judge's positions.
  mutating func takeChanges(devices: [Device]) -> IncidentBatch {
    var batch = IncidentBatch()
    collect()
    guard !found.isEmpty || !counts.isEmpty else { return batch }
    defer {
      found.removeAll()
      counts.removeAll()
    }
    batch.counts = counts.keys.sorted().compactMap { counts[$0] }
    let last = Dictionary(found.indices.map { (found[$0].change.id, $0) }) { $1 }
    for (index, (at, change)) in found.enumerated() {
      let isLast = last[change.id] == index
      if isLast || change.isNewVersion {
        let incident = incident(of: change, devices: devices)
        if isLast { batch.incidents.append(incident) }
        if change.isNewVersion {
          batch.versions.append(IncidentVersion(at: at, incident: incident))
        }
      }
      batch.members += change.members.map {
        IncidentMember(
          incident: StableHash.text(change.id), device: $0.device, alert: StableHash.text($0.alert),
          since: $0.since, joinedAt: $0.joinedAt, endedAt: $0.endedAt)
      }
      batch.removed += change.removed.map {
        (StableHash.text(change.id), StableHash.text($0))
      }
    }
    return batch
  }
}
