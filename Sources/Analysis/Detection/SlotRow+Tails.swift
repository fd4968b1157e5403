// SPDX-License-Identifier: Apache-2.0

/// How rarely deviations as large have been seen: of each channel and sign a decaying histogram in
/// half octaves.
///
/// The edges of the bins stand where the slot's first readings put them, so that a size stays in
/// its bin; which thirteen of them are kept follows the floor.
extension SlotRow {
  private typealias Narrow = SlotLayout.Narrow
  private typealias Byte = SlotLayout.Byte
  private static let spikeChannel = 3
  private static let textureChannel = 4
  /// Readings before a scale is taken.
  private static let scaleReadings = 12.0
  /// The smallest texture told apart, e^0.1.
  private static let textureScale = 0.1
  private static let tailBaseMax = 100
  /// Mean absolute texture of noise without memory, over as many readings as it is taken of.
  private static let textureUsual = 0.12

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

  /// −ln of the share of readings that will deviate by as much on this side, if what was seen goes
  /// on beyond it.
  ///
  /// Of the readings that deviate at all, by half the floor, two points of the tail are known: the
  /// largest size that `tailAnchor` of them exceed, and their mean size, which a share of 1/e
  /// exceeds in an exponential tail and nearly so in a normal one. −ln of the share is taken as a
  /// power of the size through both (Weibull, "A Statistical Distribution Function of Wide
  /// Applicability", 1951): 1 is an exponential tail, nearly 2 a normal one; smaller are heavier.
  func improbability(
    _ size: Double, _ channel: Int, isAbove: Bool, floor: Double,
    _ constants: borrowing DetectorConstants
  ) -> Double {
    // Tails of distances from hours begin when these are known, after a day; until enough was seen
    // they are taken to be like those of distances from the mean.
    let isOfHours = channel == 1 || channel == 2
    let ofHours = unsafe isOfHours ? max(1 - 86_400 / self[Narrow.ageSeconds], 0) : 1
    let total = unsafe ofHours * self[Narrow.tailWeight] + 1
    var own = channel
    var far = unsafe seen(constants.tailAnchor, own, isAbove)
    if isOfHours, far == nil {
      unsafe own = Self.spikeChannel
      far = unsafe seen(constants.tailAnchor, own, isAbove)
    }
    // Smaller ones than half the floor are not kept.
    let edge = far.map { unsafe lowerEdge(of: $0.bin, own) } ?? floor / 2
    guard size > edge else { return 0 }
    let known = Logarithm.natural(total / max(far?.weight ?? 0, constants.tailAnchor))
    guard edge > 0 else { return known }
    // Of a metric that is nearly always the same the few readings that are not are a tail of
    // their own.
    let moved = unsafe (seen(0, own, true)?.weight ?? 0) + (seen(0, own, false)?.weight ?? 0)
    // One whose tail is empty may still move all the time, within half the floor.
    let within = unsafe far == nil ? 2 * self[Narrow.usual + min(channel, 3)] / floor : 0
    let share = unsafe channel == Self.textureChannel
      ? 1 : min(max(max(moved, 1) / total, within), 1)
    let usual = unsafe channel == Self.textureChannel
      ? Self.textureUsual : self[Narrow.usual + channel] / share
    let start = -Logarithm.natural(share)
    let reach = usual > 0 ? Logarithm.natural(edge / usual) : 0
    let rest = max(known - start, 0.1)
    // Few readings tell too little of a tail to take it for a light one.
    let powerMax = constants.tailPowerRare
      + (constants.tailPowerMax - constants.tailPowerRare) * share
    let power = reach > 0 ? Logarithm.natural(rest) / reach : powerMax
    let limited = min(max(power, constants.tailPowerMin), powerMax)
    return start + rest * Logarithm.exponential(limited * Logarithm.natural(size / edge))
  }

  /// The highest bin from which on so much was seen, and how much; nil if nowhere so much was.
  private func seen(
    _ least: Double, _ channel: Int, _ isAbove: Bool
  ) -> (bin: Int, weight: Double)? {
    let bins = unsafe bytes + (Byte.tails + tail(channel, isAbove) * SlotLayout.tailBinCount)
    var weight = 0.0
    for index in (0..<SlotLayout.tailBinCount).reversed() {
      unsafe weight += weights.value(bins[index])
      if least > 0, weight >= least { return (index, weight) }
    }
    return least > 0 ? nil : (0, weight)
  }

  private func lowerEdge(of bin: Int, _ channel: Int) -> Double {
    guard unsafe channel != Self.textureChannel else {
      return unsafe Self.textureScale * TailWeight.halfOctaves(bin)
    }
    let base = unsafe Int(Int8(bitPattern: bytes[Byte.tailBase]))
    return unsafe self[Narrow.tailScale] * TailWeight.halfOctaves(base + bin)
  }

  func learnTails(_ step: Step, _ constants: borrowing DetectorConstants) {
    if unsafe self[Narrow.tailScale] == 0 {
      let deviation = unsafe self[Narrow.deviation]
      guard unsafe step.count >= Self.scaleReadings && deviation > 0 else { return }
      unsafe self[Narrow.tailScale] = max(deviation, 1e-30)
    }
    unsafe followFloor(min(step.floor, step.hourFloor))
    // What has just been told as unusual shall not soon be usual.
    let isAnomalous = unsafe bytes[Byte.flags] & SlotLayout.isAnomalous != 0
    let share = isAnomalous ? constants.tailAnomalousShare : 1
    for channel in 0..<SlotLayout.channelCount {
      let e = step.deviations[channel]
      // Smaller ones never count as beyond anything that is looked at.
      let isTexture = unsafe channel == Self.textureChannel
      let least = isTexture ? constants.floorTexture : step.floor(channel)
      guard abs(e) > 0.5 * least else { continue }
      let tail = unsafe tail(channel, e > 0)
      let place = unsafe Byte.tails + tail * SlotLayout.tailBinCount + bin(abs(e), channel)
      let hash = TailWeight.hash(UInt64(step.count) &* 16 &+ UInt64(tail))
      unsafe bytes[place] = weights.adding(share, to: bytes[place], hash: hash)
    }
    let weight = unsafe self[Narrow.tailWeight] + share
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
    var base = unsafe Int(Int8(bitPattern: bytes[Byte.tailBase]))
    var wanted = unsafe Self.halfOctaves(floor / self[Narrow.tailScale])
    if unsafe abs(wanted) > Self.tailBaseMax {
      // The first readings hardly differed. Whole octaves leave the edges where they are.
      let octaves = wanted >> 1
      let factor = Double(sign: .plus, exponent: octaves, significand: 1)
      unsafe self[Narrow.tailScale] *= factor
      wanted -= 2 * octaves
      base -= 2 * octaves
      unsafe bytes[Byte.tailBase] = UInt8(bitPattern: Int8(clamping: base))
    }
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
