// SPDX-License-Identifier: Apache-2.0
import Foundation
import Telemetry

/// What a load run achieved.
package struct LoadResult: Sendable, Hashable {
  package var published: Int
  /// Acknowledged by the broker with PUBACK.
  package var accepted: Int
  /// From the first message to the last PUBACK.
  package var seconds: Double
  /// Processor time of this process meanwhile.
  package var cpuSeconds: Double
}

/// Publishes telemetry at a given rate, or as fast as the broker acknowledges, and can keep a
/// ledger of every message the broker accepted: what a kill test compares a store with.
///
/// Every message has a different (device, `seq`). A device always uses the same connection.
package struct LoadRun {
  /// The run gives up on missing acknowledgements after so long without a single one.
  package static let patience: Milliseconds = 15_000
  /// Messages a connection publishes before the others get their turn.
  private static let burstMax = 64

  package var broker: BrokerAddress
  package var devices: [SimulatedDevice]
  package var connections: Int
  /// Nil means as fast as possible.
  package var ratePerSecond: Double?
  /// How long to publish; nil means until `countMax`.
  package var duration: Milliseconds?
  /// Gets a line `device seq` for each accepted message; replaced if it exists.
  package var acceptedPath: String?
  package var seed: UInt64
  package var countMax: Int?
  /// The first `seq` of every device is one more; lets a second run go on from a first.
  package var sequenceBefore: UInt64
  /// Asked for the first device of each connection.
  package var credentials: (SimulatedDevice) -> (username: String, password: String)?

  /// - Precondition: there is a device, a connection, and an end (`duration` or `countMax`).
  package init(
    broker: BrokerAddress, devices: [SimulatedDevice], connections: Int,
    ratePerSecond: Double? = nil, duration: Milliseconds? = nil, acceptedPath: String? = nil,
    seed: UInt64, countMax: Int? = nil, sequenceBefore: UInt64 = 0,
    credentials: @escaping (SimulatedDevice) -> (username: String, password: String)? = { _ in
      nil
    }
  ) {
    precondition(!devices.isEmpty && connections > 0, "a load needs a device and a connection")
    precondition(duration != nil || countMax != nil, "a load needs an end")
    self.broker = broker
    self.devices = devices
    self.connections = connections
    self.ratePerSecond = ratePerSecond
    self.duration = duration
    self.acceptedPath = acceptedPath
    self.seed = seed
    self.countMax = countMax
    self.sequenceBefore = sequenceBefore
    self.credentials = credentials
  }

  /// - Throws: `FleetFailure` if the broker cannot be reached or refuses a connection, or the
  ///   ledger cannot be written.
  package func run() throws(FleetFailure) -> LoadResult {
    let ledger = try acceptedPath.map { (path) throws(FleetFailure) in
      try AcceptedLedger(path: path)
    }
    let lines = try makeLines(ledger)
    try connect(lines)
    let began = wallClock()
    let processorBefore = clock()
    var published = 0
    var lastAccepted = 0
    var progressAt = began
    while true {
      let now = wallClock()
      let wanted = target(elapsed: now - began)
      for line in lines where published < wanted {
        published += line.publish(burst: min(Self.burstMax, wanted - published), now: now)
      }
      BrokerConnection.serve(lines.map(\.connection), timeout: pause(published, wanted, lines))
      try ledger?.flush(atLeast: AcceptedLedger.bufferMax)
      let accepted = lines.reduce(0) { $0 + $1.acceptedCount }
      if accepted > lastAccepted {
        progressAt = now
        lastAccepted = accepted
      }
      reopen(lines, now: now)
      let isOver = isFinished(published: published, elapsed: now - began)
      if isOver && (accepted == published || now - progressAt > Self.patience) { break }
    }
    let ended = wallClock()
    try ledger?.flush(atLeast: 1)
    for line in lines { line.connection.disconnect() }
    return LoadResult(
      published: published, accepted: lastAccepted, seconds: Double(ended - began) / 1_000,
      cpuSeconds: Double(clock() - processorBefore) / Double(CLOCKS_PER_SEC))
  }

  /// How many messages should have been published by now.
  private func target(elapsed: Milliseconds) -> Int {
    let time = min(elapsed, duration ?? .max)
    let byRate = ratePerSecond.map { Int($0 * Double(time) / 1_000) }
    let byTime = elapsed < duration ?? .max ? Int.max : 0
    return min(countMax ?? .max, byRate ?? byTime)
  }

  private func isFinished(published: Int, elapsed: Milliseconds) -> Bool {
    if let countMax, published >= countMax { return true }
    guard let duration, elapsed >= duration else { return false }
    return ratePerSecond == nil || published >= target(elapsed: elapsed)
  }

  /// Waits for acknowledgements only when nothing can be published.
  private func pause(_ published: Int, _ wanted: Int, _ lines: [LoadLine]) -> Milliseconds {
    guard published < wanted else { return 1 }
    return lines.contains { $0.hasRoom } ? 0 : 10
  }

  private func makeLines(_ ledger: AcceptedLedger?) throws(FleetFailure) -> [LoadLine] {
    var lines: [LoadLine] = []
    let count = min(connections, devices.count)
    for position in 0..<count {
      let own = stride(from: position, to: devices.count, by: count).map { devices[$0] }
      let connection = try BrokerConnection(
        name: "nhip-load-\(seed)-\(position)", address: broker,
        credentials: credentials(own[0]))
      lines.append(LoadLine(
        connection: connection, devices: own, seed: seed, sequenceBefore: sequenceBefore,
        ledger: ledger))
    }
    return lines
  }

  private func connect(_ lines: [LoadLine]) throws(FleetFailure) {
    for line in lines { try line.connection.connect() }
    let deadline = wallClock() + Self.patience
    while !lines.allSatisfy({ $0.connection.isConnected }) {
      BrokerConnection.serve(lines.map(\.connection), timeout: 20)
      let refused = lines.first { $0.connection.refusal != nil }
      if refused != nil || wallClock() > deadline {
        throw FleetFailure(
          "the broker at \(broker.host):\(broker.port) did not accept a load connection",
          advice: "check the password file and the broker's limits")
      }
    }
  }

  /// A broker that went away comes back, perhaps; the library then repeats what was in flight.
  private func reopen(_ lines: [LoadLine], now: Milliseconds) {
    for line in lines where !line.connection.isConnected { line.reopen(now: now) }
  }
}
