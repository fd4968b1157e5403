// SPDX-License-Identifier: Apache-2.0

import Ingest
import Storage
import Telemetry

/// Turns messages into a batch for the store: decodes, judges clocks, sorts out what is not a
/// reading. The same for `nhip run` and `nhip replay`: it has no clock and does no I/O.
///
/// Owned by the engine's thread. Everything that comes in ends in exactly one place of the batch:
/// a column row, the schedule, the inbox, the quarantine, or the count of redeliveries.
final class Intake {
  private(set) var devices: [Device] = []
  var states: [ClockState] = []
  /// Where our time of day comes from; nil where receive times are given and not ours (replay).
  var ownClock: OwnClock?
  /// Devices of which messages wait in the inbox until our clock is out of doubt.
  var waiting: Set<DeviceAddress> = []
  /// What devices' clocks were known to do before ours came into doubt, by number.
  var statesBeforeDoubt: [Int64: ClockState]?
  private var topics = TopicTable([])
  private var codecs: [JSONCodec] = []
  private var stages: [ReadingStage] = []
  private var offlineAfter: [Milliseconds] = []
  private var columnOfUp: [Int] = []
  private var columnOfOnline: [Int] = []
  private var kindOfDevice: [Int] = []
  private var positionOfNumber: [Int64: Int] = [:]
  private let kinds: [String: Int]
  var gaps: ObservationGaps
  var redeliveries: RedeliveryFilter
  private var drains = DrainWatch()
  var inbox: [InboxMessage] = []
  let scheduleCodec = ScheduleCodec()
  var slots: [SlotMessage] = []
  private var quarantine: [QuarantinedMessage] = []
  private var shelvedPackets: [ShelvedPacket] = []
  var batchCount = 0
  var counters = IntakeCounters()

  init(profiles: [Profile], registry: Registry, observed: [Interval], receiveMaximum: Int) {
    gaps = ObservationGaps(observed: observed)
    redeliveries = RedeliveryFilter(receiveMaximum: receiveMaximum)
    kinds = Dictionary(uniqueKeysWithValues: profiles.enumerated().map { ($1.kind, $0) })
    for profile in profiles {
      codecs.append(JSONCodec(profile: profile))
      stages.append(ReadingStage(profile: profile))
      offlineAfter.append(profile.offlineAfter)
      columnOfUp.append(Self.column("up", in: profile))
      columnOfOnline.append(Self.column("online", in: profile))
    }
    register(registry)
  }

  private static func column(_ name: String, in profile: Profile) -> Int {
    guard let column = profile.column(of: name) else {
      preconditionFailure("profile \(profile.kind) lacks the common metric \(name)")
    }
    return column
  }

  /// Takes the registry in force: devices keep their state by number.
  func register(_ registry: Registry) {
    let known = Dictionary(
      uniqueKeysWithValues: devices.indices.map { (devices[$0].number, states[$0]) })
    devices = registry.devices.keeping { kinds[$0.kind] != nil && $0.retiredAt == nil }
    states = devices.map { known[$0.number] ?? ClockState() }
    kindOfDevice = devices.compactMap { kinds[$0.kind] }
    positionOfNumber = Dictionary(
      uniqueKeysWithValues: devices.indices.map { (devices[$0].number, $0) })
    topics = TopicTable(devices)
  }

