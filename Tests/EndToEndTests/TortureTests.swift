// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension EndToEnd {
  /// The torture runner, for a short while; `scripts/torture --help` says what it does.
  @Suite("torture")
  struct TortureTests {
    /// A load that a debug build on a busy machine can carry.
    private static let load = ["--runs", "1", "--seconds", "5", "--rate", "500"]

    /// One run each, so that a busy machine has the patience of a child process for each.
    @Test(
      "whatever happens to nhip, what the broker accepted is stored once and judged the same",
      arguments: 1...2)
    func shortTorture(number: Int) throws {
      let seed = Int.random(in: 1..<1_000_000)
      print("torture: run \(number), seed \(seed)")
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
