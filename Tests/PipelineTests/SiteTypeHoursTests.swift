// SPDX-License-Identifier: Apache-2.0

import Telemetry
import Testing

@testable import Pipeline

@Suite("service hours by type of site")
struct SiteTypeHoursTests {
  private static let list = """
    service_hours:
      - { days: "mon-fri,sun", from: "05:00", to: "24:00" }
    """

  private func load(_ hours: String) throws -> Profile {
    let folder = try TemporaryFolder()
    try folder.write(
      "ap/device.yaml",
      ConfigurationProfileTests.valid.replacingOccurrences(of: Self.list, with: hours))
    return try #require(try ProfileLoader.load(directory: folder.path).first)
  }

  private static let day = ServiceHours(weekdays: 127, startMinute: 300, endMinute: 1_320)

  @Test("hours may be always, one stretch, a list, or differ by the type of the site")
  func forms() throws {
    #expect(try load("service_hours: always").serviceHours.isEmpty)
    #expect(try load("service_hours: 05:00-22:00").serviceHours == [Self.day])
    let profile = try load(
      """
      service_hours:
        default: always
        culture-house: 05:00-22:00
        school:
          - { days: "mon-fri", from: "07:00", to: "17:00" }
      """)
    #expect(profile.serviceHours.isEmpty)
    #expect(
      profile.serviceHoursOfSiteType == [
        "culture-house": [Self.day],
        "school": [ServiceHours(weekdays: 31, startMinute: 420, endMinute: 1_020)],
      ])
  }

  @Test(
    "what is no hours, no type, or leaves the default out is refused at its place",
    arguments: [
      ("service_hours: sometimes", 7, "no service hours"),
      ("service_hours: 22:00-05:00", 7, "no service hours"),
      ("service_hours:\n  culture-house: always", 8, "'default' is missing"),
      ("service_hours:\n  default: always\n  Culture House: always", 9, "no type of a site"),
      ("service_hours:\n  default: always\n  school: never", 9, "no service hours"),
    ])
  func refused(hours: String, line: Int, words: String) throws {
    let errors = try #require(throws: ConfigurationErrors.self) { try load(hours) }
    let found = errors.errors.map(\.description)
    #expect(errors.errors.contains { $0.line == line && $0.problem.contains(words) }, "\(found)")
  }

  @Test("the repository's access points follow the culture houses' hours")
  func repository() throws {
    let profiles = try ProfileLoader.load(directory: "\(ReplayFixture.repository)/devices")
    let profile = try #require(profiles.first { $0.kind == "wifi-ap" })
    #expect(profile.serviceHours.isEmpty)
    #expect(profile.serviceHoursOfSiteType == ["culture-house": [Self.day]])
  }
}
