// SPDX-License-Identifier: Apache-2.0

import Ingest
import Telemetry

/// Where a topic leads: which device, which kind, which channel.
struct Route: Sendable {
  /// Position in the engine's list of devices.
  var device: Int32
  var channel: Channel
}

/// From topic bytes to route by open addressing: one hash and one comparison a message.
///
/// Filled from the registry (four topics a device), read by the engine's thread only. Bounded by
/// the registry; topics of unregistered devices never enter.
struct TopicTable {
  private var hashes: [UInt64]
  private var routes: [Route]
  private var starts: [Int32]
  private var sizes: [UInt16]
  private var bytes: [UInt8] = []
  private let mask: Int

  /// - Parameter topics: every topic once, with its route.
  init(_ topics: [(topic: String, route: Route)]) {
    var capacity = 16
    while capacity < topics.count * 2 { capacity *= 2 }
    mask = capacity - 1
    // A hash of 0 marks an empty place; `occupied` never gives it.
    hashes = Array(repeating: 0, count: capacity)
    routes = Array(repeating: Route(device: -1, channel: .telemetry), count: capacity)
    starts = Array(repeating: 0, count: capacity)
    sizes = Array(repeating: 0, count: capacity)
    for (topic, route) in topics { insert(Array(topic.utf8), route) }
  }

  private mutating func insert(_ topic: [UInt8], _ route: Route) {
    let hash = unsafe Self.occupied(topic.withUnsafeBytes { unsafe PayloadHash.of($0) })
    var place = Int(truncatingIfNeeded: hash) & mask
    while hashes[place] != 0 { place = (place + 1) & mask }
    hashes[place] = hash
    routes[place] = route
    starts[place] = Int32(bytes.count)
    sizes[place] = UInt16(topic.count)
    bytes += topic
  }

  /// - Parameter topicHash: `PayloadHash` of the topic, which the caller needs as well.
  func route(of topic: UnsafeRawBufferPointer, topicHash: UInt64) -> Route? {
    let hash = Self.occupied(topicHash)
    var place = Int(truncatingIfNeeded: hash) & mask
    while hashes[place] != 0 {
      if hashes[place] == hash, unsafe isEqual(topic, at: place) { return routes[place] }
      place = (place + 1) & mask
    }
    return nil
  }

  private func isEqual(_ topic: UnsafeRawBufferPointer, at place: Int) -> Bool {
    guard Int(sizes[place]) == topic.count else { return false }
    let start = Int(starts[place])
    for index in 0..<topic.count where unsafe bytes[start + index] != topic[index] { return false }
    return true
  }

  private static func occupied(_ topicHash: UInt64) -> UInt64 { topicHash | 1 }
}
