// SPDX-License-Identifier: Apache-2.0

import Ingest
import Telemetry

/// One reading on its way into a sealed day: where it stands, its event time as judged by the
/// evidence of the days around it, and its identity.
///
/// Identity is the device, the channel, `ts` as sent, the sequence number and every value; where
/// there is no sequence number, the hash of topic and payload as well. A reading whose `ts` cannot
/// be trusted also carries when it was received, so that identity alone never drops it. A copy that
/// came later may be corrected by a little more or less, so `ts` tells it where that is trusted.
struct SealedReading {
  /// Which batch of columns holds it, and where.
  var chunk: Int
  var row: Int
  var eventTime: Milliseconds
  var flags: ReadingFlags
  /// `ts` as sent, where that can be trusted; else the event time.
  private var identityTime: Milliseconds
  private var channel: UInt8
  private var content: UInt64
  /// 0 for a reading with a sequence number.
  private(set) var payloadHash: UInt64
  /// When it was received, if that is part of its identity; else 0.
  private var identityReceivedAt: Milliseconds
  private var receivedAt: Milliseconds
  private var session: UInt16
  /// From a hot block that the day's last seal did not know.
  let isNew: Bool

  /// … and whether the broker had sent it before, which is our own record.
  private static let judgedAnew: ReadingFlags = [
    .backlog, .untimed, .clockWrong, .clockShifted, .redelivered,
  ]

  init(
    chunk: Int, row: Int, columns: ReadingColumns, isNew: Bool, verdict: ClockJudge.Verdict,
    isBacklog: Bool, content: inout ReadingContent, sequenceColumn: Int?
  ) {
    self.chunk = chunk
    self.row = row
    self.isNew = isNew
    eventTime = verdict.eventTime
    flags = columns.flags[row].subtracting(Self.judgedAnew)
    flags.formUnion(verdict.flags)
    if isBacklog { flags.insert(.backlog) }
    channel = columns.channel[row].rawValue
    self.content = content.hash(of: row, in: columns)
    let hasSequence = sequenceColumn.map { columns.metrics[$0].tags[row] != .absent } ?? false
    payloadHash = hasSequence ? 0 : columns.payloadHash[row]
    receivedAt = columns.receivedAt[row]
    let isTrusted = flags.isDisjoint(
      with: [.untimed, .clockWrong, .retained, .offlineMark])
    identityReceivedAt = isTrusted ? 0 : receivedAt
    let isShifted = flags.contains(.clockShifted)
    identityTime =
      isShifted ? SentTime.milliseconds(of: columns.sentTime[row]) ?? eventTime : eventTime
    session = columns.session[row]
  }

  /// Readings of one identity stand together, the one that was received first before the others.
  static func precedes(_ left: SealedReading, _ right: SealedReading) -> Bool {
    if left.identity != right.identity { return left.identity < right.identity }
    let (a, b) = (left.isNew ? 1 : 0, right.isNew ? 1 : 0)
    return (left.receivedAt, left.session, left.flags.rawValue, a)
      < (right.receivedAt, right.session, right.flags.rawValue, b)
  }

  func isSame(as other: SealedReading) -> Bool { identity == other.identity }

  private var identity: (Milliseconds, UInt8, UInt64, UInt64, Milliseconds) {
    (identityTime, channel, content, payloadHash, identityReceivedAt)
  }
}

extension ReadingColumns {
  /// What one row tells of its device's clock; nil for what has no time of its own.
  ///
  /// - Parameter up: the column of `up`.
  func clockReading(_ row: Int, up: Int?) -> ClockEvidence.Reading? {
    guard flags[row].isDisjoint(with: [.retained, .offlineMark]),
      let sentAt = SentTime.milliseconds(of: sentTime[row])
    else { return nil }
    let seconds = up.flatMap { metrics[$0][row].double }
    let bootAt = seconds.flatMap { (0...4_294_967_295).contains($0) ? $0 : nil }
      .map { sentAt - Milliseconds($0 * 1_000) }
    let keeper: ClockJudge.Keeper =
      channel[row] == .backlog ? .device : flags[row].contains(.resumed) ? .broker : .nobody
    return ClockEvidence.Reading(
      sentAt: sentAt, receivedAt: receivedAt[row], bootAt: bootAt, keeper: keeper)
  }
}
