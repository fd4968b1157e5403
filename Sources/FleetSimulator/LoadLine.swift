// SPDX-License-Identifier: Apache-2.0
import Foundation
import Telemetry

/// One connection of a load run with the devices that publish through it.
///
/// Owned and called by the run's one thread.
final class LoadLine {
  private struct Flight {
    var device = 0
    var sequence: UInt64 = 0
    var isFlying = false
  }

  private static let retryDelay: Milliseconds = 1_000

  let connection: BrokerConnection
  private let devices: [SimulatedDevice]
  private let topics: [String]
  private var bodies: [DeviceBody]
  private var random: RandomStream
  private let ledger: AcceptedLedger?
  /// By packet id.
  private var flights = [Flight](repeating: Flight(), count: 65_536)
  private var cursor = 0
  private var retryAt: Milliseconds = 0
  private var inFlight = 0
  private(set) var acceptedCount = 0

  init(
    connection: BrokerConnection, devices: [SimulatedDevice], seed: UInt64,
    sequenceBefore: UInt64, ledger: AcceptedLedger?
  ) {
    self.connection = connection
    self.devices = devices
    self.ledger = ledger
    topics = devices.map { $0.topic(.telemetry) }
    var random = RandomStream(seed: seed, name: connection.name)
    let now = wallClock()
    bodies = devices.map { device in
      guard let kind = SimulatedKind(rawValue: device.kind) else {
        preconditionFailure("the simulator has no device of kind \(device.kind)")
      }
      var body = DeviceBody(kind: kind, boot: now - 3_600_000, now: now, random: &random)
      body.sequence = sequenceBefore
      return body
    }
    self.random = random
    connection.whenAccepted = { [unowned self] packetID in accept(packetID) }
  }

  var hasRoom: Bool { connection.isConnected && inFlight < BrokerConnection.windowMax }

  /// Publishes up to `burst` messages, as long as the window has room; returns how many.
  func publish(burst: Int, now: Milliseconds) -> Int {
    var count = 0
    while count < burst, hasRoom {
      bodies[cursor].advance(to: now, random: &random)
      let payload = bodies[cursor].telemetry(
        shown: now, now: now, trouble: .none, random: &random)
      guard
        let packetID = connection.publish(
          topic: topics[cursor], payload: payload, retained: false)
      else { return count }
      flights[Int(packetID)] = Flight(
        device: cursor, sequence: bodies[cursor].sequence, isFlying: true)
      inFlight += 1
      count += 1
      cursor = cursor + 1 == devices.count ? 0 : cursor + 1
    }
    return count
  }

  private func accept(_ packetID: Int32) {
    let flight = flights[Int(packetID)]
    guard flight.isFlying else { return }
    flights[Int(packetID)].isFlying = false
    inFlight -= 1
    acceptedCount += 1
    ledger?.note(device: devices[flight.device].id, sequence: flight.sequence)
  }

  func reopen(now: Milliseconds) {
    guard now >= retryAt else { return }
    retryAt = now + Self.retryDelay
    do {
      try connection.connect()
    } catch {
      // The broker is still away; the run's patience decides when that is too long.
      return
    }
  }
}

/// The file with a line for every message the broker accepted.
final class AcceptedLedger {
  static let bufferMax = 65_536

  private let file: FileHandle
  private let path: String
  private var buffer: [UInt8] = []

  init(path: String) throws(FleetFailure) {
    self.path = path
    guard FileManager.default.createFile(atPath: path, contents: nil),
      let file = FileHandle(forWritingAtPath: path)
    else {
      throw FleetFailure("cannot write \(path)", advice: "is its folder there and writable?")
    }
    self.file = file
    buffer.reserveCapacity(Self.bufferMax * 2)
  }

  func note(device: String, sequence: UInt64) {
    buffer.append(contentsOf: device.utf8)
    buffer.append(UInt8(ascii: " "))
    buffer.appendDecimal(sequence)
    buffer.append(UInt8(ascii: "\n"))
  }

  func flush(atLeast count: Int) throws(FleetFailure) {
    guard buffer.count >= count else { return }
    do {
      try file.write(contentsOf: Data(buffer))
    } catch {
      throw FleetFailure("cannot write \(path): \(error)", advice: "is the disk full?")
    }
    buffer.removeAll(keepingCapacity: true)
  }
}
