// SPDX-License-Identifier: Apache-2.0

import Glibc
import Ingest
import Telemetry

/// Where a topic leads: which device, which channel.
struct Route: Sendable {
  /// Position in the engine's list of devices.
  var device: Int32
  var channel: Channel
}

/// From topic bytes to route by open addressing: one hash and one comparison a message.
///
/// Filled from the registry (four topics a device), read by the engine's thread only. Bounded by
/// the registry; topics of unregistered devices never enter. A nation's devices must fit into a
/// small machine, so a topic costs eight bytes a place and a device's address is kept once for its
/// four topics.
struct TopicTable {
  /// A quarter of the places stays free: then a search looks at two places on average.
  private static let placesPerTopic = 4.0 / 3.0
  private static let free = UInt32.max

  /// The upper half of the hash, which tells most topics apart without comparing their bytes.
  private var tags: [UInt32]
  /// Device times four plus channel, or `free`.
  private var routes: [UInt32]
  /// Where a device's address starts in `addresses`; one more than there are devices.
  private var starts: [UInt32] = [0]
  /// `nhip/v1/{commune}/{kind}/{device}/` of every device.
  private var addresses: [UInt8] = []
  private let channelNames = Channel.allCases.map { Array($0.name.utf8) }
  private let mask: Int

  init(_ devices: [Device]) {
    let channels = Channel.allCases.count
    let places = Int(Double(devices.count * channels) * Self.placesPerTopic)
    var capacity = 16
    while capacity < places { capacity *= 2 }
    mask = capacity - 1
    tags = Array(repeating: 0, count: capacity)
    routes = Array(repeating: Self.free, count: capacity)
    starts.reserveCapacity(devices.count + 1)
    for (position, device) in devices.enumerated() {
      for channel in Channel.allCases {
        let topic = Topic.path(
          commune: device.commune, kind: device.kind, device: device.id, channel: channel)
        if channel == .telemetry { addresses += topic.utf8.dropLast(channel.name.utf8.count) }
        insert(Array(topic.utf8), UInt32(position * channels) + UInt32(channel.rawValue))
      }
      starts.append(UInt32(addresses.count))
    }
  }

  private mutating func insert(_ topic: [UInt8], _ route: UInt32) {
    let hash = unsafe topic.withUnsafeBytes { unsafe PayloadHash.of($0) }
    var place = Int(truncatingIfNeeded: hash) & mask
    while routes[place] != Self.free { place = (place + 1) & mask }
    tags[place] = UInt32(truncatingIfNeeded: hash >> 32)
    routes[place] = route
  }

  /// - Parameter topicHash: `PayloadHash` of the topic, which the caller needs as well.
  func route(of topic: UnsafeRawBufferPointer, topicHash: UInt64) -> Route? {
    let tag = UInt32(truncatingIfNeeded: topicHash >> 32)
    var place = Int(truncatingIfNeeded: topicHash) & mask
    while routes[place] != Self.free {
      if tags[place] == tag, unsafe leads(topic, to: routes[place]) {
        guard let channel = Channel(rawValue: UInt8(routes[place] % 4)) else { return nil }
        return Route(device: Int32(routes[place] / 4), channel: channel)
      }
      place = (place + 1) & mask
    }
    return nil
  }

  private func leads(_ topic: UnsafeRawBufferPointer, to route: UInt32) -> Bool {
    let device = Int(route / 4)
    let start = Int(starts[device])
    let size = Int(starts[device + 1]) - start
    let name = channelNames[Int(route % 4)]
    guard topic.count == size + name.count else { return false }
    guard let base = topic.baseAddress else { return false }
    return unsafe addresses.withUnsafeBytes {
      unsafe $0.baseAddress.map { unsafe memcmp($0 + start, base, size) == 0 } ?? false
    } && name.withUnsafeBytes {
      unsafe $0.baseAddress.map { unsafe memcmp($0, base + size, name.count) == 0 } ?? false
    }
  }
}
