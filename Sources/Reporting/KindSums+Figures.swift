// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// What the sums say of one device at one place.
extension KindSums {
  /// Where the figures of a device's report stand among the columns: found once, used for each
  /// device.
  struct Positions {
    fileprivate var states: [(state: DeviceState, column: Int)] = []
    fileprivate var announced: [(state: DeviceState, column: Int)] = []
    fileprivate var service: (held: Int?, failed: Int?, unknown: Int?)
    fileprivate var usage: [(figure: UsageFigure, column: Int?, covered: Int?)] = []
  }

  func positions() -> Positions {
    func known(_ name: String) -> Int? { positionOfName[name].flatMap { $0 < 0 ? nil : $0 } }
    var positions = Positions()
    for state in DeviceState.allCases {
      if let column = known(FigureNames.of(state)) { positions.states.append((state, column)) }
      if let column = known(FigureNames.announced(state)) {
        positions.announced.append((state, column))
      }
    }
    positions.service = (known("service_held"), known("service_failed"), known("service_unknown"))
    positions.usage = profile.usage.map { ($0, known($0.name), known("\($0.name)_covered")) }
    return positions
  }

  func times(_ slot: Int, at positions: Positions) -> StateTimes {
    var times = StateTimes()
    for (state, column) in positions.states {
      times[state] = Milliseconds(columns[column][slot] ?? 0)
    }
    return times
  }

  /// Without what was entered after the fact; nil where it is the same.
  func announcedTimes(_ slot: Int, at positions: Positions) -> StateTimes? {
    var isOther = false
    var differences = StateTimes()
    for (state, column) in positions.announced {
      guard let difference = columns[column][slot] else { continue }
      differences[state] = Milliseconds(difference)
      isOther = isOther || difference != 0
    }
    guard isOther else { return nil }
    var times = times(slot, at: positions)
    times += differences
    return times
  }

  func service(_ slot: Int, at positions: Positions, times: StateTimes) -> ServiceTimes? {
    guard !profile.service.isEmpty else { return nil }
    func length(_ column: Int?) -> Milliseconds {
      Milliseconds(column.flatMap { columns[$0][slot] } ?? 0)
    }
    return ServiceTimes(
      held: length(positions.service.held), failed: length(positions.service.failed),
      unknown: length(positions.service.unknown), down: times.down,
      unobserved: times[.unobserved])
  }

  func usage(_ slot: Int, at positions: Positions) -> [UsageResult] {
    positions.usage.map { figure, position, coveredPosition in
      let covered = coveredPosition.flatMap { columns[$0][slot] } ?? 0
      guard let position, let value = columns[position][slot] else {
        return UsageResult(figure: figure, amount: nil, covered: Milliseconds(covered))
      }
      let column = columns[position]
      return UsageResult(
        figure: figure,
        amount: column.isMillionths ? .number(Double(value) / 1e6) : .whole(value),
        at: column.instant(slot), covered: Milliseconds(covered))
    }
  }

  /// Every whole number that was summed.
  func figures(_ slot: Int) -> NamedFigures {
    var values: [Int64?] = []
    values.reserveCapacity(columns.count)
    for column in columns {
      values.append(column.isMillionths ? nil : column[slot].map { Int64(clamping: $0) })
    }
    return NamedFigures(positionOfName: positionOfName, values: values)
  }
}
