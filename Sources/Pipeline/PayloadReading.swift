// SPDX-License-Identifier: Apache-2.0

import Ingest
import Telemetry

/// What nhip reads from one payload, field by field, for vendors (`nhip decode`).
package struct PayloadReading: Sendable {
  package struct Field: Sendable, Hashable {
    package var name: String
    package var path: String
    package var value: String
    package var unit: String
  }

  package var fault: String?
  package var sentAt: Milliseconds?
  package var fields: [Field] = []
  package var isOutOfRange = false
  package var unknown: [String] = []

  package init(payload: [UInt8], profile: Profile) {
    guard payload.count <= MessageHeader.payloadSizeMax else {
      fault = PayloadFault.tooLarge.rawValue
      return
    }
    let codec = JSONCodec(profile: profile)
    let padded = payload + Array(repeating: 0, count: RecordRing.readableBytesBehind)
    let result = unsafe padded.withUnsafeBytes {
      unsafe codec.decode(UnsafeRawBufferPointer(rebasing: $0[..<payload.count]))
    }
    switch result {
    case .failure(let reason):
      fault = reason.rawValue
    case .success(let decoded):
      sentAt = decoded.sentAt
      isOutOfRange = decoded.isOutOfRange
      unknown = codec.unknownFields()
      for (column, metric) in profile.metrics.enumerated() {
        guard let value = ReadingExport.text(codec.value(at: column)) else { continue }
        fields.append(
          Field(name: metric.name, path: metric.path, value: value, unit: metric.unit))
      }
    }
  }
}
