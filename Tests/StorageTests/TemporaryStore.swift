// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry

@testable import Storage

/// A folder of its own for one test, gone with the last reference to it.
final class TemporaryStore {
  let folder: URL
  var path: String { folder.appending(path: "nhip.sqlite").path }

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "nhip-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit {
    // What stays behind in the temporary folder harms no other test.
    try? FileManager.default.removeItem(at: folder)
  }

  static func batch(_ instants: Milliseconds...) -> CommitBatch {
    var columns = ReadingColumns(kind: "kiosk", profileVersion: 1, metricNames: ["paper"])
    for instant in instants { columns.appendReading(device: 7, at: instant) }
    var batch = CommitBatch()
    batch.blocks = [columns]
    return batch
  }
}

extension Store {
  func blocks(
    from: Milliseconds? = nil, to: Milliseconds? = nil, after: Int64 = 0
  ) throws -> [(Int64, ReadingColumns)] {
    var found: [(Int64, ReadingColumns)] = []
    try forEachBlock(eventTimeFrom: from, to: to, afterBlock: after) { found.append(($0, $1)) }
    return found
  }

  /// A checkpoint of one part.
  func saveCheckpoint(_ bytes: [UInt8], afterBlock: Int64, at: Milliseconds) throws {
    var writer = try CheckpointWriter(store: self)
    try writer.append(bytes, afterBlock: afterBlock)
    try writer.finish(at: at)
  }

  /// The bytes of all its parts.
  func latestCheckpoint() throws -> (bytes: [UInt8], afterBlock: Int64)? {
    var bytes: [UInt8] = []
    return try forEachCheckpointPart { part, _ in bytes += part }.map { (bytes, $0) }
  }
}
