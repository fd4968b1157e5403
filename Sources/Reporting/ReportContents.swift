// SPDX-License-Identifier: Apache-2.0

/// What a report is asked for besides the figures of its devices and units; machine CSV shows none
/// of it, and a report over 10,000 devices is made in half the time without.
package struct ReportContents: OptionSet, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// A bar for each day or hour of each device.
  package static let strips = ReportContents(rawValue: 1)
  /// Targets, compared with the period before, and rankings.
  package static let programme = ReportContents(rawValue: 2)

  /// The gravest anomalies, drawn; only page and paper show them.
  package static let pictures = ReportContents(rawValue: 4)

  package static let all: ReportContents = [.strips, .programme, .pictures]
}
