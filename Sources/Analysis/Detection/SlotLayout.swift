// SPDX-License-Identifier: Apache-2.0

/// Where what one slot remembers stands in the bank's flat columns.
enum SlotLayout {
  static let channelCount = 5
  /// Half octaves above a channel's floor that a tail tells apart.
  static let tailBinCount = 14
  static let tailCount = 2 * channelCount

  /// 64-bit numbers: instants and levels, which need all digits of a large value.
  enum Wide {
    static let slowMean = 0
    static let fastMean = 1
    static let last = 2
    static let count = 3
  }

  /// 32-bit numbers.
  enum Narrow {
    static let deviation = 0
    static let range = 1
    static let volatilityFast = 2
    static let volatilitySlow = 3
    static let drift = 4
    static let readingCount = 5
    static let tailWeight = 6
    static let gateScore = 7
    static let gateAge = 8
    static let usual = 9
    static let scale = usual + channelCount
    static let extreme = scale + channelCount
    static let profile = extreme + tailCount
    static let count = profile + 24
  }

  enum Byte {
    static let flags = 0
    static let profileDays = 1
    static let tails = profileDays + 24
    static let count = tails + tailCount * tailBinCount
  }

  enum Instant {
    static let first = 0
    static let last = 1
    static let count = 2
  }

  static let anomalousFlag: UInt8 = 1

  static let sizeBytes =
    8 * Wide.count + 8 * Instant.count + 4 * Narrow.count + Byte.count
}
