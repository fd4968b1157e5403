// SPDX-License-Identifier: Apache-2.0

import Telemetry

extension Intake {
  /// Changes when the layout below does; a checkpoint of another layout is not read.
  private static let layout: Int64 = 1
  private static let fields = 4

  /// Every device's state as little-endian 64-bit integers: layout, then four a device
  /// (number, boot, smallest lag, last heard; `Int64.min` is none).
  func encodedStates() -> [UInt8] {
    var words: [Int64] = [Self.layout]
    for (device, state) in zip(devices, states) {
      words += [
        device.number, state.bootAt ?? .min, state.lagMin ?? .min, state.lastHeard ?? .min,
      ]
    }
    return words.flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
    }
  }

  /// Takes states from a checkpoint. Devices it does not name keep theirs.
  ///
  /// - Returns: false if the bytes are no checkpoint of this layout; recovery then reads it all.
  func restoreStates(_ bytes: [UInt8]) -> Bool {
    guard bytes.count % 8 == 0, !bytes.isEmpty else { return false }
    let words = stride(from: 0, to: bytes.count, by: 8).map { start in
      (0..<8).reduce(Int64(0)) { $0 | Int64(bytes[start + $1]) << ($1 * 8) }
    }
    guard words[0] == Self.layout, (words.count - 1) % Self.fields == 0 else { return false }
    for start in stride(from: 1, to: words.count, by: Self.fields) {
      let optional = words[start + 1..<start + Self.fields].map { $0 == .min ? nil : $0 }
      restore(
        words[start],
        DeviceState(bootAt: optional[0], lagMin: optional[1], lastHeard: optional[2]))
    }
    return true
  }
}
