// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// When the devices of a kind are expected to serve: a list of stretches, `always`, one stretch of
/// every day, or a mapping from the types of sites to any of these.
extension ProfileReader {
  /// The types of sites that a registry has; `default` is none of them.
  static let siteTypeCountMax = 32
  static let defaultSiteType = "default"

  func serviceHours(
    _ node: YAMLNode
  ) -> (always: [ServiceHours], bySiteType: [String: [ServiceHours]]) {
    guard case .mapping = node.node else { return (hours(node), [:]) }
    var bySiteType: [String: [ServiceHours]] = [:]
    guard let map = node.openMapping() else { return ([], [:]) }
    if map.entries.count > Self.siteTypeCountMax {
      node.report("\(map.entries.count) site types", allowed: "at most \(Self.siteTypeCountMax)")
    }
    for (name, value) in map.entries {
      if !Self.isSiteType(name) {
        value.reportKey(
          name, at: map.keyPlaces[name], "no type of a site",
          allowed: "default, or [a-z0-9-]{1,40} as in sites.csv")
      }
      bySiteType[name] = hours(value)
    }
    let always = bySiteType.removeValue(forKey: Self.defaultSiteType)
    if always == nil {
      node.report(
        "the required key 'default' is missing", allowed: "default: always, or other hours",
        hidingValue: true)
    }
    return (always ?? [], bySiteType)
  }

  private static func isSiteType(_ name: String) -> Bool {
    (1...40).contains(name.utf8.count)
      && name.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-") }
  }

  /// Empty is always.
  private func hours(_ node: YAMLNode) -> [ServiceHours] {
    guard case .scalar = node.node else {
      return node.sequence(countMax: Self.serviceHoursCountMax)?.compactMap(stretch) ?? []
    }
    guard let text = node.text() else { return [] }
    guard let hours = ServiceHoursText.everyDay(text) else {
      node.report("no service hours", allowed: ServiceHoursText.everyDayAllowed)
      return []
    }
    return hours
  }

  private func stretch(_ node: YAMLNode) -> ServiceHours? {
    guard let map = node.mapping(keys: ["days", "from", "to"]) else { return nil }
    let days = map.required("days").flatMap { node -> UInt8? in
      guard let text = node.text() else { return nil }
      guard let days = ServiceHoursText.weekdays(text) else {
        node.report("not a list of weekdays", allowed: ServiceHoursText.weekdaysAllowed)
        return nil
      }
      return days
    }
    let start = map.required("from").flatMap(self.minute)
    let end = map.required("to").flatMap(self.minute)
    guard let days, let start, let end else { return nil }
    guard start < end else {
      map["to"]?.report("not later than 'from'", allowed: "a time later on the same day")
      return nil
    }
    return ServiceHours(weekdays: days, startMinute: start, endMinute: end)
  }

  private func minute(_ node: YAMLNode) -> Int? {
    guard let text = node.text() else { return nil }
    if let minute = ServiceHoursText.minute(text) { return minute }
    node.report("not a time of day", allowed: ServiceHoursText.minuteAllowed)
    return nil
  }
}

