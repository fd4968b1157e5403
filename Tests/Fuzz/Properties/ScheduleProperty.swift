// SPDX-License-Identifier: Apache-2.0

import Ingest
import Telemetry

/// Payloads of the schedule: the same slot or fault each time, whatever stands behind them in
/// memory and whatever was decoded before; a slot keeps to every limit that the store relies on.
package final class ScheduleProperty: Property {
  /// Beyond it no instant is believed: the year 2200, and a day for the zone of an RFC 3339 time.
  private static let instantMax: Milliseconds = 7_258_118_400_000 + 86_400_000
  private static let other = Array(
    #"{"start":1795251427,"dur_s":60,"devices":["a","b"],"units":["04321"],"cancelled":true}"#.utf8)

  private let codec = ScheduleCodec()
  private let memory = GuardedBytes(contentSizeBytesMax: MessageHeader.payloadSizeMax)

  package init() {}

  package func check(_ input: [UInt8]) throws(Violation) {
    guard input.count <= MessageHeader.payloadSizeMax else { return }
    let first = decode(input, padding: 0)
    _ = decode(Self.other, padding: 0)
    let second = decode(input, padding: UInt8(ascii: "}"))
    try require(first == second, "a payload decoded twice says two things")
    guard case .success(let change) = first else { return }
    switch change {
    case .withdraw: return
    case .put(let slot): try Self.check(slot)
    }
  }

  private func decode(
    _ input: [UInt8], padding: UInt8
  ) -> Result<ScheduleCodec.Change, ScheduleFault> {
    unsafe codec.decode(memory.place(input, padding: padding), commune: "04321", id: "s")
  }

  private static func check(_ slot: Slot) throws(Violation) {
    let (start, end) = (slot.interval.start, slot.interval.end)
    try require((0...instantMax).contains(start), "a slot is of another age of the world")
    try require(start < end && end - start <= SlotLimits.lengthMax, "a slot lasts \(end - start)")
    try require(
      slot.requested > 0 && slot.requested <= end - start, "a slot asks for more than it lasts")
    try require(
      slot.devices.count + slot.units.count <= SlotLimits.targetCountMax, "a slot means too many")
    for list in [slot.devices, slot.units] {
      try require(Set(list).sorted() == list, "what a slot means is no set in order")
    }
    try require(slot.devices.allSatisfy(TopicParser.isDevice), "a device that can be none")
    try require(slot.units.allSatisfy(ScheduleCodec.isUnit), "a unit that can be none")
    for word in [slot.programme, slot.source] {
      try checkText(word, sizeMax: SlotLimits.wordSizeMax)
    }
    try checkText(slot.title, sizeMax: SlotLimits.titleSizeMax)
    try require(
      slot.version == 0 && slot.receivedAt == 0 && slot.enteredBy.isEmpty,
      "a payload says what is for the store to say")
    try require(slot.saysTheSame(as: slot), "a slot says something else than itself")
  }

  private static func checkText(_ text: String, sizeMax: Int) throws(Violation) {
    try require(text.utf8.count <= sizeMax, "a text of \(text.utf8.count) bytes")
    try require(!HardwareAddress.occurs(in: Array(text.utf8)), "a text holds a MAC address")
  }
}
