// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// Strips of devices (or of units, where there are many) and calendars of sites.
extension DocumentBuilder {
  /// A calendar of fewer days says nothing that the strip does not.
  private static let calendarDayCountMin = 7

  func figures() -> [DocumentSection.Part] {
    let byUnit = report.devices.count > Self.drawnCountMax
    let lines = byUnit ? unitStrips() : report.devices.map { strip(of: $0) }
    var parts: [DocumentSection.Part] = []
    if byUnit {
      parts.append(.note(words.stripsOfUnits(format.count(Self.drawnCountMax))))
    }
    guard let first = report.devices.first?.strip else { return parts }
    let isHourly = first.barLength < LocalTime.dayLength
    let end = report.period.end - 1
    let note = words.stripNote(
      bar: isHourly ? words.barHour : words.barDay,
      from: isHourly ? format.instant(first.start) : format.day(first.start),
      to: isHourly ? format.instant(end) : format.day(end))
    parts.append(
      .figure(
        DocumentFigure(
          title: words.stripFigure, description: note,
          content: .strips(Array(lines.prefix(Self.drawnCountMax))))))
    let firstDay = LocalTime.day(of: first.start)
    let calendars = isHourly || byUnit ? [] : siteCalendars(firstDay: firstDay)
    if !calendars.isEmpty {
      parts.append(
        .figure(
          DocumentFigure(
            title: words.calendarFigure, description: words.calendarNote,
            content: .calendars(calendars))))
    }
    return parts
  }

  private func strip(of device: DeviceReport) -> DocumentFigure.StripLine {
    DocumentFigure.StripLine(
      name: name(of: device), description: description(device.times, device.outageCount),
      bars: device.strip.bars)
  }

  /// The mean of the devices that stand directly in each unit.
  private func unitStrips() -> [DocumentFigure.StripLine] {
    report.units.filter { !$0.devices.isEmpty }.map { unit in
      var times = StateTimes()
      for device in unit.devices { times += device.times }
      return DocumentFigure.StripLine(
        name: name(of: unit),
        description: description(times, unit.devices.reduce(0) { $0 + $1.outageCount }),
        bars: mean(unit.devices.map(\.strip)))
    }
  }

  private func description(_ times: StateTimes, _ outages: Int) -> String {
    words.stripWords(
      ratio: times.ratio.map(format.percent) ?? "–", down: format.hours(times.down),
      outages: format.count(outages))
  }

  /// Shares of days are 65,535ths: good enough for a class of colour, not for a figure.
  private func siteCalendars(firstDay: Int64) -> [DocumentFigure.CalendarLine] {
    var lines: [DocumentFigure.CalendarLine] = []
    for unit in report.units {
      let bySite = Dictionary(grouping: unit.devices, by: \.placement.site)
      for site in unit.sites {
        let devices = bySite[site.code] ?? []
        let count = devices.map(\.strip.bars.count).max() ?? 0
        guard count >= Self.calendarDayCountMin else { continue }
        let ratios = (0..<count).map { position in
          var (up, down): (Int64, Int64) = (0, 0)
          for device in devices where position < device.strip.bars.count {
            up += Int64(device.strip.bars[position].up)
            down += Int64(device.strip.bars[position].down)
          }
          return PartsPerMillion.of(up, in: up + down)
        }
        let judged = ratios.compactMap(\.self)
        let worst = judged.min().map { "\(format.percent($0)) %" } ?? "–"
        lines.append(
          DocumentFigure.CalendarLine(
            name: site.shown.isEmpty ? name(of: unit) : "\(name(of: unit)): \(site.shown)",
            description: words.calendarWords(judged: judged.count, worst: worst),
            firstDay: firstDay, ratios: ratios))
      }
    }
    return lines
  }
}

/// The mean of bars that stand for the same day or hour; down time of one device among hundreds
/// still shows.
private func mean(_ strips: [Strip]) -> [Strip.Bar] {
  (0..<(strips.first?.bars.count ?? 0)).map { position in
    func mean(_ share: (Strip.Bar) -> UInt16) -> UInt16 {
      let sum = strips.reduce(0) { $0 + Int(share($1.bars[position])) }
      return UInt16((sum + strips.count - 1) / strips.count)
    }
    var bar = Strip.Bar()
    bar.up = mean(\.up)
    bar.down = mean(\.down)
    bar.maintenance = mean(\.maintenance)
    bar.unobserved = mean(\.unobserved)
    return bar
  }
}
