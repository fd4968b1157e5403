// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// A stretch of time over which it does not change whether a device has to serve and whether it is
/// a holiday, so that plans are asked a few times a day and not for every reading.
package struct DutyStretch: Sendable {
  /// Contains no instant before it was asked for.
  private var start: Milliseconds = .max
  private var end: Milliseconds = .min
  package private(set) var isServing = true
  package private(set) var isHoliday = false

  package init() {}

  /// Around an instant, within its local day.
  package init(_ plan: ServicePlan, at instant: Milliseconds) {
    guard !plan.isAlways else {
      (start, end) = (.min, .max)
      return
    }
    let day = LocalTime.day(of: instant)
    let scope = Interval(
      start: LocalTime.start(ofDay: day), end: LocalTime.start(ofDay: day + 1))
    // Holidays are days of their own, not days without service: who reports on them is judged by
    // what is usual on them.
    var usual = plan
    usual.holidays = IntervalSet()
    let serving = usual.expected(in: scope).subtracting(plan.maintenance.clipped(to: scope))
    let holidays = plan.holidays.clipped(to: scope)
    isServing = serving.contains(instant)
    isHoliday = holidays.contains(instant)
    (start, end) = (scope.start, scope.end)
    for border in (serving.intervals + holidays.intervals).flatMap({ [$0.start, $0.end] }) {
      if border <= instant { start = max(start, border) } else { end = min(end, border) }
    }
  }

  package func contains(_ instant: Milliseconds) -> Bool { start <= instant && instant < end }
}

extension ServicePlan {
  /// Nobody planned anything: service is expected at every instant.
  fileprivate var isAlways: Bool {
    hours.isEmpty && booked == nil && aroundSlots == nil && holidays.isEmpty
      && maintenance.isEmpty && formers.isEmpty
  }
}
