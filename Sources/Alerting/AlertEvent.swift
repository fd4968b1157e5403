// SPDX-License-Identifier: Apache-2.0

import Foundation
import Storage
import Telemetry

/// One transition of an alert as a CloudEvent (CNCF CloudEvents 1.0, JSON event format, structured
/// mode; over MQTT 5 with the content type below).
package enum AlertEvent {
  package static let contentType = "application/cloudevents+json; charset=utf-8"
  /// Followed by the state: `firing`, `acknowledged` or `resolved`.
  static let typePrefix = "vn.nhip.alert."

  /// Names this nhip among others: from its store, as the ids of its MQTT clients are.
  package static func node(of store: Store) -> String { String(store.uuid.prefix(12)) }

  package static func source(node: String) -> String { "/\(Topic.prefix)/node/\(node)" }

  /// Holds the newest event while the alert is open, and nothing afterwards.
  package static func stateTopic(_ alert: Alert) -> String {
    "\(Topic.prefix)/\(alert.commune)/alert/\(alert.id)"
  }

  /// Every transition once (at least), not retained.
  package static func streamTopic(_ alert: Alert) -> String {
    "\(Topic.prefix)/\(alert.commune)/alert-event"
  }

  /// - Parameter device: nil if the registry no longer knows it.
  package static func payload(
    _ alert: Alert, device: Device?, source: String, at now: Milliseconds
  ) -> [UInt8] {
    let event = Envelope(
      id: "\(alert.id)-\(alert.version)", source: source,
      type: typePrefix + alert.state.rawValue,
      subject: "\(alert.commune)/\(device?.kind ?? "")/\(device?.id ?? "")",
      time: LocalTime.universal(now), data: Body(alert, device))
    do {
      return [UInt8](try AlertEvidence.encoder.encode(event))
    } catch {
      // Text and finite numbers only; nothing in it can fail to encode.
      preconditionFailure("an alert cannot be encoded: \(error)")
    }
  }

  private struct Envelope: Encodable {
    var specversion = "1.0"
    var id: String
    var source: String
    var type: String
    var subject: String
    var time: String
    var datacontenttype = "application/json"
    var data: Body
  }

  private struct Body: Encodable {
    var alert: String
    var state: String
    var version: Int
    var rule: String
    var severity: String
    var title: [String: String]
    var summary: [String: String]
    var since: String
    var firedAt: String
    var resolvedAt: String?
    var acknowledged: Acknowledgement?
    var device: Subject
    var evidence: AlertEvidence?

    init(_ alert: Alert, _ device: Device?) {
      self.alert = alert.id
      state = alert.state.rawValue
      version = alert.version
      rule = alert.rule
      severity = alert.severity.rawValue
      title = ["vi": alert.title.vi, "en": alert.title.en]
      summary = ["vi": alert.summary.vi, "en": alert.summary.en]
      since = LocalTime.universal(alert.since)
      firedAt = LocalTime.universal(alert.firedAt)
      resolvedAt = alert.resolvedAt.map(LocalTime.universal)
      acknowledged = alert.acknowledgement.map(Acknowledgement.init)
      self.device = Subject(number: alert.device, device)
      // Evidence of a later nhip may have fields this one does not know; the rest still goes out.
      evidence = try? AlertEvidence(json: alert.evidence)
    }
  }

  private struct Acknowledgement: Encodable {
    var at: String
    var by: String
    var note: String

    init(_ acknowledgement: Alert.Acknowledgement) {
      at = LocalTime.universal(acknowledgement.at)
      by = acknowledgement.by
      note = acknowledgement.note
    }
  }

  private struct Subject: Encodable {
    var number: Int64
    var id: String?
    var kind: String?
    var name: String?
    var site: String?
    var commune: String?

    init(number: Int64, _ device: Device?) {
      self.number = number
      id = device?.id
      kind = device?.kind
      name = device?.name
      site = device?.site
      commune = device?.commune
    }
  }
}
