// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Recognises what the broker sends again because our acknowledgement never reached it.
///
/// After a session resumes, its first *receive maximum* messages are compared, by packet id and
/// payload hash, with the newest readings on disk. Owned by the engine's thread; bounded by the
/// 65,536 packet ids of a session.
struct RedeliveryFilter {
  private struct Entry {
    var hash: UInt64 = 0
    /// Which of the session's committed messages it was, counted from 1; 0 is none.
    var ordinal: UInt64 = 0
  }

  private struct SessionMemory {
    /// By packet id; empty before the first.
    var entries: [Entry] = []
    /// Of the newest message.
    var ordinal: UInt64 = 0
  }

  /// By session number, which counts the pipeline's sessions from 1.
  private var sessions: [SessionMemory] = []
  private let window: UInt64

  init(receiveMaximum: Int) { window = UInt64(Self.window(receiveMaximum: receiveMaximum)) }

  /// How far back to look. The broker sends at most a receive maximum again, but the store keeps
  /// the messages of a batch by kind, not in the order of their arrival, so that recovery may find
  /// as many others of their batch behind them.
  static func window(receiveMaximum: Int) -> Int { 2 * receiveMaximum }

  /// Remembers a message that is about to be committed.
  mutating func note(session: UInt16, packetID: UInt16, hash: UInt64) {
    // Session 0 is replay and packet id 0 is QoS 0: neither is ever redelivered.
    guard session != 0, packetID != 0 else { return }
    let place = Int(session)
    while sessions.count <= place { sessions.append(SessionMemory()) }
    if sessions[place].entries.isEmpty {
      sessions[place].entries = Array(repeating: Entry(), count: 65_536)
    }
    sessions[place].ordinal += 1
    sessions[place].entries[Int(packetID)] = Entry(hash: hash, ordinal: sessions[place].ordinal)
  }

  /// Whether a message of a resumed session is on disk already.
  func isRedelivery(session: UInt16, packetID: UInt16, hash: UInt64) -> Bool {
    let place = Int(session)
    guard packetID != 0, place < sessions.count, !sessions[place].entries.isEmpty else {
      return false
    }
    let entry = sessions[place].entries[Int(packetID)]
    return entry.ordinal > 0 && entry.hash == hash
      && sessions[place].ordinal - entry.ordinal < window
  }
}
