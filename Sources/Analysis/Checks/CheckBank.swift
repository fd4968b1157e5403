// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What all checks remember of all devices: a column for each form of check, in which the states of
/// one rule of one kind lie side by side, one a device.
///
/// Owned by whoever judges readings, on its thread. Has no clock: time passes by ``tick(now:)`` and
/// by the receive times of readings. Bounds: one state for each rule of each device.
package struct CheckBank: Sendable {
  /// An hour is judged so long after its end: by then what is not late has come.
  static let hourGrace: Milliseconds = 10 * LocalTime.minuteLength
  /// With fewer devices of a kind in a commune nothing is said to be alike.
  static let groupCountMin = 5

  /// What a call found, usually nothing.
  package struct Found: Sendable, Hashable {
    package var position: Int
    /// Of the kind's checks, in the order of the profile.
    package var rule: Int
    package var finding: CheckFinding
  }

  /// What the last ``judge(_:_:position:over:sentAt:)`` or ``tick(now:)`` found.
  package var found: [Found] = []

  let plans: [CheckPlan]
  var devices: [Device] = []
  var planOfDevice: [Int] = []
  /// The how-many-th device of its kind each is.
  var ordinals: [Int32] = []
  /// Where a kind's rules begin in `bases`.
  private let ruleStart: [Int]
  /// By rule of a kind: where its states begin in the column of its form.
  var bases: [Int] = []
  /// By kind: the same of `boots`.
  var bootBases: [Int] = []
  var boots: [BootWatch] = []
  var stuck: [StuckRun] = []
  var ranges: [RangeWatch] = []
  var counters: [CounterWatch] = []
  var loops: [RebootLoop] = []
  var clocks: [ClockWatch] = []
  var degradations: [DegradationWatch] = []
  var trends: [ExhaustionTrend] = []
  /// Whether a date is told to be near.
  var dates: [DateWatch] = []
  /// By device: a number for its commune, the same for no other.
  private(set) var communes: [Int32] = []
  /// When a local hour is over and its readings are in.
  var hourDueAt: Milliseconds = .min
  private var datesDueAt: Milliseconds = .min
  private let needsHours: Bool
  private let needsDates: Bool

  package init(profiles: [Profile]) {
    plans = profiles.map(CheckPlan.init)
    var (starts, count) = ([Int](), 0)
    for plan in plans {
      starts.append(count)
      count += plan.tests.count
    }
    ruleStart = starts
    needsHours = plans.contains(where: \.needsHours)
    needsDates = plans.contains(where: \.needsDates)
  }

  package func plan(ofKind kind: Int) -> CheckPlan { plans[kind] }

  /// Takes the devices in force; who stays keeps its states.
  ///
  /// - Parameters:
  ///   - kinds: by device: the position of its profile.
  ///   - previous: by device: its position before; nil for a new one.
  package mutating func register(
    _ devices: [Device], kinds: [Int], previous: (Device) -> Int?
  ) {
    hourDueAt = .min
    datesDueAt = .min
    communes = Self.numbered(devices.map(\.commune))
    // Most commands change words and dates alone: a nation's states are then not copied.
    if kinds == planOfDevice, devices.indices.allSatisfy({ previous(devices[$0]) == $0 }) {
      self.devices = devices
      return
    }
    let before = self
    self.devices = devices
    planOfDevice = kinds
    layOut()
    for (position, device) in devices.enumerated() {
      guard let old = previous(device), before.planOfDevice[old] == kinds[position] else {
        continue
      }
      copy(position, from: before, old)
    }
  }

  private static func numbered(_ codes: [String]) -> [Int32] {
    var numbers: [String: Int32] = [:]
    return codes.map { code in
      if let number = numbers[code] { return number }
      let number = Int32(truncatingIfNeeded: numbers.count)
      numbers[code] = number
      return number
    }
  }

  func slot(_ position: Int, _ rule: Int) -> Int {
    bases[ruleStart[planOfDevice[position]] + rule] + Int(ordinals[position])
  }

  private mutating func layOut() {
    var counts = Array(repeating: 0, count: plans.count)
    ordinals = planOfDevice.map { kind in
      defer { counts[kind] += 1 }
      return Int32(counts[kind])
    }
    var sizes: [Check.Form: Int] = [:]
    (bases, bootBases) = ([], [])
    var bootCount = 0
    for (plan, count) in zip(plans, counts) {
      bootBases.append(bootCount)
      if plan.needsBoots { bootCount += count }
      for test in plan.tests {
        bases.append(sizes[test.form, default: 0])
        sizes[test.form, default: 0] += count
      }
    }
    func column<State: CheckState>(_ form: Check.Form) -> [State] {
      Array(repeating: State(), count: sizes[form] ?? 0)
    }
    boots = Array(repeating: BootWatch(), count: bootCount)
    stuck = column(.stuck)
    ranges = column(.outOfRange)
    counters = column(.counterReset)
    loops = column(.rebootLoop)
    clocks = column(.clockDrift)
    degradations = column(.degradation)
    trends = column(.exhaustion)
    dates = column(.expiry)
  }

  private mutating func copy(_ position: Int, from other: CheckBank, _ old: Int) {
    let plan = plans[planOfDevice[position]]
    if plan.needsBoots { boots[bootSlot(position)] = other.boots[other.bootSlot(old)] }
    for (rule, test) in plan.tests.enumerated() {
      let (new, old) = (slot(position, rule), other.slot(old, rule))
      switch test.form {
      case .stuck: stuck[new] = other.stuck[old]
      case .outOfRange: ranges[new] = other.ranges[old]
      case .counterReset: counters[new] = other.counters[old]
      case .rebootLoop: loops[new] = other.loops[old]
      case .clockDrift: clocks[new] = other.clocks[old]
      case .degradation: degradations[new] = other.degradations[old]
      case .exhaustion: trends[new] = other.trends[old]
      case .expiry: dates[new] = other.dates[old]
      }
    }
  }

  func bootSlot(_ position: Int) -> Int {
    bootBases[planOfDevice[position]] + Int(ordinals[position])
  }

  // MARK: Time

  /// Time has passed.
  ///
  /// - Parameter now: until when all that there was to hear has been heard.
  package mutating func tick(now: Milliseconds) {
    found.removeAll(keepingCapacity: true)
    if needsHours, now >= hourDueAt { closeHours(now: now) }
    if needsDates, now >= datesDueAt {
      datesDueAt = now + LocalTime.minuteLength
      judgeDates(now: now)
    }
  }

  /// Before a reading is judged: the hours that are over when it comes.
  mutating func passHours(receivedAt: Milliseconds) {
    if needsHours, receivedAt >= hourDueAt { closeHours(now: receivedAt) }
  }

  private mutating func judgeDates(now: Milliseconds) {
    for position in devices.indices {
      let plan = plans[planOfDevice[position]]
      guard plan.needsDates else { continue }
      for (rule, test) in plan.tests.enumerated() where test.form == .expiry {
        let device = devices[position]
        let date = test.expiring == .sim ? device.simExpiresOn : device.certificateExpiresOn
        let index = slot(position, rule)
        if let finding = dates[index].judge(date, at: now, within: test.length) {
          found.append(Found(position: position, rule: rule, finding: finding))
        }
      }
    }
  }
}

/// Whether a date of the registry is near. What is told begins `within` before the date, and ends
/// when the date is moved or removed.
struct DateWatch: CheckState {
  var isOpen = false

  mutating func judge(
    _ date: Milliseconds?, at now: Milliseconds, within length: Milliseconds
  ) -> CheckFinding? {
    let isNear = date.map { now >= $0 - length } ?? false
    guard isNear != isOpen else { return nil }
    isOpen = isNear
    guard isNear, let date else { return .ended(at: now) }
    var figures = CheckFigures(since: date - length)
    figures.reachedAt = date
    return .began(figures)
  }

  mutating func visit<Visitor: StateVisitor>(_ visitor: inout Visitor) { visitor.pass(&isOpen) }

  var isPossible: Bool { true }
}
