// SPDX-License-Identifier: Apache-2.0

import Telemetry

package enum SealedCodec {
  package static func encode(_ columns: ReadingColumns) -> [UInt8] { BlockCodec.encode(columns) }

  package static func decode(
    _ bytes: [UInt8], device: Int64, kind: String, profileVersion: Int, metricNames: [String]
  ) throws(BlockError) -> ReadingColumns { try BlockCodec.decode(bytes) }
}
