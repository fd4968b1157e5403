// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// JSON text, written by plain appends in a fixed order of fields.
///
/// Nothing is escaped: every word the simulator writes is its own, made of letters, digits and
/// `. - _ :`. This is what lets a plan for a nation be streamed faster than it is read.
struct JSONText {
  private(set) var bytes: [UInt8] = []
  private var needsComma = false

  init() { bytes.reserveCapacity(448) }

  mutating func open() {
    bytes.append(UInt8(ascii: "{"))
    needsComma = false
  }

  mutating func close() {
    bytes.append(UInt8(ascii: "}"))
    needsComma = true
  }

  mutating func openList() {
    bytes.append(UInt8(ascii: "["))
    needsComma = false
  }

  mutating func closeList() {
    bytes.append(UInt8(ascii: "]"))
    needsComma = true
  }

  /// Separates two elements of a list.
  mutating func next() { bytes.append(UInt8(ascii: ",")) }

  mutating func key(_ name: StaticString) {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    bytes.append(UInt8(ascii: "\""))
    append(name)
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
    needsComma = true
  }

  mutating func field(_ name: StaticString, _ value: Int) {
    key(name)
    bytes.appendDecimal(Int64(value))
  }

  mutating func field(_ name: StaticString, unsigned value: UInt64) {
    key(name)
    bytes.appendDecimal(value)
  }

  mutating func field(_ name: StaticString, _ value: Bool) {
    key(name)
    append(value ? "true" : "false")
  }

  mutating func field(_ name: StaticString, word value: String) {
    key(name)
    bytes.append(UInt8(ascii: "\""))
    bytes.append(contentsOf: value.utf8)
    bytes.append(UInt8(ascii: "\""))
  }

  /// A decimal with one digit after the point.
  mutating func field(_ name: StaticString, tenths value: Int) {
    key(name)
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    bytes.appendDecimal(UInt64(value.magnitude / 10))
    bytes.append(UInt8(ascii: "."))
    bytes.append(UInt8(ascii: "0") + UInt8(value.magnitude % 10))
  }

  mutating func instant(_ name: StaticString, _ value: Milliseconds, asText: Bool) {
    key(name)
    guard asText else {
      bytes.appendDecimal(value)
      return
    }
    bytes.append(UInt8(ascii: "\""))
    bytes.appendTimestamp(value)
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func append(_ text: StaticString) {
    let count = text.utf8CodeUnitCount
    // The literal lives as long as the process, and exactly `count` bytes of it are read.
    unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: count))
  }
}
