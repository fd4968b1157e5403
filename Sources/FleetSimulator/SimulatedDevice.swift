// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// The kinds of device the simulator can imitate; the names are those in topics.
package enum SimulatedKind: String, Sendable, CaseIterable {
  case wirelessAccessPoint = "wifi-ap"
  case loudspeaker
  case videoEndpoint = "video-endpoint"
  case networkSensor = "lan-sensor"
  case kiosk

  /// How often it reports while idle.
  var idleInterval: Milliseconds { self == .videoEndpoint ? 300_000 : 60_000 }

  /// How often it reports while it plays or is in a call.
  var busyInterval: Milliseconds { self == .loudspeaker ? 15_000 : 60_000 }

  /// The cumulative counters it reports, by metric name; at most two.
  var counterNames: [String] {
    switch self {
    case .wirelessAccessPoint: ["rx_bytes", "tx_bytes"]
    case .kiosk: ["sessions"]
    case .loudspeaker, .videoEndpoint, .networkSensor: []
    }
  }
}

/// One device of the fleet: where it stands and which electricity feeder it hangs on.
package struct SimulatedDevice: Sendable, Hashable {
  /// The `{device}` level of its topics.
  package var id: String
  /// One of `SimulatedKind`'s raw values.
  package var kind: String
  /// Five digits.
  package var commune: String
  package var village: String
  package var site: String
  /// Devices on one feeder lose power together; empty means a feeder of its own.
  package var feeder: String

  package init(
    id: String, kind: String, commune: String, village: String, site: String, feeder: String
  ) {
    self.id = id
    self.kind = kind
    self.commune = commune
    self.village = village
    self.site = site
    self.feeder = feeder
  }

  package func topic(_ channel: Channel) -> String {
    Topic.path(commune: commune, kind: kind, device: id, channel: channel)
  }
}

extension FleetPlan {
  /// The first made-up commune's code; the next communes count up from it.
  private static let firstCommuneCode = 4_321

  /// A made-up fleet of about 70 devices a commune: 8 to 12 villages with two access points and
  /// three loudspeaker stations each, and a committee office with twenty devices.
  /// - Precondition: `count` communes fit into five digits.
  package static func communes(_ count: Int, seed: UInt64) -> [SimulatedDevice] {
    precondition(count >= 0 && firstCommuneCode + count <= 100_000, "codes have five digits")
    var devices: [SimulatedDevice] = []
    devices.reserveCapacity(count * 70)
    for offset in 0..<count {
      let digits = String(firstCommuneCode + offset)
      let commune = String(repeating: "0", count: 5 - digits.utf8.count) + digits
      appendCommune(commune, seed: seed, to: &devices)
    }
    return devices
  }

  private static func appendCommune(
    _ commune: String, seed: UInt64, to devices: inout [SimulatedDevice]
  ) {
    var random = RandomStream(seed: seed, name: "commune \(commune)")
    let villageCount = Int(random.integer(in: 8...12))
    func add(_ kind: SimulatedKind, _ label: String, _ numbers: Int, village: String, site: String,
      feeder: String
    ) {
      for number in 1...numbers {
        devices.append(SimulatedDevice(
          id: "\(label)-\(site)-\(number)", kind: kind.rawValue, commune: commune,
          village: village, site: site, feeder: feeder))
      }
    }
    for number in 1...villageCount {
      let village = "\(commune)-\(number < 10 ? "0" : "")\(number)"
      let feeder = "F\(commune)-\((number - 1) / 3 + 1)"
      add(.wirelessAccessPoint, "ap", 2, village: village, site: "\(village)-NVH", feeder: feeder)
      add(.loudspeaker, "loa", 3, village: village, site: "\(village)-NVH", feeder: feeder)
    }
    let office = "\(commune)-UBND"
    let village = "\(commune)-01"
    let feeder = "F\(commune)-1"
    add(.wirelessAccessPoint, "ap", 5, village: village, site: office, feeder: feeder)
    add(.loudspeaker, "loa", 3, village: village, site: office, feeder: feeder)
    add(.videoEndpoint, "hnth", 2, village: village, site: office, feeder: feeder)
    add(.networkSensor, "lan", 4, village: village, site: office, feeder: feeder)
    add(.kiosk, "kiosk", 6, village: village, site: office, feeder: feeder)
  }
}
