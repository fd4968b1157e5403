// SPDX-License-Identifier: Apache-2.0

import Foundation
import Storage
import Telemetry

/// A store of its own for one test, gone with the last reference to it.
final class TemporaryStore {
  let store: Store
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("nhip-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    store = try Store(
      path: folder.appendingPathComponent("store.sqlite").path, access: .readWrite)
  }

  deinit {
    store.close()
    // A folder left behind in the temporary directory does no harm.
    try? FileManager.default.removeItem(at: folder)
  }
}
