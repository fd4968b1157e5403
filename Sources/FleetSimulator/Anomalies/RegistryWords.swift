// SPDX-License-Identifier: Apache-2.0

/// Names of a made-up fleet's registry, as people of the programme would write them.
enum RegistryWords {
  static let nation = "Việt Nam"
  static let nationLabel = "quốc gia"
  static let provinceLabel = "tỉnh"
  static let communeLabel = "xã"
  static let villageLabel = "thôn"

  static func province(_ number: Int) -> String { "Tỉnh Mẫu \(number)" }
  static func commune(_ number: Int) -> String { "Xã Mẫu \(number)" }
  static func village(_ number: Int) -> String { "Thôn \(number)" }

  /// - Parameter suffix: the part of a site's code that tells what it is.
  static func site(_ suffix: String, of place: String) -> (name: String, type: String) {
    switch suffix {
    case "NVH": ("Nhà văn hóa \(place)", "community-centre")
    case "CHO": ("Chợ \(place)", "market")
    default: ("Trụ sở UBND \(place)", "committee")
    }
  }

  static func device(_ kind: SimulatedKind, _ number: String, at site: String) -> String {
    switch kind {
    case .wirelessAccessPoint: "Wi-Fi \(number), \(site)"
    case .loudspeaker: "Cụm loa \(number), \(site)"
    case .videoEndpoint: "Điểm cầu \(number), \(site)"
    case .networkSensor: "Cảm biến mạng \(number), \(site)"
    case .kiosk: "Ki-ốt \(number), \(site)"
    }
  }

  static func owner(_ commune: String) -> String { "UBND \(commune)" }
}