  /// Puts one message where it belongs.
  func accept(_ message: Message) {
    counters.messages += 1
    // Over topic and payload, so that it is the same before and after a device is registered.
    let topicHash = unsafe PayloadHash.of(message.topic)
    let hash = unsafe PayloadHash.of(message.payload, seed: topicHash)
    let header = unsafe message.header
    let isMarked = unsafe message.flags.contains(.resumed)
    drains.note(session: header.session, isMarked: isMarked)
    if isMarked,
      redeliveries.isRedelivery(session: header.session, packetID: header.packetID, hash: hash)
    {
      counters.redelivered += 1
      return
    }
    redeliveries.note(session: header.session, packetID: header.packetID, hash: hash)
    // Only a marked message can come twice, but what follows may have been kept all the same.
    let isDraining = drains.isDraining(header.session)
    let message = unsafe isDraining ? message.flagged(.resumed) : message
    let readingsBefore = counters.readings
    if let route = unsafe topics.route(of: message.topic, topicHash: topicHash) {
      unsafe acceptReading(message, route, hash: hash)
    } else {
      unsafe acceptUnregistered(message)
    }
    // Readings keep their packet in their block; everything else keeps it here.
    guard counters.readings == readingsBefore, header.session != 0, header.packetID != 0
    else { return }
    shelvedPackets.append(
      ShelvedPacket(session: header.session, packetID: header.packetID, hash: hash))
  }

  private func acceptReading(_ message: Message, _ route: Route, hash: UInt64) {
    let kind = kindOfDevice[Int(route.device)]
    if unsafe message.isOversize { return unsafe reject(message, PayloadFault.tooLarge.rawValue) }
    let codec = codecs[kind]
    if let fault = unsafe codec.read(message.payload) {
      return unsafe reject(message, fault.rawValue)
    }
    unsafe append(message, route, codec, hash: hash, kind: kind)
  }

  private func append(
    _ message: Message, _ route: Route, _ codec: JSONCodec, hash: UInt64, kind: Int
  ) {
    let position = Int(route.device)
    let receivedAt = unsafe message.header.receivedAt
    var flags = unsafe message.flags
    if ownClock?.isWrong == true { flags.insert(.receivedAtWrong) }
    if codec.isFalse(at: columnOfOnline[kind]) { flags.insert(.offlineMark) }
    if codec.isOutOfRange { flags.insert(.outOfRange) }
    // Neither a will (its ts is its connect time) nor a retained copy tells when it was sent.
    let isMark = flags.contains(.offlineMark) || flags.contains(.retained)
    let up = codec.number(at: columnOfUp[kind])
    let keeper: ClockJudge.Keeper =
      route.channel == .backlog ? .device : flags.contains(.resumed) ? .broker : .nobody
    var state = states[position]
    let verdict =
      isMark
      ? ClockJudge.Verdict(eventTime: receivedAt, flags: ReadingFlags(rawValue: 0))
      : ClockJudge.judge(
        sentAt: codec.sentAt, receivedAt: receivedAt,
        upMilliseconds: up.flatMap(Self.milliseconds(upSeconds:)), keptBy: keeper,
        commissionedAt: devices[position].commissionedAt, state: &state)
    flags.formUnion(verdict.flags)
    if route.channel == .backlog
      || gaps.isKeptByDevice(
        eventTime: verdict.eventTime, receivedAt: receivedAt,
        offlineAfter: offlineAfter[kind])
    {
      flags.insert(.backlog)
    }
    if !isMark, keeper == .broker, let sentAt = codec.sentAt {
      drains.hear(
        session: unsafe message.header.session, device: devices[position].number, sentAt: sentAt,
        running: receivedAt - (ownClock?.offset ?? 0))
    }
    if ownClock?.isConfirmed == false {
      hear(isMark ? nil : codec.sentAt, receivedAt, from: devices[position], keeper)
      if mustWait(codec.sentAt, receivedAt, flags, route.channel) {
        return unsafe wait(message, of: devices[position])
      }
    }
    states[position] = state
    let envelope = unsafe ReadingStage.Envelope(
      device: devices[position].number, channel: route.channel, flags: flags,
      receivedAt: receivedAt, eventTime: verdict.eventTime, session: message.header.session,
      packetID: message.header.packetID, payloadHash: hash)
    codec.append(envelope, to: stages[kind])
    batchCount += 1
    counters.readings += 1
  }

