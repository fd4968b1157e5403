// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Pipeline

extension Nhip.Devices {
  struct Move: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take a device to another site.",
      discussion: """
        In another commune its topics change, and the device must be configured anew.

        EXAMPLE
          nhip devices move ap-thon01-1 --site nvh02 --store nhip.sqlite --note lent
        """)

    @Argument(help: "The device's id.") var device: String
    @Option(help: "Code of the site it stands at from now on.") var site: String
    @OptionGroup var change: ChangeOptions

    func run() throws { try change.perform(.move(device: device, site: site)) }
  }

  struct Replace: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Put new hardware in a device's place; the old one is retired.",
      discussion: """
        The new one takes over kind, name, site, gateway and owner, and the devices
        that reported through the old one. SIM and certificate belong to the hardware
        and are not taken over.

        EXAMPLE
          nhip devices replace ap-thon01-1 --with ap-thon01-3 --store nhip.sqlite
        """)

    @Argument(help: "The old device's id.") var device: String
    @Option(help: "The new device's id.") var with: String
    @OptionGroup var change: ChangeOptions

    func run() throws { try change.perform(.replace(device: device, with: with)) }
  }

  struct Retire: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "End a device's service; its readings and history stay.",
      discussion: """
        EXAMPLES
          nhip devices retire ap-thon01-1 --store nhip.sqlite
          nhip devices retire ap-thon01-1 --at 20/11/2026 --by an --note "stolen" \\
            --store nhip.sqlite
        """)

    @Argument(help: "The device's id.") var device: String
    @Option(help: "When: a date (its midnight, UTC+7) or an RFC 3339 instant; now if absent.")
    var at: String?
    @OptionGroup var change: ChangeOptions

    func run() throws {
      let instant = try at.map { text in
        guard let instant = LocalDate.instant(text) else {
          throw ValidationError("--at '\(text)' is not a date (2026-11-20, 20/11/2026) or instant")
        }
        return instant
      }
      try change.perform(.retire(device: device, at: instant))
    }
  }
}
