// SPDX-License-Identifier: Apache-2.0

import CMosquitto
import Dispatch
import Glibc
import Telemetry

/// Deadlines for waiting on the engine.
enum DispatchPatience {
  static func deadline(_ length: Milliseconds) -> DispatchTime {
    .now() + .milliseconds(Int(length))
  }
}

extension Session {
  /// Opens the connection; libmosquitto's own queue holds CONNECT until the first flush.
  func connect() throws(MosquittoError) {
    destroyClient()
    dropBatch()
    failure = nil
    isDisconnected = false
    let owner = unsafe Unmanaged.passUnretained(self).toOpaque()
    // Not clean: the broker keeps the session, and with it what we have not acknowledged.
    guard let fresh = unsafe mosquitto_new(settings.clientID, false, owner) else {
      throw MosquittoError(operation: "mosquitto_new", code: 1)
    }
    unsafe client = fresh
    try unsafe check("set MQTT 5", mosquitto_int_option(fresh, MOSQ_OPT_PROTOCOL_VERSION, 5))
    try unsafe check("set threaded", mosquitto_threaded_set(fresh, true))
    unsafe try setSecurity(fresh)
    unsafe setCallbacks(fresh)
    var properties: OpaquePointer?
    defer { unsafe mosquitto_property_free_all(&properties) }
    try unsafe check(
      "set session expiry",
      mosquitto_property_add_int32(
        &properties, Int32(MQTT_PROP_SESSION_EXPIRY_INTERVAL.rawValue),
        settings.sessionExpirySeconds))
    try unsafe check(
      "set receive maximum",
      mosquitto_property_add_int16(
        &properties, Int32(MQTT_PROP_RECEIVE_MAXIMUM.rawValue), UInt16(settings.receiveMaximum)))
    try unsafe check(
      "connect to \(settings.access.host):\(settings.access.port)",
      mosquitto_connect_bind_v5(
        fresh, settings.access.host, Int32(settings.access.port),
        SessionLimits.keepaliveSeconds, nil,
        properties))
  }

  private func setSecurity(_ client: OpaquePointer) throws(MosquittoError) {
    let tls = settings.access.tls
    try unsafe check(
      "use the credentials and the TLS files (ca \(tls?.caPath ?? "none"))",
      nhip_mosquitto_secure(
        client, settings.access.username, settings.access.password(), tls?.caPath,
        tls?.certificatePath, tls?.keyPath))
  }

  private func setCallbacks(_ client: OpaquePointer) {
    unsafe mosquitto_connect_v5_callback_set(client) { _, owner, code, flags, _ in
      unsafe Session.from(owner).connected(code: code, isResumed: flags & 1 == 1)
    }
    unsafe mosquitto_subscribe_v5_callback_set(client) { _, owner, _, count, granted, _ in
      guard let granted = unsafe granted else { return }
      let codes = unsafe Array(UnsafeBufferPointer(start: granted, count: Int(count)))
      unsafe Session.from(owner).subscribed(codes)
    }
    unsafe mosquitto_disconnect_v5_callback_set(client) { _, owner, code, _ in
      unsafe Session.from(owner).disconnected(code: code)
    }
    unsafe mosquitto_message_v5_callback_set(client) { _, owner, message, _ in
      guard let message = unsafe message else { return }
      unsafe Session.from(owner).receive(message)
    }
  }

  private static func from(_ owner: UnsafeMutableRawPointer?) -> Session {
    guard let owner = unsafe owner else { preconditionFailure("a callback without its session") }
    return unsafe Unmanaged<Session>.fromOpaque(owner).takeUnretainedValue()
  }

  private func connected(code: Int32, isResumed: Bool) {
    guard code == 0 else {
      failure = MosquittoError(
        operation: "the broker refused the connection (MQTT reason \(code))", code: 5,
        hint: BrokerAccess.refusalHint(reason: code))
      return
    }
    resumedLeft = isResumed ? settings.receiveMaximum : 0
    resumedUntil = isResumed ? clock() + SessionLimits.resumedFor : .min
    link.update {
      $0.isConnected = true
    }
    log("session \(settings.name): connected, the broker \(isResumed ? "kept" : "had no") session")
    // A broker that kept the session kept the subscriptions that it confirmed to us.
    if isResumed && isSubscribed { return beginObservation() }
    isSubscribed = false
    subscribe()
  }