  /// 136 years of uptime is no uptime; beyond it the value is left out of judging the clock.
  private static func milliseconds(upSeconds: Double) -> Milliseconds? {
    (0...4_294_967_295).contains(upSeconds) ? Milliseconds(upSeconds * 1_000) : nil
  }

  private func acceptUnregistered(_ message: Message) {
    if let slot = unsafe TopicParser.slot(message.topic) {
      return unsafe acceptSlot(message, slot)
    }
    switch unsafe TopicParser.parse(message.topic) {
    case .failure(let fault):
      unsafe reject(message, fault.rawValue)
    case .success(let (address, _)):
      guard kinds[address.kind] != nil else { return unsafe reject(message, "kind-unknown") }
      guard unsafe !message.isOversize else {
        return unsafe reject(message, PayloadFault.tooLarge.rawValue)
      }
      counters.inbox += 1
      batchCount += 1
      unsafe inbox.append(
        InboxMessage(
          topic: String(decoding: message.topic, as: UTF8.self),
          payload: Self.scrubbed(message.payload), receivedAt: message.header.receivedAt,
          address: address, flags: message.flags))
    }
  }

  func reject(_ message: Message, _ reason: String) {
    counters.quarantined += 1
    batchCount += 1
    var address = ""
    if case .success(let (parsed, _)) = unsafe TopicParser.parse(message.topic) {
      address = "\(Topic.prefix)/\(parsed.commune)/\(parsed.kind)/\(parsed.device)"
    }
    unsafe quarantine.append(
      QuarantinedMessage(
        address: address, reason: reason, topic: Array(message.topic),
        payload: Self.scrubbed(message.payload), receivedAt: message.header.receivedAt))
  }

  /// Quarantines what is not even a message: a line of a replay that cannot be read.
  func rejectLine(_ line: UnsafeRawBufferPointer, reason: String, receivedAt: Milliseconds) {
    counters.messages += 1
    counters.quarantined += 1
    batchCount += 1
    let kept = unsafe UnsafeRawBufferPointer(rebasing: line.prefix(MessageHeader.oversizeKept))
    quarantine.append(
      unsafe QuarantinedMessage(
        address: "", reason: reason, topic: [], payload: Self.scrubbed(kept),
        receivedAt: receivedAt))
  }

  static func scrubbed(_ payload: UnsafeRawBufferPointer) -> [UInt8] {
    var bytes = unsafe Array(payload)
    PersonalData.scrub(&bytes)
    return bytes
  }

  /// Takes everything gathered so far, and starts anew.
  func takeBatch() -> CommitBatch {
    var batch = CommitBatch()
    batch.blocks = stages.filter { $0.count > 0 }.map { $0.take() }
    batch.inbox = inbox
    batch.quarantine = quarantine
    batch.slots = slots
    batch.shelvedPackets = shelvedPackets
    slots.removeAll(keepingCapacity: true)
    inbox.removeAll(keepingCapacity: true)
    quarantine.removeAll(keepingCapacity: true)
    shelvedPackets.removeAll(keepingCapacity: true)
    batchCount = 0
    return batch
  }

  func recover(_ number: Int64, _ clock: ClockEvidence.Reading) {
    guard let position = positionOfNumber[number] else { return }
    _ = states[position].note(
      lag: clock.lag, receivedAt: clock.receivedAt, bootAt: clock.bootAt, keptBy: clock.keeper)
  }

  func restore(_ number: Int64, _ state: ClockState) {
    if let position = positionOfNumber[number] { states[position] = state }
  }
}

/// What became of the messages so far.
package struct IntakeCounters: Sendable, Equatable {
  package var messages: UInt64 = 0
  package var readings: UInt64 = 0
  package var redelivered: UInt64 = 0
  package var inbox: UInt64 = 0
  /// Of registered devices, kept in the inbox until our own clock is out of doubt.
  package var waiting: UInt64 = 0
  package var quarantined: UInt64 = 0
  /// Of the schedule, whether or not they changed it.
  package var slots: UInt64 = 0
}
