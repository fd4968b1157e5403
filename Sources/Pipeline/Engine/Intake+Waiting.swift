// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

extension Message {
  /// The same message, with more said of it.
  func flagged(_ flags: ReadingFlags) -> Message {
    var header = unsafe header
    header.flags |= flags.rawValue
    return unsafe Message(header: header, topic: topic, payload: payload)
  }
}

/// What cannot be placed in time while our own clock is in doubt waits in the inbox.
extension Intake {
  func hear(
    _ sentAt: Milliseconds?, _ receivedAt: Milliseconds, from device: Device,
    _ keeper: ClockJudge.Keeper
  ) {
    // What a device kept for itself tells nothing of now.
    guard let sentAt, keeper != .device else { return }
    ownClock?.hear(
      device: device.number, sentAt: sentAt, receivedAt: receivedAt, isKept: keeper == .broker)
  }

  /// Whether a message's place in time hangs on our clock: its own is judged wrong, or it came
  /// late, and it might as well be ours. What has no time of its own is placed by ours, unless
  /// that is known to be wrong. What no right clock can have said need not wait.
  ///
  /// - Parameter flags: as they would be stored.
  func mustWait(
    _ sentAt: Milliseconds?, _ receivedAt: Milliseconds, _ flags: ReadingFlags,
    _ channel: Channel
  ) -> Bool {
    guard let ownClock, ownClock.isDoubtful else { return false }
    if !flags.isDisjoint(with: [.untimed, .retained, .offlineMark]) {
      return ownClock.isBeforeNewest
    }
    let isLate = flags.contains(.backlog) && channel != .backlog
    guard flags.contains(.clockWrong) || isLate, let sentAt else { return false }
    return ownClock.mayBeRight(sentAt, ours: receivedAt)
  }

  func wait(_ message: Message, of device: Device) {
    let address = device.address
    let header = unsafe message.header
    counters.waiting += 1
    batchCount += 1
    waiting.insert(address)
    ownClock?.noteWaiting(receivedAt: header.receivedAt)
    unsafe inbox.append(
      InboxMessage(
        topic: String(decoding: message.topic, as: UTF8.self),
        payload: Self.scrubbed(message.payload), receivedAt: header.receivedAt,
        address: address, flags: message.flags.union(.receivedAtWrong)))
  }

  /// Takes a message that the inbox had kept.
  ///
  /// - Parameters:
  ///   - correction: what our time was wrong by when it came in doubt; 0 if it was right.
  func accept(_ kept: InboxMessage, correctedBy correction: Milliseconds = 0) {
    let isInDoubt = kept.flags.contains(.receivedAtWrong)
    let flags = correction == 0 ? kept.flags.subtracting(.receivedAtWrong) : kept.flags
    let topic = Array(kept.topic.utf8)
    // The decoder reads up to 64 bytes behind the payload.
    let padded = kept.payload + Array(repeating: 0, count: RecordRing.readableBytesBehind)
    unsafe topic.withUnsafeBytes { topic in
      unsafe padded.withUnsafeBytes { padded in
        let payload = unsafe UnsafeRawBufferPointer(rebasing: padded[..<kept.payload.count])
        let header = MessageHeader(
          receivedAt: kept.receivedAt + (isInDoubt ? correction : 0), payloadSize: payload.count,
          topicSize: topic.count, packetID: 0, session: 0, flags: flags)
        unsafe accept(Message(header: header, topic: topic, payload: payload))
      }
    }
  }

  /// Takes a message that was waiting, which was counted when it came.
  func acceptWaiting(_ kept: InboxMessage, correctedBy correction: Milliseconds) {
    accept(kept, correctedBy: correction)
    guard kept.flags.contains(.receivedAtWrong), counters.waiting > 0 else { return }
    counters.waiting -= 1
    counters.messages -= 1
  }

  func isRegistered(_ address: DeviceAddress) -> Bool {
    devices.contains { $0.address == address }
  }

  // MARK: What devices' clocks do

  /// Our clock comes into doubt: what it tells of devices' clocks may have to be forgotten.
  func beginDoubt() {
    guard statesBeforeDoubt == nil else { return }
    statesBeforeDoubt = Dictionary(
      uniqueKeysWithValues: devices.indices.map { (devices[$0].number, states[$0]) })
  }

  func endDoubt() { statesBeforeDoubt = nil }

  /// Our time may be another than it was when devices' clocks were measured by it.
  func forgetSmallErrors() {
    for position in states.indices { states[position].forgetSmall() }
  }

  /// Our clock was wrong: what was measured by it since it came into doubt is forgotten.
  func forgetDoubt() {
    guard let known = statesBeforeDoubt else { return }
    for position in devices.indices {
      states[position] = known[devices[position].number] ?? ClockState()
    }
  }
}
