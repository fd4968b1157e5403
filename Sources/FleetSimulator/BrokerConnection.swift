// SPDX-License-Identifier: Apache-2.0
import CMosquitto
import Foundation
import Telemetry

/// One MQTT 3.1.1 connection of libmosquitto, driven by its owner's loop.
///
/// Owned and called by one thread only; no thread of libmosquitto runs, so every callback comes
/// from inside `serve`. In flight are at most `windowMax` messages, the library queues what is
/// beyond that.
@safe
final class BrokerConnection {
  // Safe, because the client is made in `init`, never leaves this class and dies in `deinit`.

  /// Messages sent and not yet acknowledged by the broker.
  static let windowMax = 1_000
  static let keepaliveSeconds: Int32 = 30
  /// Packets read in one go before others get their turn.
  private static let readsMax = 256

  let name: String
  private let client: OpaquePointer
  private let address: BrokerAddress
  /// The broker accepted us.
  private(set) var isConnected = false
  /// CONNACK's code if the broker refused us: no use to try again.
  private(set) var refusal: Int32?
  /// Rises with every packet that called us back; tells whether reading again is worth it.
  private var callbackCount: UInt64 = 0
  var whenConnected: () -> Void = {}
  var whenAccepted: (_ packetID: Int32) -> Void = { _ in }

  init(
    name: String, address: BrokerAddress, credentials: (username: String, password: String)?
  ) throws(FleetFailure) {
    nhip_mosquitto_prepare()
    guard let client = unsafe mosquitto_new(name, true, nil) else {
      throw FleetFailure("no MQTT client for \(name)", advice: "is there memory left?")
    }
    self.name = name
    self.address = address
    unsafe self.client = client
    unsafe mosquitto_user_data_set(client, Unmanaged.passUnretained(self).toOpaque())
    unsafe mosquitto_max_inflight_messages_set(client, UInt32(Self.windowMax))
    setCallbacks()
    try check(
      unsafe nhip_mosquitto_secure(
        client, credentials?.username, credentials?.password, address.caPath, nil, nil),
      "use the credentials of \(name) and trust \(address.caPath ?? "no certificate")")
  }

  deinit { unsafe mosquitto_destroy(client) }

  /// The callbacks find their connection through the user data: it is unretained, which is safe
  /// because `deinit` destroys the client, and with it the last caller.
  private func setCallbacks() {
    unsafe mosquitto_connect_callback_set(client) { _, context, code in
      guard let connection = unsafe BrokerConnection.from(context) else { return }
      connection.callbackCount += 1
      guard code == 0 else {
        connection.refusal = code
        return
      }
      connection.isConnected = true
      connection.whenConnected()
    }
    unsafe mosquitto_disconnect_callback_set(client) { _, context, _ in
      unsafe BrokerConnection.from(context)?.isConnected = false
    }
    unsafe mosquitto_publish_callback_set(client) { _, context, packetID in
      guard let connection = unsafe BrokerConnection.from(context) else { return }
      connection.callbackCount += 1
      connection.whenAccepted(packetID)
    }
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> BrokerConnection? {
    guard let context = unsafe context else { return nil }
    return unsafe Unmanaged<BrokerConnection>.fromOpaque(context).takeUnretainedValue()
  }

  private func check(_ code: Int32, _ what: String) throws(FleetFailure) {
    guard code != MOSQ_ERR_SUCCESS.rawValue else { return }
    let reason = unsafe String(cString: nhip_mosquitto_reason(code))
    throw FleetFailure(
      "cannot \(what) at \(address.host):\(address.port): \(reason)",
      advice: "check that the broker runs and that address and certificate are right")
  }

  /// The will of the next connection: QoS 1, retained.
  func setWill(topic: String, payload: [UInt8]) throws(FleetFailure) {
    let code = unsafe payload.withUnsafeBytes { bytes in
      unsafe mosquitto_will_set(
        client, topic, Int32(bytes.count), bytes.baseAddress, 1, true)
    }
    try check(code, "set the will of \(name)")
  }

  /// Opens the connection; `isConnected` follows when the broker answered.
  func connect() throws(FleetFailure) {
    isConnected = false
    let code = unsafe mosquitto_connect(
      client, address.host, Int32(address.port), Self.keepaliveSeconds)
    try check(code, "connect \(name)")
  }

  /// QoS 1. Returns the packet id, by which `whenAccepted` will tell of the PUBACK; nil if the
  /// connection broke, in which case nothing was queued.
  func publish(topic: String, payload: [UInt8], retained: Bool) -> Int32? {
    guard isConnected else { return nil }
    var packetID: Int32 = 0
    let code = unsafe payload.withUnsafeBytes { bytes in
      unsafe mosquitto_publish(
        client, &packetID, topic, Int32(bytes.count), bytes.baseAddress, 1, retained)
    }
    // Once the library has given a packet id it keeps the message and sends it after a reconnect,
    // so a connection that broke in this very call is no loss.
    return code == MOSQ_ERR_SUCCESS.rawValue || packetID != 0 ? packetID : nil
  }

  /// Dies: the broker sees the TCP connection end without DISCONNECT, and publishes the will.
  func dropWithoutGoodbye() {
    let socket = unsafe mosquitto_socket(client)
    guard socket >= 0 else { return }
    shutdown(socket, Int32(SHUT_RDWR))
    // Reading notices the end and lets the library close its side.
    _ = unsafe mosquitto_loop_read(client, 1)
    isConnected = false
  }

  func disconnect() {
    _ = unsafe mosquitto_disconnect(client)
    _ = unsafe mosquitto_loop_write(client, 1)
    isConnected = false
  }

  /// Waits until one of the connections has something to read or the time is over, then serves all
  /// of them.
  static func serve(_ connections: [BrokerConnection], timeout: Milliseconds) {
    var descriptors: [pollfd] = []
    descriptors.reserveCapacity(connections.count)
    for connection in connections {
      let wantsWrite = unsafe mosquitto_want_write(connection.client)
      // A negative descriptor, of a closed connection, is one that poll skips.
      descriptors.append(pollfd(
        fd: unsafe mosquitto_socket(connection.client),
        events: Int16(POLLIN) | (wantsWrite ? Int16(POLLOUT) : 0), revents: 0))
    }
    let count = unsafe poll(&descriptors, nfds_t(descriptors.count), Int32(timeout))
    for (position, connection) in connections.enumerated() {
      let descriptor = descriptors[position]
      guard descriptor.fd >= 0 else { continue }
      if count > 0, descriptor.revents != 0 { connection.serve(descriptor.revents) }
      _ = unsafe mosquitto_loop_misc(connection.client)
    }
  }

  private func serve(_ events: Int16) {
    if events & Int16(POLLOUT) != 0 { _ = unsafe mosquitto_loop_write(client, 1) }
    guard events & ~Int16(POLLOUT) != 0 else { return }
    for _ in 0..<Self.readsMax {
      let before = callbackCount
      let code = unsafe mosquitto_loop_read(client, 1)
      guard code == MOSQ_ERR_SUCCESS.rawValue else {
        isConnected = false
        return
      }
      if callbackCount == before, unsafe nhip_mosquitto_tls_pending(client) == 0 { return }
    }
  }
}
