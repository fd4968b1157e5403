// SPDX-License-Identifier: Apache-2.0

import Alerting
import Analysis
import Telemetry

/// Which devices are judged, and which of their alerts are open.
extension AlertJudge {
  /// Takes the devices in force; who stays keeps its states.
  mutating func register(_ devices: [Device]) {
    var detectors = DetectorBank()
    swap(&detectors, &self.detectors)
    let before = self
    self.devices = devices.keeping { planOfKind[$0.kind] != nil }
    positionOfNumber = Dictionary(
      uniqueKeysWithValues: self.devices.indices.map { (self.devices[$0].number, $0) })
    (planOfDevice, heardAt, isOffline, silenceDueAt) = ([], [], [], [])
    // A mark that waits is forgotten; silence tells as well.
    pendingMarks = []
    markedAt = Array(repeating: .min, count: self.devices.count)
    markedBy = Array(repeating: 0, count: self.devices.count)
    (conditionStart, conditionStates) = ([], [])
    (anomalyStart, anomalyStates) = ([], AnomalyStates())
    duties = Array(repeating: DutyStretch(), count: self.devices.count)
    reserveStates()
    for device in self.devices {
      let kind = planOfKind[device.kind] ?? 0
      let plan = plans[kind]
      planOfDevice.append(kind)
      conditionStart.append(conditionStates.count)
      anomalyStart.append(anomalyStates.count)
      guard let old = before.positionOfNumber[device.number] else {
        heardAt.append(.min)
        isOffline.append(false)
        silenceDueAt.append(.min)
        conditionStates += Array(repeating: ConditionState(), count: plan.conditions.count)
        anomalyStates.append(count: plan.anomalies.count)
        continue
      }
      heardAt.append(before.heardAt[old])
      isOffline.append(before.isOffline[old])
      silenceDueAt.append(before.silenceDueAt[old])
      guard before.planOfDevice[old] == kind else {
        // It is another kind of device by now, whose rules have seen nothing yet.
        conditionStates += Array(repeating: ConditionState(), count: plan.conditions.count)
        anomalyStates.append(count: plan.anomalies.count)
        continue
      }
      conditionStates += before.conditions(of: old)
      anomalyStates.append(before.anomalies(of: old), of: before.anomalyStates)
    }
    layOutDetectors(before, consume detectors)
    checks.register(self.devices, kinds: planOfDevice) { before.positionOfNumber[$0.number] }
  }

  /// Grown step by step, the largest of these would be copied at twice its size.
  private mutating func reserveStates() {
    var (conditions, anomalies) = (0, 0)
    for device in devices {
      let plan = plans[planOfKind[device.kind] ?? 0]
      conditions += plan.conditions.count
      anomalies += plan.anomalies.count
    }
    conditionStates.reserveCapacity(conditions)
    anomalyStates.reserveCapacity(anomalies)
  }

  /// Takes the registry in force and resolves the alerts of who is no longer in it.
  mutating func register(_ registry: Registry, devices: [Device], at now: Milliseconds) {
    register(devices)
    book.take(registry)
    incidents.take(registry, devices: self.devices)
    resolveOrphans(at: now)
  }

  /// Resolves alerts of devices and rules that nobody judges any more.
  mutating func resolveOrphans(at now: Milliseconds) {
    let concerned = Set(book.openAlerts.map(\.device))
    let judged = Set(
      devices.indices.filter { concerned.contains(devices[$0].number) }.flatMap { position in
        names(of: position).map {
          AlertBook.Subject(rule: $0, device: devices[position].number)
        }
      })
    book.resolveAll(except: judged, at: now)
  }

  private func names(of position: Int) -> [String] {
    let plan = plans[planOfDevice[position]]
    return [plan.offline?.name].compactMap { $0 } + plan.conditions.map(\.name)
      + plan.anomalies.map(\.name) + plan.checks.map(\.name)
  }

  /// Our time was wrong: nothing can have been heard or judged later than now.
  mutating func forget(after now: Milliseconds) {
    brokerSigns.forget(after: now)
    incidents.engine.forget(after: now)
    for position in devices.indices where heardAt[position] != .min {
      let plan = plans[planOfDevice[position]]
      heardAt[position] = min(heardAt[position], now)
      silenceDueAt[position] = heardAt[position] + plan.offlineAfter
    }
    for position in pendingMarks where markedAt[position] > now { markedAt[position] = now }
    for index in conditionStates.indices where conditionStates[index].judgedAt > now {
      conditionStates[index].judgedAt = now
      conditionStates[index].holdsSince = min(conditionStates[index].holdsSince, now)
    }
    for index in anomalyStates.indices where anomalyStates.judgedAt(index) > now {
      anomalyStates[index].judgedAt = now
      anomalyStates[index].usualSince = min(anomalyStates[index].usualSince, now)
    }
    checks.forget(after: now)
  }

  /// After recovery: what is open is what the store says.
  mutating func takeOpenAlerts() {
    let concerned = Set(book.openAlerts.map(\.device))
    for position in devices.indices {
      let plan = plans[planOfDevice[position]]
      let number = devices[position].number
      let isConcerned = concerned.contains(number)
      func isOpen(_ name: String) -> Bool {
        isConcerned && book.openAlert(rule: name, device: number) != nil
      }
      isOffline[position] = plan.offline.map { isOpen($0.name) } ?? false
      for (rule, compiled) in plan.conditions.enumerated() {
        conditionStates[conditionStart[position] + rule].isOpen = isOpen(compiled.name)
      }
      for (rule, compiled) in plan.anomalies.enumerated() {
        anomalyStates[anomalyStart[position] + rule].isOpen = isOpen(compiled.name)
      }
      for (rule, compiled) in plan.checks.enumerated() {
        checks.setOpen(isOpen(compiled.name), rule: rule, of: position)
      }
    }
  }

  func conditions(of position: Int) -> ArraySlice<ConditionState> {
    let start = conditionStart[position]
    return conditionStates[start..<start + plans[planOfDevice[position]].conditions.count]
  }

  /// Its slots.
  func anomalies(of position: Int) -> Range<Int> {
    let start = anomalyStart[position]
    return start..<start + plans[planOfDevice[position]].anomalies.count
  }
}

extension [Device] {
  /// Those that meet a condition: the very same array where all do, so that a nation's devices are
  /// not kept once for each who looks at them.
  func keeping(_ isKept: (Device) -> Bool) -> [Device] {
    allSatisfy(isKept) ? self : filter(isKept)
  }
}
