// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Telemetry

/// A message as a shelf keeps it.
struct ShelvedMessage {
  struct Subject: Hashable {
    var address: String
    var reason: String
  }

  var subject: Subject
  var topic: [UInt8]
  var payload: [UInt8]
  var receivedAt: Milliseconds
  var flags: ReadingFlags = []
}

/// Messages kept for a person to look at: the newest few of each subject, and exact counts of all.
///
/// The inbox and the quarantine are shelves with different limits. A subject is an address and a
/// reason; the inbox has one reason, the empty one. All work happens inside the caller's
/// transaction, so a batch that is tried again counts once.
struct MessageShelf {
  let name: String
  let keptMaxEach: Int
  let keptMaxAll: Int
  /// Somebody who publishes under ever new names must not fill the disk with counters: new
  /// subjects beyond this, and addresses too long to be real, count under the empty address.
  let subjectCountMax: Int

  static let addressSizeBytesMax = 256
  static let payloadSizeBytesMax = 64 << 10

  static let inbox = MessageShelf(
    name: "inbox", keptMaxEach: 2_000, keptMaxAll: 100_000, subjectCountMax: 100_000)
  static let quarantine = MessageShelf(
    name: "quarantine", keptMaxEach: 20, keptMaxAll: 10_000, subjectCountMax: 100_000)

  func add(_ messages: [ShelvedMessage], to db: Database) throws {
    guard !messages.isEmpty else { return }
    var bySubject: [ShelvedMessage.Subject: [ShelvedMessage]] = [:]
    var order: [ShelvedMessage.Subject] = []
    for message in messages {
      let subject = try admit(message.subject, to: db)
      if bySubject[subject] == nil { order.append(subject) }
      bySubject[subject, default: []].append(message)
    }
    for subject in order { try add(bySubject[subject] ?? [], of: subject, to: db) }
    try trim(to: keptMaxAll, db)
  }

  func remove(address: String, from db: Database) throws {
    let kept = try sum("kept", of: address, db)
    let subjects = try sum("1", of: address, db)
    // The messages go with their counter.
    try db.execute(sql: "DELETE FROM \(name)_count WHERE address = ?", arguments: [address])
    try tally("kept", by: -kept, db)
    try tally("subjects", by: -subjects, db)
  }

  private func sum(_ column: String, of address: String, _ db: Database) throws -> Int {
    try Int.fetchOne(
      db, sql: "SELECT coalesce(sum(\(column)), 0) FROM \(name)_count WHERE address = ?",
      arguments: [address]) ?? 0
  }

  /// The subject to count under, with a counter that exists.
  private func admit(
    _ subject: ShelvedMessage.Subject, to db: Database
  ) throws -> ShelvedMessage.Subject {
    var subject = subject
    if subject.address.utf8.count > Self.addressSizeBytesMax { subject.address = "" }
    if try exists(subject, db) { return subject }
    if try tally("subjects", by: 0, db) >= subjectCountMax {
      subject.address = ""
      if try exists(subject, db) { return subject }
    }
    try db.cachedStatement(
      sql: """
        INSERT INTO \(name)_count
          (address, reason, received, kept, first_received_at, last_received_at)
        VALUES (?, ?, 0, 0, \(Int64.max), \(Int64.min))
        """
    ).execute(arguments: [subject.address, subject.reason])
    try tally("subjects", by: 1, db)
    return subject
  }

  private func exists(_ subject: ShelvedMessage.Subject, _ db: Database) throws -> Bool {
    try Bool.fetchOne(
      db.cachedStatement(
        sql: "SELECT 1 FROM \(name)_count WHERE address = ? AND reason = ?"),
      arguments: [subject.address, subject.reason]) ?? false
  }

  private func add(
    _ messages: [ShelvedMessage], of subject: ShelvedMessage.Subject, to db: Database
  ) throws {
    let insert = try db.cachedStatement(
      sql: """
        INSERT INTO \(name)_message (address, reason, topic, payload, received_at, flags)
        VALUES (?, ?, ?, ?, ?, ?)
        """)
    // Messages of one batch that would be pushed out at once need not be written at all.
    let newest = messages.suffix(keptMaxEach)
    for message in newest {
      try insert.execute(
        arguments: [
          subject.address, subject.reason, Data(message.topic),
          Data(message.payload.prefix(Self.payloadSizeBytesMax)), message.receivedAt,
          Int(message.flags.rawValue),
        ])
    }
    let before = try Int.fetchOne(
      db.cachedStatement(
        sql: "SELECT kept FROM \(name)_count WHERE address = ? AND reason = ?"),
      arguments: [subject.address, subject.reason]) ?? 0
    let kept = min(before + newest.count, keptMaxEach)
    try deleteOldest(before + newest.count - kept, of: subject, db)
    try db.cachedStatement(
      sql: """
        UPDATE \(name)_count SET received = received + ?, kept = ?,
          first_received_at = min(first_received_at, ?),
          last_received_at = max(last_received_at, ?)
        WHERE address = ? AND reason = ?
        """
    ).execute(
      arguments: [
        messages.count, kept, messages.map(\.receivedAt).min() ?? 0,
        messages.map(\.receivedAt).max() ?? 0, subject.address, subject.reason,
      ])
    try tally("kept", by: kept - before, db)
  }

  private func deleteOldest(
    _ count: Int, of subject: ShelvedMessage.Subject, _ db: Database
  ) throws {
    guard count > 0 else { return }
    try db.cachedStatement(
      sql: """
        DELETE FROM \(name)_message WHERE id IN (SELECT id FROM \(name)_message
          WHERE address = ? AND reason = ? ORDER BY id LIMIT ?)
        """
    ).execute(arguments: [subject.address, subject.reason, count])
  }

  /// Whatever their subject, the oldest go first.
  private func trim(to keptMax: Int, _ db: Database) throws {
    let excess = try tally("kept", by: 0, db) - keptMax
    guard excess > 0 else { return }
    let groups = try Row.fetchAll(
      db,
      sql: """
        SELECT address, reason, count(*) FROM
          (SELECT address, reason FROM \(name)_message ORDER BY id LIMIT ?)
        GROUP BY address, reason
        """,
      arguments: [excess])
    for group in groups {
      let (address, reason, count): (String, String, Int) = (group[0], group[1], group[2])
      try db.cachedStatement(
        sql: "UPDATE \(name)_count SET kept = kept - ? WHERE address = ? AND reason = ?"
      ).execute(arguments: [count, address, reason])
    }
    try db.execute(
      sql: """
        DELETE FROM \(name)_message
        WHERE id IN (SELECT id FROM \(name)_message ORDER BY id LIMIT ?)
        """,
      arguments: [excess])
    try tally("kept", by: -excess, db)
  }

  /// Totals that would otherwise be counted anew in every batch. Returns the new value.
  @discardableResult
  func tally(_ what: String, by difference: Int, _ db: Database) throws -> Int {
    let key = "\(name)_\(what)"
    if difference != 0 {
      try db.cachedStatement(
        sql: """
          INSERT INTO tally (name, value) VALUES (?, ?)
          ON CONFLICT DO UPDATE SET value = value + excluded.value
          """
      ).execute(arguments: [key, difference])
    }
    return try Int.fetchOne(
      db.cachedStatement(sql: "SELECT value FROM tally WHERE name = ?"), arguments: [key]) ?? 0
  }
}
