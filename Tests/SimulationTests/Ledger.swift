// SPDX-License-Identifier: Apache-2.0

import Foundation
import Storage
import Telemetry

@testable import Pipeline

/// The oracle: what was published and acknowledged, and whether a store agrees.
struct Ledger {
  private(set) var messages: [PublishedMessage] = []
  private var published: [Fate: Int] = [:]
  private var acknowledged: [Fate: Int] = [:]
  private(set) var acknowledgedCount = 0

  mutating func publish(_ message: PublishedMessage) -> Int {
    messages.append(message)
    published[message.fate, default: 0] += 1
    return messages.count - 1
  }

  mutating func acknowledge(_ message: Int) {
    acknowledged[messages[message].fate, default: 0] += 1
    acknowledgedCount += 1
  }

  /// What is wrong, nil if nothing is.
  ///
  /// - Parameter isDrained: everything that was published has been acknowledged.
  func fault(in store: Store, isDrained: Bool) throws -> String? {
    let stored = try Self.stored(in: store)
    for (fate, count) in published {
      let found = stored[fate, default: 0]
      let owed = isDrained ? count : acknowledged[fate, default: 0]
      if found < owed { return "lost: \(fate) stands \(found) times, \(owed) acknowledged" }
      if found > count { return "twice: \(fate) stands \(found) times, \(count) published" }
    }
    let strange = stored.keys.first { published[$0] == nil }
    return strange.map { "never published: \($0)" }
  }

  private static func stored(in store: Store) throws -> [Fate: Int] {
    var stored: [Fate: Int] = [:]
    try store.forEachBlock(eventTimeFrom: nil, to: nil, afterBlock: 0) { _, block in
      for hash in block.payloadHash { stored[.reading(hash), default: 0] += 1 }
    }
    for summary in try store.quarantine() {
      let fate = Fate.quarantine(address: summary.address, reason: summary.reason)
      stored[fate, default: 0] += Int(summary.count)
    }
    let registered = Set(SimulatedFleet.devices.map(\.address))
    for summary in try store.inbox() {
      guard registered.contains(summary.address) else {
        stored[.inbox(summary.address), default: 0] += Int(summary.kept + summary.dropped)
        continue
      }
      // Readings that wait until our own clock is out of doubt.
      for message in try store.inboxMessages(summary.address) {
        let hash = PublishedMessage.hash(
          topic: Array(message.topic.utf8), payload: message.payload)
        stored[.reading(hash), default: 0] += 1
      }
    }
    return stored
  }
}