  /// Asks for every filter, retained messages only for filters that are new to the session: a
  /// process before this one may have been killed between CONNECT and SUBACK.
  private func subscribe() {
    guard let client = unsafe client else { return }
    subscriptionsPending = settings.filters.count
    let options = Int32(MQTT_SUB_OPT_SEND_RETAIN_NEW.rawValue)
    for filter in settings.filters {
      let status = unsafe mosquitto_subscribe_v5(client, nil, filter, 1, options, nil)
      if status != 0 { failure = MosquittoError(operation: "subscribe \(filter)", code: status) }
    }
  }

  private func subscribed(_ codes: [Int32]) {
    guard codes.allSatisfy({ $0 <= 2 }) else {
      failure = MosquittoError(
        operation: "the broker refused a subscription (MQTT reason \(codes))", code: 12,
        hint: "check the broker's access list for this user")
      return
    }
    subscriptionsPending -= 1
    guard subscriptionsPending <= 0, !isSubscribed else { return }
    isSubscribed = true
    log("session \(settings.name): subscribed, \(settings.filters.count) topic filters")
    beginObservation()
  }

  private func beginObservation() {
    backoff = SessionLimits.backoffFirst
    let now = clock()
    link.update {
      $0.heardFrom = now
      $0.heardUntil = now
    }
  }

  private func disconnected(code: Int32) {
    isDisconnected = true
    if code == 142 {
      failure = MosquittoError(
        operation: "the session was taken over", code: 7, isFatal: true,
        hint: "another nhip runs on a copy of this store; stop one of them")
    }
  }

  func endObservation() {
    link.update {
      $0.isConnected = false
      $0.heardFrom = nil
    }
  }

  /// Copies one message into the ring; while that is full, waits: full means stop reading.
  private func receive(_ message: UnsafePointer<mosquitto_message>) {
    let now = clock()
    let isRetained = unsafe message.pointee.retain
    var flags: ReadingFlags = isRetained ? .retained : []
    if resumedLeft > 0 {
      resumedLeft -= 1
      flags.insert(.resumed)
    } else if now < resumedUntil {
      flags.insert(.resumed)
    }
    guard let topicText = unsafe message.pointee.topic else { return }
    let topicSize = unsafe strlen(topicText)
    let size = unsafe max(0, Int(message.pointee.payloadlen))
    let kept = size > MessageHeader.payloadSizeMax ? MessageHeader.oversizeKept : size
    var header = unsafe MessageHeader(
      receivedAt: now, payloadSize: size, topicSize: Int(topicSize),
      packetID: UInt16(truncatingIfNeeded: message.pointee.mid), session: settings.number,
      flags: flags)
    let topic = unsafe UnsafeRawBufferPointer(start: topicText, count: Int(topicSize))
    let payload = unsafe UnsafeRawBufferPointer(start: message.pointee.payload, count: kept)
    unsafe withUnsafeBytes(of: &header) { header in
      while unsafe !producer.append(header, topic, payload) {
        link.requestCommit()
        _ = link.committed.wait(timeout: DispatchPatience.deadline(SessionLimits.gather))
        if link.isStopping && link.isEngineGone { return }
      }
    }
    if batchCount == 0 { batchStartedAt = now }
    batchCount += 1
    received += 1
    // `…/state` and `…/event` do not wait for company.
    let last = unsafe topicSize > 0 ? topic[Int(topicSize) - 1] : 0
    batchIsUrgent = batchIsUrgent || last == UInt8(ascii: "e") || last == UInt8(ascii: "t")
  }

  /// What a broken connection had delivered stays in the ring and is committed; its
  /// acknowledgements are gone with the connection, so the broker sends it again.
  private func dropBatch() {
    if batchCount > 0 { waitCommitted() }
    batchCount = 0
    batchIsUrgent = false
  }

  func disconnect() {
    guard let client = unsafe client, producer.isCommitted else { return }
    // Without a will and with the session kept, so nothing is lost by leaving politely.
    unsafe mosquitto_disconnect_v5(client, 0, nil)
    unsafe mosquitto_loop_write(client, 1)
  }

  func destroyClient() {
    if let client = unsafe client { unsafe mosquitto_destroy(client) }
    unsafe client = nil
  }

  private func check(_ operation: String, _ status: Int32) throws(MosquittoError) {
    guard status == 0 else { throw MosquittoError(operation: operation, code: status) }
  }
}
