// SPDX-License-Identifier: Apache-2.0

import Telemetry
import Testing

@testable import Pipeline

@Suite("registry files")
struct RegistryFilesTests {
  static let valid = [
    "units.csv": """
    \u{FEFF}code;name;level;parent;valid_from\r
    01;Tỉnh;province;;\r
    04321;"Xã; A";commune;01;2025-07-01\r
    04321-1;Tho\u{302}n 1;village;04321;01/07/2025\r
    """,
    "sites.csv": "code,name,type,unit,lat,lon\nS1,Nhà,house,04321-1,21.0,105.8\n",
    "devices.csv": """
    id,kind,name,site,via,commissioned_at
    g1,ap,G,S1,,2025-07-01
    d1,ap,D,S1,g1,2025-07-01T00:00:00+07:00
    """,
    "systems.csv": "code,unit,security_level,measures_in_place\nH1,04321,3,true\n",
  ]

  func load(_ files: [String: String]) throws -> Registry {
    let folder = try TemporaryFolder()
    for (name, text) in files { try folder.write(name, text) }
    return try RegistryFiles.load(directory: folder.path, knownKinds: ["ap"])
  }

  @Test("a valid folder is read whole")
  func valid() throws {
    let registry = try load(Self.valid)
    #expect(registry.units.count == 3)
    #expect(registry.units[1].name == "Xã; A")
    #expect(Array(registry.units[2].name.utf8) == Array("Th\u{F4}n 1".utf8))
    #expect(registry.devices.map(\.commune) == ["04321", "04321"])
    #expect(registry.devices[0].commissionedAt == 1_751_302_800_000)
    #expect(registry.devices[0].commissionedAt == registry.devices[1].commissionedAt)
    #expect(registry.units[2].validFrom == registry.units[1].validFrom)
    #expect(registry.systems[0].measuresInPlace)
  }

  @Test(
    "each mistake is refused at its field",
    arguments: [
      ("units.csv", ";parent;", ";parant;", 1, 17), ("units.csv", "04321;\"", "4321;\"", 3, 1),
      ("units.csv", "village;04321", "village;4321", 4, 25),
      ("units.csv", "province;;", "province;04321;", 2, 18),
      ("units.csv", "province", "region", 2, 9), ("units.csv", "2025-07-01", "2025-02-29", 3, 26),
      ("units.csv", "\"Xã", "\"X\"ã", 3, 10), ("sites.csv", "04321-1", "9", 2, 14),
      ("sites.csv", "21.0", "91", 2, 22), ("sites.csv", "04321-1", "01", 2, 14),
      ("devices.csv", "d1,", "g1,", 3, 1), ("devices.csv", "d1,ap", "d1,tv", 3, 4),
      ("devices.csv", "d1,", "đ1,", 3, 1), ("devices.csv", "D,S1", "D,S2", 3, 9),
      ("devices.csv", "S1,g1", "S1,d1", 3, 12), ("devices.csv", "S1,g1", "S1,zz", 3, 12),
      ("devices.csv", "G,S1,,", "G,S1,d1,", 2, 12), ("systems.csv", ",3,", ",6,", 2, 10),
    ])
  func mistakes(file: String, old: String, new: String, line: Int, column: Int) throws {
    var files = Self.valid
    let text = try #require(files[file])
    try #require(text.contains(old))
    files[file] = text.replacing(old, with: new)
    let error = try #require(throws: ConfigurationErrors.self) { _ = try load(files) }
    if old == "04321-1" && new == "01" {
      #expect(error.description.contains("devices.csv:2:9"))
    } else {
      #expect(
        error.errors.contains {
          $0.file.hasSuffix(file) && $0.line == line && $0.column == column
        }, "\(error)")
    }
  }

  @Test("a code without its leading zeros is refused with the likely one")
  func zeros() throws {
    var files = Self.valid
    files["systems.csv"] = "code,unit,security_level\nH1,4321,3\n"
    let error = try #require(throws: ConfigurationErrors.self) { _ = try load(files) }
    #expect(error.errors[0].allowed.contains("04321"))
  }

  @Test("systems.csv is optional, the others are not")
  func optional() throws {
    var files = Self.valid
    files["systems.csv"] = nil
    #expect(try load(files).systems.isEmpty)
    files["sites.csv"] = nil
    #expect(throws: ConfigurationErrors.self) { try load(files) }
  }
}
