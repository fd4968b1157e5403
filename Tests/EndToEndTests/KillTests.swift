// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import Testing

@testable import FleetSimulator

extension EndToEnd {
  @Suite("nhip is killed")
  struct KillTests {
    private static let killCount = 4
    private static let ratePerSecond = 2_000.0
    private static let loadDuration: Int64 = 8_000

    /// The broker's PUBACKs stand in a ledger; the store must hold each of them exactly once.
    @Test("whatever the broker accepted is in the store exactly once, whenever nhip is killed")
    func killedUnderLoad() throws {
      let seed = UInt64.random(in: 0...UInt64.max)
      print("kill test: seed \(seed)")
      let broker = try BrokerFixture()
      let nhip = try NhipProcess(broker: broker.port)
      try nhip.start()
      try broker.waitForSubscriptions()

      let load = try Load(broker: broker, folder: nhip.folder, seed: seed)
      var random = RandomStream(seed: seed, name: "kills")
      for _ in 0..<Self.killCount {
        // The moment of the kill is what the test varies; nothing waits for it.
        usleep(UInt32(random.integer(in: 300_000...1_900_000)))
        nhip.kill()
        try nhip.start()
      }
      let result = try load.result()
      #expect(result.accepted == result.published)
      #expect(result.accepted == Int(Self.ratePerSecond) * Int(Self.loadDuration) / 1_000)

      let accepted = nhip.folder.text("accepted").split(separator: "\n").map(String.init)
      #expect(accepted.count == result.accepted)
      try EndToEnd.wait(for: "\(accepted.count) readings in the store; seed \(seed)") {
        try nhip.export().count >= accepted.count
      }
      let ended = try nhip.terminate()
      #expect(ended.code == 0)
      print("kill test: the last nhip \(ended.error.split(separator: "\n").last ?? "")")

      var counts: [String: Int] = [:]
      for line in try nhip.export() { counts[try Self.identity(of: line), default: 0] += 1 }
      let missing = accepted.filter { counts[$0] == nil }
      let repeated = counts.filter { $0.value > 1 }.map(\.key)
      #expect(missing.isEmpty, "seed \(seed): \(missing.count) lost, e.g. \(missing.prefix(3))")
      #expect(repeated.isEmpty, "seed \(seed): \(repeated.count) twice, e.g. \(repeated.prefix(3))")
      #expect(counts.count == accepted.count, "seed \(seed)")
    }

    /// `device seq`, as the ledger has it.
    private static func identity(of line: Substring) throws -> String {
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      let topic = try #require(object?["topic"] as? String)
      let fields = try #require(object?["fields"] as? [String: Any])
      let sequence = try #require(fields["seq"] as? Int)
      return "\(topic.split(separator: "/")[4]) \(sequence)"
    }

    /// A load run on a thread of its own.
    private final class Load: Sendable {
      private let outcome = Mutex<Result<LoadResult, FleetFailure>?>(nil)

      init(broker: BrokerFixture, folder: TemporaryFolder, seed: UInt64) throws {
        let run = LoadRun(
          broker: broker.address, devices: try NhipProcess.registeredDevices(), connections: 4,
          ratePerSecond: KillTests.ratePerSecond, duration: KillTests.loadDuration,
          acceptedPath: folder.path("accepted"), seed: seed)
        let box = Box(run: run)
        start(box)
      }

      /// The run is made here, used there, and touched by nobody else.
      private struct Box: @unchecked Sendable { let run: LoadRun }

      private func start(_ box: Box) {
        let thread = Thread { [self] in
          let result = Result { () throws(FleetFailure) in try box.run.run() }
          outcome.withLock { $0 = result }
        }
        thread.start()
      }

      func result() throws -> LoadResult {
        try EndToEnd.wait(for: "the end of the load") { outcome.withLock { $0 != nil } }
        guard let result = outcome.withLock({ $0 }) else {
          throw EndToEnd.Impatience(description: "the load has no result")
        }
        return try result.get()
      }
    }
  }
}
