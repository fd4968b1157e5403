// SPDX-License-Identifier: Apache-2.0

/// What should play, or who should meet, where and when: one entry of the scheduler's plan.
///
/// A slot is known by its commune and id; each accepted change of it is a new version.
package struct Slot: Sendable, Hashable {
  package enum Kind: String, Sendable, CaseIterable {
    /// A bulletin that loudspeakers play.
    case loudspeaker
    /// A meeting that endpoints attend.
    case videoEndpoint = "video-endpoint"
  }

  package enum Priority: String, Sendable, CaseIterable {
    case normal, priority, urgent

    /// As devices and schedulers write it in `prio`.
    package init?(word: String) {
      switch word {
      case "thuong", "thong-thuong": self = .normal
      case "uu-tien": self = .priority
      case "khan-cap": self = .urgent
      default: return nil
      }
    }

    package var word: String {
      switch self {
      case .normal: "thuong"
      case .priority: "uu-tien"
      case .urgent: "khan-cap"
      }
    }
  }

  /// Who speaks in a bulletin.
  package enum Voice: String, Sendable, CaseIterable {
    /// A machine reads the text aloud.
    case tts
    case recorded, live, unknown
  }

  /// Five digits.
  package var commune: String
  /// `[A-Za-z0-9._-]{1,64}`.
  package var id: String
  package var kind: Kind
  package var interval: Interval
  /// Code of the bulletin as devices report it in `prog`; empty if the scheduler does not say.
  package var programme: String
  package var title: String
  package var priority: Priority
  package var voice: Voice
  /// How long it should sound: the slot's length, unless the scheduler says less.
  package var requested: Milliseconds
  /// Who may play (`src`); empty if the scheduler does not say.
  package var source: String
  /// Ids of devices. Without devices and units every device of the kind in the commune is meant.
  package var devices: [String]
  /// Codes of units: every device of the kind in them and below them.
  package var units: [String]
  package var isCancelled: Bool
  /// 1 for what was accepted first; 0 before the store has given one.
  package var version: Int
  package var receivedAt: Milliseconds
  /// Who entered this version by command; empty if the scheduler published it.
  package var enteredBy: String

  package init(
    commune: String, id: String, kind: Kind = .loudspeaker, interval: Interval,
    programme: String = "", title: String = "", priority: Priority = .normal,
    voice: Voice = .unknown, requested: Milliseconds? = nil, source: String = "",
    devices: [String] = [], units: [String] = [], isCancelled: Bool = false, version: Int = 0,
    receivedAt: Milliseconds = 0, enteredBy: String = ""
  ) {
    self.commune = commune
    self.id = id
    self.kind = kind
    self.interval = interval
    self.programme = programme
    self.title = title
    self.priority = priority
    self.voice = voice
    self.requested = requested ?? interval.duration
    self.source = source
    self.devices = devices
    self.units = units
    self.isCancelled = isCancelled
    self.version = version
    self.receivedAt = receivedAt
    self.enteredBy = enteredBy
  }

  /// Whether both say the same, whoever said so when.
  package func saysTheSame(as other: Slot) -> Bool {
    var other = other
    other.version = version
    other.receivedAt = receivedAt
    other.enteredBy = enteredBy
    return self == other
  }

  /// Whether a device is meant.
  ///
  /// - Parameter units: codes of the device's unit and of all units above it.
  package func targets(_ device: Device, units path: Set<String>) -> Bool {
    guard device.kind == kind.rawValue, device.commune == commune else { return false }
    if devices.isEmpty && units.isEmpty { return true }
    return devices.contains(device.id) || units.contains(where: path.contains)
  }
}

/// What a slot may be at most, each limit with its reason.
package enum SlotLimits {
  /// A bulletin takes minutes and a meeting hours; a longer slot is a mistake in a date.
  package static let lengthMax: Milliseconds = 24 * 3_600_000
  /// Devices and units that one slot names, together: several communes' worth.
  package static let targetCountMax = 1_000
  /// Longer ones are no titles.
  package static let titleSizeMax = 1_024
  /// Codes, and names of sources: as long as words of devices, with which they are compared.
  package static let wordSizeMax = 64
  /// Slots of a commune that are neither over nor cancelled: three months at a hundred a day.
  package static let openCountMax = 10_000
  /// All slots of a commune that are kept: a year and more of a hundred and fifty a day.
  package static let keptCountMax = 65_536
  /// Versions kept of one slot; the oldest go first.
  package static let versionCountMax = 64
}

extension Topic {
  /// The level under which the scheduler publishes its slots.
  package static let schedule = "schedule"

  package static func slot(commune: String, id: String) -> String {
    "\(prefix)/\(commune)/\(schedule)/\(id)"
  }
}
