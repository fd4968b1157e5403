// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Until when the broker is known to have lived, for each session that may have told us of a mark.
///
/// The broker sends in order, but each session is read at its own pace and comes back in its own
/// time. What one session reads after a mark, the broker may have sent to it before the mark, and
/// have died of it; what it reads by a later connection may come from a broker that is a new one.
/// So a mark is outlived by what its own session brought after it by the same connection, or, while
/// that connection stands, by what the broker confirmed that we had sent after it. Bounded by the
/// number of sessions.
struct BrokerSigns {
  enum Verdict { case outlived, lost, open }

  private struct Session {
    /// When its connection of now began to hear.
    var hearingSince: Milliseconds = .min
    /// The newest that it brought and that is no mark.
    var broughtAt: Milliseconds = .min
  }

  /// By session number.
  private var sessions: [Session] = []
  private var confirmedAt: Milliseconds = .min

  /// - Parameter session: nil if the broker confirmed what we had sent at `instant`.
  mutating func note(_ instant: Milliseconds, by session: UInt16?) {
    guard let session else {
      confirmedAt = max(confirmedAt, instant)
      return
    }
    let place = place(of: session)
    sessions[place].broughtAt = max(sessions[place].broughtAt, instant)
  }

  mutating func noteHearing(since instant: Milliseconds, by session: UInt16) {
    sessions[place(of: session)].hearingSince = instant
  }

  private mutating func place(of session: UInt16) -> Int {
    while sessions.count <= Int(session) { sessions.append(Session()) }
    return Int(session)
  }

  func verdict(onMarkAt mark: Milliseconds, by number: UInt16) -> Verdict {
    let session = Int(number) < sessions.count ? sessions[Int(number)] : Session()
    let isConnectionOver = session.hearingSince > mark
    if session.broughtAt > mark,
      !isConnectionOver || session.broughtAt < session.hearingSince
    {
      return .outlived
    }
    if isConnectionOver { return .lost }
    return confirmedAt > mark ? .outlived : .open
  }

  /// Our time was wrong: no sign can be later than now.
  mutating func forget(after now: Milliseconds) {
    confirmedAt = min(confirmedAt, now)
    for place in sessions.indices {
      sessions[place].broughtAt = min(sessions[place].broughtAt, now)
      sessions[place].hearingSince = min(sessions[place].hearingSince, now)
    }
  }
}
