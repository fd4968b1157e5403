// SPDX-License-Identifier: Apache-2.0

/// How rarely deviations as large have been seen: of each channel and sign a decaying histogram in
/// half octaves.
///
/// The edges of the bins stand where the slot's first readings put them, so that a size stays in
/// its bin; which thirteen of them are kept follows the floor.
extension SlotRow {
  private typealias Narrow = SlotLayout.Narrow
  private typealias Byte = SlotLayout.Byte
  private static let textureChannel = 4
  /// Readings before a scale is taken.
  private static let scaleReadings = 12.0
  /// The smallest texture told apart, e^0.1.
  private static let textureScale = 0.1

  private func tail(_ channel: Int, _ isAbove: Bool) -> Int { 2 * channel + (isAbove ? 1 : 0) }

  /// Whole half octaves in a positive ratio, exactly, by its exponent and one comparison.
  @inline(__always)
  static func halfOctaves(_ ratio: Double) -> Int {
    let bits = ratio.bitPattern
    let exponent = Int(bits >> 52) - 1_023
    return 2 * exponent + (bits & 0x000F_FFFF_FFFF_FFFF >= 0x0006_A09E_667F_3BCD ? 1 : 0)
  }

  private func bin(_ size: Double, _ channel: Int) -> Int {
    let place: Int
    if unsafe channel == Self.textureChannel {
      place = unsafe Self.halfOctaves(size / Self.textureScale)
    } else {
      place = unsafe Self.halfOctaves(size / self[Narrow.tailScale])
        - Int(Int8(bitPattern: bytes[Byte.tailBase]))
    }
    return min(max(place, 0), SlotLayout.tailBinCount - 1)
  }

  /// The logarithm of how rarely a deviation as large was seen.
  func rarity(
    _ e: Double, _ channel: Int, logarithmOfTotal: Double, _ constants: borrowing DetectorConstants
  ) -> Double {
    var beyond = constants.tailPrior
    let bins = unsafe bytes + (Byte.tails + tail(channel, e > 0) * SlotLayout.tailBinCount)
    for index in unsafe bin(abs(e), channel)..<SlotLayout.tailBinCount {
      unsafe beyond += weights.value(bins[index])
    }
    return max(constants.countWeight * logarithmOfTotal - Logarithm.natural(beyond), 0)
  }

  func learnTails(_ step: Step, _ constants: borrowing DetectorConstants) {
    if unsafe self[Narrow.tailScale] == 0 {
      let deviation = unsafe self[Narrow.deviation]
      guard unsafe step.count >= Self.scaleReadings && deviation > 0 else { return }
      unsafe self[Narrow.tailScale] = max(deviation, 1e-30)
    }
    unsafe followFloor(step.floor)
    for channel in 0..<SlotLayout.channelCount {
      let e = step.deviations[channel]
      // Smaller ones never count as beyond anything that is looked at.
      let least = unsafe channel == Self.textureChannel ? constants.floorTexture : step.floor
      guard abs(e) > 0.5 * least else { continue }
      let tail = unsafe tail(channel, e > 0)
      let place = unsafe Byte.tails + tail * SlotLayout.tailBinCount + bin(abs(e), channel)
      let hash = TailWeight.hash(UInt64(step.count) &* 16 &+ UInt64(tail))
      unsafe bytes[place] = weights.adding(1, to: bytes[place], hash: hash)
    }
    let weight = unsafe self[Narrow.tailWeight] + 1
    unsafe self[Narrow.tailWeight] = weight
    // Old weights fade: all are halved whenever a memory's length times ln 2 has passed.
    if weight >= 2 * constants.tailLength * Logarithm.ofTwo { unsafe halveTails() }
  }

  private func halveTails() {
    unsafe self[Narrow.tailWeight] /= 2
    for place in Byte.tails..<Byte.count {
      unsafe bytes[place] = TailWeight.halved(bytes[place])
    }
  }

  /// Keeps the first bin at the floor or one below, moving what the others hold.
  private func followFloor(_ floor: Double) {
    let base = unsafe Int(Int8(bitPattern: bytes[Byte.tailBase]))
    let wanted = unsafe min(max(Self.halfOctaves(floor / self[Narrow.tailScale]), -127), 127)
    guard wanted > base + 1 || wanted < base else { return }
    unsafe bytes[Byte.tailBase] = UInt8(bitPattern: Int8(wanted))
    // The last two are texture's, whose scale stays.
    for tail in 0..<SlotLayout.tailCount - 2 {
      unsafe shift(tail, by: wanted - base)
    }
  }

  /// What falls off either end joins the bin there.
  private func shift(_ tail: Int, by steps: Int) {
    let bins = unsafe bytes + (Byte.tails + tail * SlotLayout.tailBinCount)
    let last = SlotLayout.tailBinCount - 1
    var old = InlineArray<13, UInt8>(repeating: 0)
    for index in 0...last {
      old[index] = unsafe bins[index]
      unsafe bins[index] = 0
    }
    for index in 0...last where old[index] != 0 {
      let place = min(max(index - steps, 0), last)
      let joined = unsafe weights.value(bins[place]) + weights.value(old[index])
      unsafe bins[place] = weights.adding(joined, to: 0, hash: 1 << 63)
    }
  }
}
