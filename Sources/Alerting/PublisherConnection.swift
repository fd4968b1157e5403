// SPDX-License-Identifier: Apache-2.0

import CMosquitto
import Glibc
import Telemetry

/// Why a message or a connection did not come about.
struct PublisherFailure: Error, CustomStringConvertible {
  var what: String
  var code: Int32
  var hint = ""

  var description: String {
    let reason = unsafe String(cString: nhip_mosquitto_reason(code))
    return "\(what): \(reason)" + (hint.isEmpty ? "" : "; \(hint)")
  }
}

/// One MQTT 5 connection of the publisher, from CONNECT to its end; a new one for every attempt, so
/// that nothing of a broken one is sent twice behind the outbox's back.
///
/// Owned and driven by the publisher's thread: every callback comes from inside ``turn``.
@safe
final class PublisherConnection {
  // Safe, because the client is made in `init`, never leaves this class and dies in `deinit`.
  private let client: OpaquePointer
  private(set) var isConnected = false
  /// Set by a callback; thrown at the next turn.
  private var failure: PublisherFailure?
  private var callbackCount: UInt64 = 0
  /// Packet ids that the broker has confirmed, and those it has refused with their reason.
  private(set) var confirmed: [Int32] = []
  private(set) var refused: [(packetID: Int32, reason: Int32)] = []

  init(_ settings: PublisherSettings) throws(PublisherFailure) {
    nhip_mosquitto_prepare()
    guard let client = unsafe mosquitto_new(settings.clientID, true, nil) else {
      throw PublisherFailure(what: "make an MQTT client", code: Int32(MOSQ_ERR_NOMEM.rawValue))
    }
    unsafe self.client = client
    unsafe mosquitto_user_data_set(client, Unmanaged.passUnretained(self).toOpaque())
    try unsafe check(
      "set MQTT 5", mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, 5))
    let (access, tls) = (settings.access, settings.access.tls)
    try unsafe check(
      "use the credentials and the TLS files (ca \(tls?.caPath ?? "none"))",
      nhip_mosquitto_secure(
        client, access.username, access.password(), tls?.caPath, tls?.certificatePath,
        tls?.keyPath))
    setCallbacks()
    let topic = NodeState.topic(node: settings.node)
    let will = NodeState.lost.payload(sentAt: nil)
    let status = unsafe will.withUnsafeBytes { bytes in
      unsafe mosquitto_will_set_v5(
        client, topic, Int32(bytes.count), bytes.baseAddress, 1, true, nil)
    }
    try check("set the will", status)
    try unsafe check(
      "connect to \(access.host):\(access.port)",
      mosquitto_connect_bind_v5(
        client, access.host, Int32(access.port), PublisherLimits.keepaliveSeconds, nil, nil))
  }

  deinit { unsafe mosquitto_destroy(client) }

  private func setCallbacks() {
    unsafe mosquitto_connect_v5_callback_set(client) { _, owner, code, _, _ in
      unsafe PublisherConnection.from(owner).connected(code)
    }
    unsafe mosquitto_publish_v5_callback_set(client) { _, owner, packetID, reason, _ in
      let connection = unsafe PublisherConnection.from(owner)
      connection.callbackCount += 1
      if reason < 128 {
        connection.confirmed.append(packetID)
      } else {
        connection.refused.append((packetID, reason))
      }
    }
    unsafe mosquitto_disconnect_v5_callback_set(client) { _, owner, _, _ in
      unsafe PublisherConnection.from(owner).isConnected = false
    }
  }

  private static func from(_ owner: UnsafeMutableRawPointer?) -> PublisherConnection {
    guard let owner = unsafe owner else { preconditionFailure("a callback without its owner") }
    return unsafe Unmanaged<PublisherConnection>.fromOpaque(owner).takeUnretainedValue()
  }

  private func connected(_ code: Int32) {
    callbackCount += 1
    guard code == 0 else {
      failure = PublisherFailure(
        what: "the broker refused the connection (MQTT reason \(code))",
        code: Int32(MOSQ_ERR_CONN_REFUSED.rawValue),
        hint: BrokerAccess.refusalHint(reason: code))
      return
    }
    isConnected = true
  }

  /// Sends at QoS 1; gives the packet id, by which the confirmation will come.
  func publish(
    topic: String, payload: [UInt8], isRetained: Bool, contentType: String?
  ) throws(PublisherFailure) -> Int32 {
    var properties: OpaquePointer?
    defer { unsafe mosquitto_property_free_all(&properties) }
    if let contentType {
      try unsafe check(
        "set the content type",
        mosquitto_property_add_string(
          &properties, Int32(MQTT_PROP_CONTENT_TYPE.rawValue), contentType))
    }
    var packetID: Int32 = 0
    let status = unsafe payload.withUnsafeBytes { bytes in
      unsafe mosquitto_publish_v5(
        client, &packetID, topic, Int32(bytes.count), bytes.baseAddress, 1, isRetained,
        properties)
    }
    try check("publish to \(topic)", status)
    return packetID
  }

  /// Waits for the socket or the descriptor, then reads and writes what there is.
  func turn(waitingFor descriptor: Int32, atMost length: Milliseconds) throws(PublisherFailure) {
    if let failure { throw failure }
    let socket = unsafe mosquitto_socket(client)
    guard socket >= 0 else {
      throw PublisherFailure(what: "poll", code: Int32(MOSQ_ERR_CONN_LOST.rawValue))
    }
    let isPending = unsafe nhip_mosquitto_tls_pending(client) > 0
    let wantsWrite = unsafe mosquitto_want_write(client)
    var polled = [
      pollfd(
        fd: socket, events: Int16(POLLIN) | (wantsWrite ? Int16(POLLOUT) : 0), revents: 0),
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
    ]
    unsafe poll(&polled, 2, isPending ? 0 : Int32(length))
    if isPending || polled[0].revents != 0 { try read() }
    if wantsWrite { try unsafe check("write", mosquitto_loop_write(client, 1)) }
    try unsafe check("keepalive", mosquitto_loop_misc(client))
    if let failure { throw failure }
  }

  /// One packet a call; stops at the call that brought nothing.
  private func read() throws(PublisherFailure) {
    while true {
      let before = callbackCount
      try unsafe check("read", mosquitto_loop_read(client, 1))
      if callbackCount == before { return }
    }
  }

  func takeAnswers() -> (confirmed: [Int32], refused: [(packetID: Int32, reason: Int32)]) {
    defer {
      confirmed.removeAll(keepingCapacity: true)
      refused.removeAll(keepingCapacity: true)
    }
    return (confirmed, refused)
  }

  /// Without the will.
  func disconnect() {
    unsafe mosquitto_disconnect_v5(client, 0, nil)
  }

  private func check(_ what: String, _ status: Int32) throws(PublisherFailure) {
    guard status == 0 else { throw PublisherFailure(what: what, code: status) }
  }
}
