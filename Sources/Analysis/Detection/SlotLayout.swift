// SPDX-License-Identifier: Apache-2.0

/// Where what one slot remembers stands in the bank's flat columns, and how many bytes that takes.
enum SlotLayout {
  static let channelCount = Judgement.Channel.allCases.count
  static let tailCount = 2 * channelCount
  /// Half octaves above the floor that a tail tells apart; the last holds all beyond.
  static let tailBinCount = 13
  static let hoursOfDay = 24
  static let hoursOfWeek = 168

  /// 64-bit numbers.
  enum Wide {
    static let mean = 0
    static let count = 1
  }

  /// Instants.
  enum Instant {
    static let last = 0
    static let count = 1
  }

  /// 32-bit numbers. Distances from the mean need no more digits than that.
  enum Narrow {
    static let readingCount = 0
    static let ageSeconds = 1
    static let intervalSeconds = 2
    static let deviation = 3
    static let range = 4
    static let fast = 5
    static let drift = 6
    static let last = 7
    static let jumpFast = 8
    static let jumpSlow = 9
    /// Median size of the steps between two readings that differ.
    static let stepSize = 10
    static let tailWeight = 11
    static let tailScale = 12
    static let gateScore = 13
    /// Mean size of the deviations of each channel but texture.
    static let usual = 14
    static let profile = usual + channelCount - 1
    static let count = profile + hoursOfDay
  }

  /// Bytes.
  enum Byte {
    static let flags = 0
    /// Half octaves between the tails' scale and their first bin, signed.
    static let tailBase = 1
    /// Readings since the gate opened, no further than 255.
    static let gateAge = 2
    /// How much each knot of the day profile has learnt, as `TailWeight`.
    static let profileWeight = 3
    /// Hour of week less hour of day, signed, in sixteenths of the deviation.
    static let week = profileWeight + hoursOfDay
    static let tails = week + hoursOfWeek
    static let count = tails + tailCount * tailBinCount
  }

  static let isAnomalous: UInt8 = 1

  static let sizeBytes = 8 * Wide.count + 8 * Instant.count + 4 * Narrow.count + Byte.count
}
