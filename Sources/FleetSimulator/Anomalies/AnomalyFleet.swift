// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// A made-up fleet in which every group that a cause can have holds other devices: gateways with
/// and without children, two sites a village, feeders that cross the border of a commune,
/// providers, provinces, firmware versions.
package struct AnomalyFleet: Sendable {
  package struct Member: Sendable, Hashable {
    package var device: SimulatedDevice
    package var province: String
    /// Internet provider of its site.
    package var provider: String
    /// Id of the gateway behind which it stands; empty if none.
    package var via: String
    package var firmware: String
    var isOffice: Bool
  }

  package private(set) var members: [Member] = []
  /// By commune, in order: its province.
  package private(set) var communes: [(code: String, province: String)] = []
  let seed: UInt64

  package static let communesMax = 2_000
  private static let firstCommuneCode = 21_001
  private static let firstProvinceCode = 61
  private static let communesPerProvince = 4
  private static let providers = ["Nhà mạng A", "Nhà mạng B", "Nhà mạng C"]
  private static let providerWeights = [0.5, 0.3, 0.2]
  private static let firmwareWeights = [0.5, 0.3, 0.2]

  /// About 39 devices a commune.
  /// - Precondition: 1 to `communesMax` communes.
  package init(communes count: Int, seed: UInt64) {
    precondition((1...Self.communesMax).contains(count), "codes have five digits")
    self.seed = seed
    for offset in 0..<count {
      let province = String(Self.firstProvinceCode + offset / Self.communesPerProvince)
      communes.append((String(Self.firstCommuneCode + offset), province))
    }
    for offset in 0..<count { addCommune(offset) }
  }

  private mutating func addCommune(_ offset: Int) {
    let (commune, province) = communes[offset]
    var random = RandomStream(seed: seed, name: "anomaly commune \(commune)")
    let villageCount = Int(random.integer(in: 4...6))
    for number in 1...villageCount {
      let village = "\(commune)-0\(number)"
      var feeder = "F\(commune)-\((number + 1) / 2)"
      // The last village hangs on the first feeder of the next commune.
      if number == villageCount, offset + 1 < communes.count,
        communes[offset + 1].province == province
      {
        feeder = "F\(communes[offset + 1].code)-1"
      }
      let hall = Place(
        commune: commune, province: province, village: village, site: "\(village)-NVH",
        feeder: feeder, provider: provider(&random), isOffice: false)
      let market = Place(
        commune: commune, province: province, village: village, site: "\(village)-CHO",
        feeder: feeder, provider: provider(&random), isOffice: false)
      let gateway = "ap-\(village)-1"
      add(.wirelessAccessPoint, gateway, hall, via: "", &random)
      add(.wirelessAccessPoint, "ap-\(village)-2", hall, via: gateway, &random)
      add(.loudspeaker, "loa-\(village)-1", hall, via: gateway, &random)
      add(.loudspeaker, "loa-\(village)-2", hall, via: "", &random)
      add(.wirelessAccessPoint, "ap-\(village)-3", market, via: "", &random)
      add(.loudspeaker, "loa-\(village)-3", market, via: "", &random)
    }
    let office = Place(
      commune: commune, province: province, village: "", site: "\(commune)-UBND",
      feeder: "F\(commune)-1", provider: provider(&random), isOffice: true)
    for number in 1...2 {
      add(.wirelessAccessPoint, "ap-\(commune)-\(number)", office, via: "", &random)
      add(.videoEndpoint, "hnth-\(commune)-\(number)", office, via: "", &random)
      add(.networkSensor, "lan-\(commune)-\(number)", office, via: "", &random)
      add(.kiosk, "kiosk-\(commune)-\(number)", office, via: "", &random)
    }
    add(.loudspeaker, "loa-\(commune)-1", office, via: "", &random)
  }

  private struct Place {
    var commune: String
    var province: String
    var village: String
    var site: String
    var feeder: String
    var provider: String
    var isOffice: Bool
  }

  private func provider(_ random: inout RandomStream) -> String {
    Self.providers[random.position(weights: Self.providerWeights)]
  }

  private mutating func add(
    _ kind: SimulatedKind, _ id: String, _ place: Place, via: String,
    _ random: inout RandomStream
  ) {
    // Every maker counts its versions its own way, so a version belongs to one kind.
    let major = (SimulatedKind.allCases.firstIndex(of: kind) ?? 0) + 1
    let minor = random.position(weights: Self.firmwareWeights)
    members.append(
      Member(
        device: SimulatedDevice(
          id: id, kind: kind.rawValue, commune: place.commune, village: place.village,
          site: place.site, feeder: place.feeder),
        province: place.province, provider: place.provider, via: via,
        firmware: "\(major).\(minor + 2).0", isOffice: place.isOffice))
  }
}
