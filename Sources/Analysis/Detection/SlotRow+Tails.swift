// SPDX-License-Identifier: Apache-2.0

extension SlotRow {
  private typealias Narrow = SlotLayout.Narrow
  private typealias Byte = SlotLayout.Byte

  private func tail(_ channel: Int, _ isAbove: Bool) -> Int { 2 * channel + (isAbove ? 1 : 0) }

  /// Half octaves above the channel's scale; the scale is its floor when it was first needed.
  private func bin(_ size: Double, _ channel: Int) -> Int {
    let scale = unsafe self[Narrow.scale + channel]
    let place = 2 / Logarithm.ofTwo * Logarithm.natural(size / scale)
    return Int(min(max(place, 0), Double(SlotLayout.tailBinCount - 1)))
  }

  /// How surprising a deviation of this size is: the logarithm of how rarely one as large was seen,
  /// and more for the largest ever.
  func rarity(
    _ size: Double, _ channel: Int, _ isAbove: Bool, _ floor: Double,
    _ constants: borrowing DetectorConstants
  ) -> Double {
    let tail = unsafe tail(channel, isAbove)
    let bins = unsafe bytes + (Byte.tails + tail * SlotLayout.tailBinCount)
    var beyond = constants.tailPrior
    if unsafe self[Narrow.scale + channel] > 0 {
      for index in unsafe bin(size, channel)..<SlotLayout.tailBinCount {
        unsafe beyond += TailWeight.values[Int(bins[index])]
      }
    }
    let total = unsafe self[Narrow.tailWeight]
    var surprise =
      constants.countExponent * Logarithm.natural(total + 1) - Logarithm.natural(beyond)
    let extreme = unsafe self[Narrow.extreme + tail]
    if size > extreme {
      let times = Logarithm.natural(size / (extreme + floor))
      surprise += min(max(constants.extremeBonus * times, 0), constants.extremeBonusMax)
    }
    return max(surprise, 0)
  }

  func learnTail(
    _ e: Double, _ channel: Int, _ floor: Double, _ share: Double,
    _ constants: borrowing DetectorConstants
  ) {
    let count = unsafe self[Narrow.readingCount]
    let usual = unsafe self[Narrow.usual + channel]
    let gain = share / min(constants.slowLength, count + 1)
    let size = min(abs(e), 1e30)
    unsafe self[Narrow.usual + channel] = usual + gain * (size - usual)
    guard count >= 12, size > floor, floor > 0 else { return }
    if unsafe self[Narrow.scale + channel] == 0 { unsafe self[Narrow.scale + channel] = floor }
    let tail = unsafe tail(channel, e > 0)
    let place = unsafe Byte.tails + tail * SlotLayout.tailBinCount + bin(size, channel)
    let hash = unsafe TailWeight.hash(UInt64(self[Narrow.readingCount]) &* 16 &+ UInt64(tail))
    unsafe bytes[place] = TailWeight.values.withUnsafeBufferPointer { values in
      unsafe TailWeight.adding(share, to: bytes[place], values: values.baseAddress!, hash: hash)
    }
    let extreme = unsafe self[Narrow.extreme + tail]
    unsafe self[Narrow.extreme + tail] = max(size, extreme)
  }

  /// Old weights fade: all are halved whenever a memory's length times ln 2 has passed.
  func decayTails(_ constants: borrowing DetectorConstants) {
    let weight = unsafe self[Narrow.tailWeight] + 1
    unsafe self[Narrow.tailWeight] = weight
    guard weight >= 2 * constants.tailLength * Logarithm.ofTwo else { return }
    unsafe self[Narrow.tailWeight] = weight / 2
    for index in 0..<SlotLayout.tailCount * SlotLayout.tailBinCount {
      let place = Byte.tails + index
      unsafe bytes[place] = TailWeight.halved(bytes[place])
    }
    for index in 0..<SlotLayout.tailCount { unsafe self[Narrow.extreme + index] *= 0.9 }
  }
}
