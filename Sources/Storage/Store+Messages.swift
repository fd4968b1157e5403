// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Telemetry

extension ShelvedMessage {
  init(_ message: InboxMessage) {
    self.init(
      subject: Subject(address: message.address.text, reason: ""), topic: Array(message.topic.utf8),
      payload: message.payload, receivedAt: message.receivedAt, flags: message.flags)
  }

  init(_ message: QuarantinedMessage) {
    self.init(
      subject: Subject(address: message.address, reason: message.reason), topic: message.topic,
      payload: message.payload, receivedAt: message.receivedAt)
  }
}

extension DeviceAddress {
  /// No level of a topic holds a slash, so this can be taken apart again.
  var text: String { "\(commune)/\(kind)/\(device)" }

  init(text: String) {
    let levels = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
    self.init(
      commune: String(levels[0]), kind: levels.count > 1 ? String(levels[1]) : "",
      device: levels.count > 2 ? String(levels[2]) : "")
  }
}

extension Store {
  /// Per address, oldest first. An address with three empty levels stands for those beyond the
  /// limit on addresses.
  package func inbox() throws(StoreError) -> [InboxSummary] {
    try read("the inbox cannot be read") { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT address, kept, received - kept, first_received_at, last_received_at
          FROM inbox_count ORDER BY first_received_at, address
          """
      ).map { row in
        InboxSummary(
          address: DeviceAddress(text: row[0]), kept: row[1], dropped: row[2],
          firstReceivedAt: row[3], lastReceivedAt: row[4])
      }
    }
  }

  /// In the order in which they were committed.
  package func inboxMessages(_ address: DeviceAddress) throws(StoreError) -> [InboxMessage] {
    try read("the inbox cannot be read") { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT topic, payload, received_at, flags FROM inbox_message
          WHERE address = ? ORDER BY id
          """,
        arguments: [address.text]
      ).map { row in
        InboxMessage(
          topic: String(decoding: row[0] as Data, as: UTF8.self),
          payload: [UInt8](row[1] as Data), receivedAt: row[2], address: address,
          flags: ReadingFlags(rawValue: row[3]))
      }
    }
  }

  /// Forgets the address, its messages and its counts.
  package func removeInbox(_ address: DeviceAddress) throws(StoreError) {
    try write("the inbox could not be emptied") { db in
      try MessageShelf.inbox.remove(address: address.text, from: db)
    }
  }

  /// Exact counts of all that was ever quarantined, most frequent first.
  package func quarantine() throws(StoreError) -> [QuarantineSummary] {
    try read("the quarantine cannot be read") { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT address, reason, received, first_received_at, last_received_at
          FROM quarantine_count ORDER BY received DESC, address, reason
          """
      ).map { row in
        QuarantineSummary(
          address: row[0], reason: row[1], count: row[2], firstReceivedAt: row[3],
          lastReceivedAt: row[4])
      }
    }
  }

  /// The payloads still kept, in the order in which they were committed; nil means any reason.
  package func quarantinedPayloads(reason: String?) throws(StoreError) -> [QuarantinedMessage] {
    try read("the quarantine cannot be read") { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT address, reason, topic, payload, received_at FROM quarantine_message
          WHERE ?1 IS NULL OR reason = ?1 ORDER BY id
          """,
        arguments: [reason]
      ).map { row in
        QuarantinedMessage(
          address: row[0], reason: row[1], topic: [UInt8](row[2] as Data),
          payload: [UInt8](row[3] as Data), receivedAt: row[4])
      }
    }
  }
}
