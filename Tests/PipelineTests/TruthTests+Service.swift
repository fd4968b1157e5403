// SPDX-License-Identifier: Apache-2.0

import Analysis
import FleetSimulator
import Reporting
import Telemetry
import Testing

@testable import Pipeline

extension TruthTests {
  /// Failures of service are found where the simulator put them, and nowhere else.
  static func compareService(_ item: SimulatedDay.Case, _ name: String) {
    // Between an edge and the message that tells of it: delivery, and seconds that are cut off.
    let tolerance = item.profile.reportInterval + 5_000
    #expect(item.report.service != nil, "\(name): no service availability")
    guard let failures = item.serviceFailures else { return }
    let up = item.truth.intervals.filter { $0.state == .up }
    let faults = item.truth.faults.filter { $0.kind == .serviceFault }
    let found = IntervalSet(failures.map(\.interval))
    for fault in faults {
      for stretch in up {
        // The reading that tells of it comes within a report interval; one that is late, within
        // two, since no two neighbours are late.
        let start = max(fault.start, stretch.start) + 2 * item.profile.reportInterval
        let end = min(fault.end, stretch.end) - tolerance
        guard start + tolerance < end else { continue }
        let core = Interval(start: start + tolerance, end: end)
        let missing = core.duration - found.clipped(to: core).duration
        #expect(missing == 0, "\(name): \(missing) ms of \(fault) were not found")
      }
    }
    for failure in failures {
      let isTrue = faults.contains { fault in
        // A fault whose end no reading told of still speaks until the device is heard again.
        let toldBy = fault.end + 2 * item.profile.reportInterval
        let heard = up.first { $0.end > toldBy }?.start ?? SimulatedDay.length + ReplayFixture.start
        let end = max(fault.end, heard) + 2 * tolerance
        return fault.start - tolerance <= failure.interval.start
          && failure.interval.end <= end
      }
      #expect(isTrue, "\(name): \(failure) never happened")
    }
  }
}
