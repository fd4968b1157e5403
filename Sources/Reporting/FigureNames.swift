// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// The names that figures of a day have in seals, and how each is put together over a period.
enum FigureNames {
  static func of(_ state: DeviceState) -> String {
    state == .noLink ? "no_link" : state.rawValue
  }

  /// How much more of a state there is without what calendars were given after the fact.
  static func announced(_ state: DeviceState) -> String { announced(of(state)) }

  /// The same of any figure that can be added.
  static func announced(_ name: String) -> String { "announced_\(name)_more" }

  /// The figure that such a difference is of; nil for any other name.
  static func ofAnnounced(_ name: String) -> String? {
    guard name.hasPrefix("announced_"), name.hasSuffix("_more") else { return nil }
    return String(name.dropFirst("announced_".count).dropLast("_more".count))
  }

  /// Nil for what only goes with another figure: instants of maxima, and what is found from the
  /// outages themselves.
  static func rule(of name: String, profile: Profile) -> SumColumn.Rule? {
    if let figure = profile.usage.first(where: { $0.name == name }) {
      return switch figure.formula {
      case .maximum: .maximum
      case .mean: .mean
      case .total, .integral, .duration, .sum, .count: .sum
      }
    }
    if name == "last_heard" || name == "longest_outage" { return .maximum }
    if name.hasSuffix("_at"), profile.usage.contains(where: { "\($0.name)_at" == name }) {
      return nil
    }
    return .sum
  }
}

/// Causes of outages as numbers in sheets.
enum SheetCause {
  private static let states: [DeviceState] = [.unknown, .noLink, .off]

  static func number(_ state: DeviceState) -> UInt8 {
    UInt8(states.firstIndex(of: state) ?? 0)
  }

  static func state(_ number: UInt8) -> DeviceState {
    Int(number) < states.count ? states[Int(number)] : .unknown
  }
}

/// Whole numbers of one device, by the name that the day's figures have.
package struct NamedFigures: Sendable {
  private var positionOfName: [String: Int]
  private var values: [Int64?]

  package init(_ figures: [String: Int64] = [:]) {
    positionOfName = [:]
    values = []
    for (name, value) in figures {
      positionOfName[name] = values.count
      values.append(value)
    }
  }

  init(positionOfName: [String: Int], values: [Int64?]) {
    self.positionOfName = positionOfName
    self.values = values
  }

  /// Nil where nothing told.
  package subscript(name: String) -> Int64? {
    guard let position = positionOfName[name], position >= 0 else { return nil }
    return values[position]
  }
}
