// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry

extension ReadingSet {
  /// Every message as `nhip replay` reads it, one a line, in order of arrival.
  func writeLines(devices: Int, seed: UInt64, to path: String) throws {
    let all = (0..<devices).map { readings(device: $0, seed: seed) }
    let order = all.indices.flatMap { device in (0..<minuteCount).map { (device, $0) } }
      .sorted {
        let (left, right) = (all[$0.0].receivedAt[$0.1], all[$1.0].receivedAt[$1.1])
        return (left, $0.0) < (right, $1.0)
      }
    var text = ""
    guard FileManager.default.createFile(atPath: path, contents: nil),
      let file = FileHandle(forWritingAtPath: path)
    else { throw CocoaError(.fileWriteUnknown) }
    for (device, row) in order {
      text += line(all[device], row: row, device: device)
      guard text.utf8.count > 1 << 20 else { continue }
      try file.write(contentsOf: Data(text.utf8))
      text = ""
    }
    try file.write(contentsOf: Data(text.utf8))
    try file.close()
  }

  private func line(_ columns: ReadingColumns, row: Int, device: Int) -> String {
    func number(_ metric: Int) -> UInt64 { columns.metrics[metric].bits[row] }
    func decimal(_ metric: Int) -> Double { Double(bitPattern: number(metric)) }
    return """
      {"received_at":\(columns.receivedAt[row]),\
      "topic":"nhip/v1/04321/wifi-ap/ap-\(String(format: "%05d", device))/telemetry",\
      "payload":{"ts":\(columns.eventTime[row]),"seq":\(number(0)),"up":\(number(1)),\
      "clients":\(number(2)),"rx_bytes":\(number(3)),"tx_bytes":\(number(4)),\
      "wan":{"up":true,"rtt_ms":\(number(6)),"loss_pct":\(decimal(7))},\
      "temp":\(decimal(8))}}\n
      """
  }
}
