// SPDX-License-Identifier: Apache-2.0

/// How causes are called in sentences and in reports.
extension Incident.Cause {
  /// A cause is named from this probability on; below it nobody knows.
  package static let namedFrom = 0.6

  package var name: Title {
    switch self {
    case .power: Title(vi: "mất điện", en: "a power cut")
    case .link: Title(vi: "mất đường truyền", en: "a lost link")
    case .observation: Title(vi: "mạng của máy chủ", en: "our own uplink")
    case .firmware: Title(vi: "phần mềm", en: "the firmware")
    case .device: Title(vi: "thiết bị hỏng hoặc tắt", en: "the device itself")
    case .quality: Title(vi: "chất lượng mạng", en: "a bad network")
    case .unknown: Title(vi: "chưa rõ nguyên nhân", en: "unknown")
    }
  }
}
