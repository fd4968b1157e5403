// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Storage

@Suite("Settings")
struct SettingsTests {
  @Test("a setting is there after reopening, the last one set stands, others are nil")
  func settings() throws {
    let home = try TemporaryStore()
    let store = try Store(path: home.path, access: .readWrite)
    #expect(try store.setting("uptime") == nil)
    try store.setSetting("uptime", "{\"đạt\":1}")
    try store.setSetting("uptime", "{\"đạt\":2}")
    let uuid = store.uuid
    store.close()
    let reader = try Store(path: home.path, access: .readOnly)
    defer { reader.close() }
    #expect(try reader.setting("uptime") == "{\"đạt\":2}")
    #expect(try reader.setting("else") == nil)
    #expect(reader.uuid == uuid)
    #expect(throws: StoreError.self) { try reader.setSetting("uptime", "") }
  }
}
