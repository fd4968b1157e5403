// SPDX-License-Identifier: Apache-2.0

import Reporting
import Storage
import Telemetry

/// What `pipeline.yaml` says: where readings come from, where they are kept, how uptime is judged.
///
/// A value, loaded once at start; paths are already relative to the working directory.
package struct PipelineConfiguration: Sendable {
  /// Not a setting: a broker that dies silently must be noticed before devices look dead.
  package static let keepaliveSeconds = 30

  /// The file it was read from, for messages about it.
  package var file: String
  package var source: Source
  /// The folder of profiles.
  package var devices: String
  /// The folder of registry files, imported at start; nil if the store's registry stands.
  package var registry: String?
  /// The file of the programme's targets; nil if there are none.
  package var targets: String?
  /// The SQLite file.
  package var store: String
  package var retention: Retention
  package var uptime: Uptime
  /// Where the periods of reports begin and end; its lateness is that of `uptime`.
  package var reports: ReportCalendar
  /// What stands above and below reports, unless a report says otherwise.
  package var letterhead = Letterhead()
  /// Whether alerts are published over the same broker.
  package var publishesAlerts: Bool

  package struct Source: Sendable {
    package var host: String
    package var port: Int
    /// Nil for `mqtt://`.
    package var tls: TLS?
    package var credentials: Credentials?
    /// Most unacknowledged messages the broker may have on the way to us.
    package var receiveMaximum: Int
    /// How long the broker keeps messages for us while we are away.
    package var sessionExpiry: Milliseconds
    package var sessions: [Session]

    /// Whether a session brings the schedule: where none names it, the one that brings events.
    package func bringsSchedule(_ session: Session) -> Bool {
      sessions.contains(where: \.hasSchedule)
        ? session.hasSchedule : session.channels.contains(.event)
    }
  }

  /// One MQTT session and the topics it alone subscribes to.
  package struct Session: Sendable, Hashable {
    package var name: String
    package var channels: [Channel]
    /// Five-digit codes; empty means every commune (`"*"`).
    package var communes: [String]
    /// The word `schedule` among its channels: it brings the scheduler's slots too.
    package var hasSchedule = false

    package var coversEveryCommune: Bool { communes.isEmpty }

    /// One live session and one for backlog, so that draining does not delay what is live.
    package static let defaults = [
      Session(name: "live", channels: [.telemetry, .state, .event], communes: []),
      Session(name: "backlog", channels: [.backlog], communes: []),
    ]
  }

  /// Paths of PEM files.
  package struct TLS: Sendable {
    package var authority: String
    /// Together with `key`, or neither.
    package var certificate: String?
    package var key: String?
  }

  package struct Credentials: Sendable {
    package var username: String
    /// As it was at start.
    package var password: Secret
    /// Nil if the password came from the environment.
    package var passwordFile: String?
  }

  package struct Retention: Sendable {
    package var raw: Milliseconds = 400 * 86_400_000
    package var quarantine: Milliseconds = 30 * 86_400_000
    package var inbox: Milliseconds = 30 * 86_400_000
    /// Of alerts, from the moment they were resolved.
    package var alerts: Milliseconds = 400 * 86_400_000

    var limits: RetentionLimits {
      RetentionLimits(raw: raw, quarantine: quarantine, inbox: inbox, alerts: alerts)
    }
  }

  package struct Uptime: Sendable {
    /// Shorter outages stay in the sums and are counted apart.
    package var outageMin: Milliseconds = 60_000
    /// How long after its end a day still accepts readings.
    package var lateness: Milliseconds = 7 * 86_400_000
    /// Percent of availability.
    package var target = 99.5
  }
}

/// A value that no message, log or dump shows.
package struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// Only for handing it to whom it is for.
  package let exposed: String

  package init(_ exposed: String) { self.exposed = exposed }

  package var description: String { "‹secret›" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: [:]) }
}
