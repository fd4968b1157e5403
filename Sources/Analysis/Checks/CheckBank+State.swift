// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The states of one device as bytes and back: for each its rule's identity, its length and its
/// numbers, so that a changed profile keeps what still fits.
extension CheckBank {
  /// Begins every encoding; others are not read.
  private static let version: UInt8 = 2
  /// Stands for the boots, which belong to the device and not to a rule.
  private static let bootIdentity: UInt64 = 0

  package func encoded(_ position: Int) -> [UInt8] {
    let plan = plans[planOfDevice[position]]
    var writer = StateWriter()
    writer.append(Self.version)
    if plan.needsBoots { Self.write(boots[bootSlot(position)], Self.bootIdentity, &writer) }
    for (rule, test) in plan.tests.enumerated() {
      let index = slot(position, rule)
      switch test.form {
      case .stuck: Self.write(stuck[index], test.identity, &writer)
      case .outOfRange: Self.write(ranges[index], test.identity, &writer)
      case .counterReset: Self.write(counters[index], test.identity, &writer)
      case .clockDrift: Self.write(clocks[index], test.identity, &writer)
      case .degradation: Self.write(degradations[index], test.identity, &writer)
      case .exhaustion: Self.write(trends[index], test.identity, &writer)
      // They know nothing but what is open, which the store knows.
      case .rebootLoop, .expiry: break
      }
    }
    return writer.bytes
  }

  private static func write(
    _ state: some CheckState, _ identity: UInt64, _ writer: inout StateWriter
  ) {
    let bytes = state.encoded()
    writer.append(identity)
    writer.append(UInt16(bytes.count))
    writer.bytes += bytes
  }

  /// Takes what fits of an encoding; rules it does not know keep what they have.
  ///
  /// - Returns: false if the bytes are none.
  @discardableResult
  package mutating func restore(_ position: Int, encoded bytes: [UInt8]) -> Bool {
    var reader = StateReader(bytes[...])
    let version: UInt8 = reader.next()
    guard version == Self.version else { return false }
    let plan = plans[planOfDevice[position]]
    while !reader.isAtEnd {
      let identity: UInt64 = reader.next()
      let size: UInt16 = reader.next()
      // What ends within a head reads as zeros, and would for ever.
      guard !reader.isShort, let state = reader.take(Int(size)) else { return false }
      if identity == Self.bootIdentity, plan.needsBoots {
        boots[bootSlot(position)] = BootWatch(encoded: state) ?? BootWatch()
      } else if let rule = plan.tests.firstIndex(where: { $0.identity == identity }) {
        restore(slot(position, rule), plan.tests[rule].form, state)
      }
    }
    return !reader.isShort
  }

  private mutating func restore(_ index: Int, _ form: Check.Form, _ state: ArraySlice<UInt8>) {
    switch form {
    case .stuck: stuck[index] = StuckRun(encoded: state) ?? StuckRun()
    case .outOfRange: ranges[index] = RangeWatch(encoded: state) ?? RangeWatch()
    case .counterReset: counters[index] = CounterWatch(encoded: state) ?? CounterWatch()
    case .clockDrift: clocks[index] = ClockWatch(encoded: state) ?? ClockWatch()
    case .degradation:
      degradations[index] = DegradationWatch(encoded: state) ?? DegradationWatch()
    case .exhaustion: trends[index] = ExhaustionTrend(encoded: state) ?? ExhaustionTrend()
    case .rebootLoop, .expiry: break
    }
    hourDueAt = .min
  }

  /// What is open is what the store says.
  package mutating func setOpen(_ isOpen: Bool, rule: Int, of position: Int) {
    let index = slot(position, rule)
    switch plans[planOfDevice[position]].tests[rule].form {
    case .stuck: stuck[index].isOpen = isOpen
    case .outOfRange: ranges[index].isOpen = isOpen
    case .counterReset: counters[index].isOpen = isOpen
    case .rebootLoop: loops[index].isOpen = isOpen
    case .clockDrift: clocks[index].isOpen = isOpen
    case .degradation: degradations[index].isOpen = isOpen
    case .exhaustion: trends[index].isOpen = isOpen
    case .expiry: dates[index].isOpen = isOpen
    }
  }

  package func isOpen(rule: Int, of position: Int) -> Bool {
    let index = slot(position, rule)
    return switch plans[planOfDevice[position]].tests[rule].form {
    case .stuck: stuck[index].isOpen
    case .outOfRange: ranges[index].isOpen
    case .counterReset: counters[index].isOpen
    case .rebootLoop: loops[index].isOpen
    case .clockDrift: clocks[index].isOpen
    case .degradation: degradations[index].isOpen
    case .exhaustion: trends[index].isOpen
    case .expiry: dates[index].isOpen
    }
  }

  /// Our time was wrong: nothing can have been judged later than now.
  package mutating func forget(after now: Milliseconds) {
    hourDueAt = .min
    for index in boots.indices { boots[index].forget(after: now) }
    for index in stuck.indices { stuck[index].forget(after: now) }
    for index in ranges.indices { ranges[index].forget(after: now) }
    for index in counters.indices { counters[index].forget(after: now) }
    for index in clocks.indices { clocks[index].forget(after: now) }
    for index in degradations.indices { degradations[index].forget(after: now) }
    for index in trends.indices { trends[index].forget(after: now) }
  }
}
