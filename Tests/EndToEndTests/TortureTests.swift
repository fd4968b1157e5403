// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension EndToEnd {
  /// The torture runner, for a short while; `scripts/torture --help` says what it does.
  @Suite("torture")
  struct TortureTests {
    /// A load that a debug build on a busy machine can carry.
    private static let load = ["--runs", "2", "--seconds", "5", "--rate", "500"]

    @Test("whatever happens to nhip, what the broker accepted is stored once and judged the same")
    func shortTorture() throws {
      let seed = Int.random(in: 1..<1_000_000)
      print("torture: seed \(seed)")
      let folder = try TemporaryFolder()
      let runner = repository.appendingPathComponent("scripts/torture").path
      let outcome = try ChildProcess.run(
        "/usr/bin/env",
        ["NHIP=\(NhipProcess.executable)", runner, "--seed", String(seed)] + Self.load, in: folder)
      print(outcome.output)
      #expect(outcome.code == 0, "\(outcome.output)\(outcome.error)")
    }
  }
}
