// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The newest few instants at which something happened, to tell how often it did within a while.
/// Whole seconds, so that a nation's boots take 32 bytes a device.
struct RecentInstants: CheckState {
  static let countMax = 8

  /// Seconds since 1970, newest first; 0 is none.
  private var seconds = InlineArray<8, UInt32>(repeating: 0)

  static func == (left: Self, right: Self) -> Bool {
    (0..<countMax).allSatisfy { left.seconds[$0] == right.seconds[$0] }
  }

  func hash(into hasher: inout Hasher) {
    for index in 0..<Self.countMax { hasher.combine(seconds[index]) }
  }

  var newest: Milliseconds? { instant(0) }

  mutating func note(_ instant: Milliseconds) {
    for index in stride(from: Self.countMax - 1, to: 0, by: -1) {
      seconds[index] = seconds[index - 1]
    }
    seconds[0] = UInt32(min(max(instant / 1_000, 1), Milliseconds(UInt32.max)))
  }

  /// The first of the newest `count` instants, if all of them lie within `length` of the newest.
  func start(of count: Int, within length: Milliseconds) -> Milliseconds? {
    guard (1...Self.countMax).contains(count), let newest, let first = instant(count - 1),
      newest - first <= length
    else { return nil }
    return first
  }

  /// How many lie within `length` of the newest.
  func count(within length: Milliseconds) -> Int {
    guard let newest else { return 0 }
    return (0..<Self.countMax).count { instant($0).map { newest - $0 <= length } ?? false }
  }

  private func instant(_ index: Int) -> Milliseconds? {
    seconds[index] == 0 ? nil : Milliseconds(seconds[index]) * 1_000
  }

  mutating func visit<Visitor: StateVisitor>(_ visitor: inout Visitor) {
    for index in 0..<Self.countMax { visitor.pass(&seconds[index]) }
  }

  var isPossible: Bool { true }
}
