// SPDX-License-Identifier: Apache-2.0
import Foundation
import Telemetry

/// What a live fleet has done so far.
package struct LiveFleetStatus: Sendable, Hashable {
  package var devices = 0
  /// Connections the broker has accepted and that still stand.
  package var connected = 0
  package var published = 0
  /// Of those, acknowledged by the broker.
  package var accepted = 0
  /// Lost because an outbox was full, as on a device without memory to spare.
  package var dropped = 0
  package var deaths = 0
  package var returns = 0
  /// Connections that broke although the plan did not want it, and were opened again.
  package var reconnects = 0
}

/// Plays a plan in real time over MQTT connections to a real broker.
///
/// One thread, the caller of `run`, owns everything. With one connection a device, a device that
/// dies drops its TCP connection, so the will comes from the broker itself; over shared connections
/// the fleet publishes the wills.
package final class LiveFleet {
  /// Messages that wait for a connection, each connection for itself.
  package static let outboxMax = 2_048
  private static let reportInterval: Milliseconds = 1_000
  private static let flushMax: Milliseconds = 2_000

  let broker: BrokerAddress
  let credentials: (SimulatedDevice) -> (username: String, password: String)?
  let connectionCount: Int?
  let ratePerSecond: Double?
  let scheduler: Scheduler
  var lines: [LiveLine] = []
  var status = LiveFleetStatus()

  /// - Parameters:
  ///   - credentials: asked for every device, or for the first device of a shared connection.
  ///   - connections: nil means one a device.
  ///   - ratePerSecond: publishes at most so many messages a second; nil means as they are due.
  ///   - scheduler: who publishes the slots that the fleet keeps to.
  package init(
    broker: BrokerAddress,
    credentials: @escaping (SimulatedDevice) -> (username: String, password: String)? = { _ in
      nil
    },
    connections: Int? = nil, ratePerSecond: Double? = nil, scheduler: Scheduler = .nobody
  ) {
    precondition(connections ?? 1 > 0, "a fleet needs a connection")
    self.broker = broker
    self.credentials = credentials
    self.connectionCount = connections
    self.ratePerSecond = ratePerSecond
    self.scheduler = scheduler
  }

  /// Plays the plan from now on, whatever its start, until it ends or `stop` says so.
  ///
  /// - Parameters:
  ///   - stop: asked several times a second.
  ///   - report: called about once a second and at the end.
  /// - Throws: `FleetFailure` if the broker cannot be reached at the start or refuses a device.
  package func run(
    plan: FleetPlan, until stop: () -> Bool, report: (LiveFleetStatus) -> Void
  ) throws(FleetFailure) {
    try open(plan.devices)
    defer { lines.removeAll() }
    let plan = plan.starting(at: wallClock())
    try announce(plan.schedule())
    var steps = FleetSteps(plan: plan)
    var upcoming = steps.next()
    var reportAt = wallClock()
    var publishAt = 0.0
    while let step = upcoming, !stop() {
      let now = wallClock()
      if now >= reportAt {
        refreshStatus()
        report(status)
        reportAt = now + Self.reportInterval
      }
      let isDue = step.at <= now && Double(now) >= publishAt
      if isDue {
        try take(step.step, devices: plan.devices)
        if let ratePerSecond {
          // A tenth of a second may be caught up in a burst.
          publishAt = max(publishAt, Double(now) - 100) + 1_000 / ratePerSecond
        }
        upcoming = steps.next()
      }
      try serve(timeout: isDue ? 0 : min(max(1, step.at - now), 50), now: now)
    }
    try close()
    report(status)
  }

  private func open(_ devices: [SimulatedDevice]) throws(FleetFailure) {
    status = LiveFleetStatus()
    status.devices = devices.count
    lines.removeAll()
    let count = min(connectionCount ?? devices.count, devices.count)
    for position in 0..<count {
      let device = devices[position]
      let isOwn = connectionCount == nil
      let name = isOwn ? "nhip-sim-\(device.commune)-\(device.id)" : "nhip-sim-shared-\(position)"
      let connection = try BrokerConnection(
        name: name, address: broker, credentials: credentials(device))
      let line = LiveLine(connection: connection, device: isOwn ? device : nil)
      connection.whenAccepted = { [unowned self] _ in status.accepted += 1 }
      lines.append(line)
      try line.open(at: wallClock())
    }
  }

  private func take(_ step: FleetStep, devices: [SimulatedDevice]) throws(FleetFailure) {
    switch step {
    case .message(let message):
      let line = lines[message.deviceIndex % lines.count]
      guard line.device == nil || !message.isWill else { return }
      if line.send(message) { status.published += 1 } else { status.dropped += 1 }
    case .lost(let index, let isAbrupt):
      status.deaths += 1
      guard connectionCount == nil else { return }
      lines[index].lose(isAbrupt: isAbrupt)
    case .returned(let index):
      status.returns += 1
      guard connectionCount == nil else { return }
      lines[index].comeBack()
    }
  }

  private func serve(timeout: Milliseconds, now: Milliseconds) throws(FleetFailure) {
    BrokerConnection.serve(lines.map(\.connection), timeout: timeout)
    for line in lines {
      if let code = line.connection.refusal {
        throw FleetFailure(
          "the broker at \(broker.host):\(broker.port) refused \(line.connection.name)"
            + " (CONNACK code \(code))",
          advice: "check the password file and the access list")
      }
      if line.reopenIfBroken(now: now) { status.reconnects += 1 }
    }
  }

  /// Gives what is under way a moment to be acknowledged, then says goodbye.
  private func close() throws(FleetFailure) {
    let deadline = wallClock() + Self.flushMax
    while status.accepted < status.published, wallClock() < deadline {
      try serve(timeout: 20, now: wallClock())
    }
    refreshStatus()
    for line in lines { line.connection.disconnect() }
  }

  private func refreshStatus() {
    status.connected = lines.count { $0.connection.isConnected }
  }
}

/// UTC now. Only the live and load modes look at a clock.
func wallClock() -> Milliseconds { Milliseconds(Date().timeIntervalSince1970 * 1_000) }
