// SPDX-License-Identifier: Apache-2.0

import Telemetry

extension ReadingColumns {
  /// What every encoder of blocks relies on: within `BlockLimits`, and all columns equally long.
  func requireBlockShape() {
    precondition(
      count <= BlockLimits.readingCountMax
        && metrics.count <= BlockLimits.metricCountMax
        && count * metrics.count <= BlockLimits.cellCountMax,
      "a batch is larger than a block may be")
    precondition(
      metrics.count == metricNames.count
        && channel.count == count && flags.count == count
        && receivedAt.count == count && eventTime.count == count
        && session.count == count && packetID.count == count
        && payloadHash.count == count && sentTime.count == count
        && metrics.allSatisfy { $0.count == count },
      "the columns of a batch differ in length")
  }
}
