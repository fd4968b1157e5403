// SPDX-License-Identifier: Apache-2.0

import CMosquitto
import Dispatch
import Glibc
import Telemetry

/// One MQTT session that acknowledges only what is on disk.
///
/// Runs on a thread of its own (``run()``), owns its libmosquitto client and the producer end of
/// its ring. libmosquitto queues a PUBACK inside `mosquitto_loop_read`; because the client is
/// marked as threaded and the loop is ours, it leaves only in `mosquitto_loop_write`, which is
/// called in one place, ``flush()``, guarded by "everything published is committed".
/// Bounds: at most `receiveMaximum` unacknowledged messages (the broker stops there), the ring's
/// capacity (reading stops there), `batchMessages` a batch.
@safe package final class Session {
  let settings: SessionSettings
  let link: SessionLink
  let clock: @Sendable () -> Milliseconds
  let log: @Sendable (String) -> Void
  var producer: RecordRing.Producer
  var client: OpaquePointer?
  /// Messages the callback has put into the ring since the last acknowledgement.
  var batchCount = 0
  var batchStartedAt: Milliseconds = 0
  var batchIsUrgent = false
  var received: UInt64 = 0
  /// Messages of a resumed session that the broker may have delivered before.
  var resumedLeft = 0
  /// Until then a resumed session may bring what waited at the broker.
  var resumedUntil: Milliseconds = .min
  var failure: MosquittoError?
  /// The broker has confirmed every filter to this process, in the session it still keeps.
  var isSubscribed = false
  var subscriptionsPending = 0
  var random: SystemRandomNumberGenerator = .init()
  /// The next pause after a failure; starts anew when a session stands, not when a port opens.
  var backoff = SessionLimits.backoffFirst
  private var connectingSince: Milliseconds = 0
  /// The socket had something to read.
  private var isReadable = false
  /// The broker has said good-bye, or the connection has ended.
  var isDisconnected = false

  package init(
    settings: SessionSettings, producer: consuming RecordRing.Producer, link: SessionLink,
    clock: @escaping @Sendable () -> Milliseconds, log: @escaping @Sendable (String) -> Void
  ) {
    self.settings = settings
    self.producer = producer
    self.link = link
    self.clock = clock
    self.log = log
  }

  /// Connects, receives and acknowledges until the link says stop; reconnects for ever.
  ///
  /// - Throws: only what no further attempt can mend (a session taken over by another nhip).
  package func run() throws(MosquittoError) {
    nhip_mosquitto_prepare()
    defer { destroyClient() }
    while !link.isStopping {
      do {
        connectingSince = clock()
        try connect()
        try receive()
      } catch {
        endObservation()
        if error.isFatal { throw error }
        log("session \(settings.name): \(error); trying again in at most \(backoff) ms")
        pause(Milliseconds.random(in: backoff / 2...backoff, using: &random))
        backoff = min(backoff * 2, SessionLimits.backoffMax)
      }
    }
    endObservation()
    disconnect()
  }

  /// Reads in batches until the connection fails or the link says stop.
  private func receive() throws(MosquittoError) {
    while !link.isStopping {
      try waitReadable()
      try readAvailable()
      try checkAnswered()
      let age = clock() - batchStartedAt
      if batchCount == 0 {
        try flush()
      } else if batchIsUrgent || batchCount >= SessionLimits.batchMessages
        || age >= SessionLimits.batchAge || age < 0
      {
        try commitAndAcknowledge()
      }
    }
    if batchCount > 0 { try commitAndAcknowledge() }
  }

  /// Step 1: polls, unless OpenSSL already holds decrypted bytes that poll cannot see.
  private func waitReadable() throws(MosquittoError) {
    guard let client = unsafe client else { return }
    guard unsafe nhip_mosquitto_tls_pending(client) == 0 else { return }
    let socket = unsafe mosquitto_socket(client)
    guard socket >= 0 else { throw MosquittoError(operation: "poll", code: 7) }
    if batchCount > 0 { pause(SessionLimits.gather) }
    // Want-write with nothing unacknowledged: the socket was full, so wait for room as well.
    let wantsWrite = unsafe batchCount == 0 && mosquitto_want_write(client)
    let events = Int16(POLLIN) | (wantsWrite ? Int16(POLLOUT) : 0)
    var descriptor = pollfd(fd: socket, events: events, revents: 0)
    let timeout = batchCount > 0 ? 0 : SessionLimits.idlePoll
    let ready = unsafe poll(&descriptor, 1, Int32(timeout))
    if ready > 0, descriptor.revents & Int16(POLLIN) != 0 {
      let now = clock()
      link.update { $0.heardUntil = $0.heardFrom == nil ? $0.heardUntil : now }
      isReadable = true
    }
  }

  /// Reads packets until a call delivers no message, or the batch is full.
  private func readAvailable() throws(MosquittoError) {
    guard let client = unsafe client else { return }
    let receivedBefore = received
    // However reading ends: what the callback appended, the engine must see to commit it.
    defer { producer.publishAppended() }
    while batchCount < SessionLimits.batchMessages {
      let before = received
      let status = unsafe mosquitto_loop_read(client, 1)
      if let failure { throw failure }
      guard status == 0 else { throw MosquittoError(operation: "read", code: status) }
      if received == before { break }
    }
    // A broker that shuts down says good-bye, which is no sign of life.
    let isAnswer = isReadable && received == receivedBefore && !isDisconnected
    let answeredAt = isAnswer ? clock() : nil
    isReadable = false
    link.update {
      $0.received = received
      $0.answeredAt = answeredAt ?? $0.answeredAt
    }
  }

  /// Whatever listens there but never answers is no broker: it must not hold us until keepalive.
  private func checkAnswered() throws(MosquittoError) {
    guard !link.status.isConnected else { return }
    guard !(0...SessionLimits.answerPatience).contains(clock() - connectingSince) else { return }
    throw MosquittoError(
      operation: "\(settings.access.host):\(settings.access.port) does not answer", code: 7,
      hint: "check that a broker listens there, and whether it wants TLS")
  }

  /// Step 2: the engine commits; step 3: every acknowledgement of the batch leaves.
  private func commitAndAcknowledge() throws(MosquittoError) {
    #if CANARY_ACKNOWLEDGE_BEFORE_COMMIT
      // The mistake that `scripts/torture --canary` must notice; no other build has it.
      if let client = unsafe client { _ = unsafe mosquitto_loop_write(client, 1) }
    #endif
    waitCommitted()
    guard producer.isCommitted else { return }
    let isBatch = batchCount > 1
    batchCount = 0
    batchIsUrgent = false
    // libmosquitto writes every acknowledgement by itself: four bytes. Held together, they leave
    // as one segment, which this side sends and the broker reads once, not as often as there are
    // messages.
    if isBatch { hold(true) }
    defer { if isBatch { hold(false) } }
    try flush()
  }

  /// Lets what is written gather in the socket, or lets it go. A socket that cannot do that (it is
  /// none of TCP's) sends each write by itself, which costs more and means the same.
  private func hold(_ isHeld: Bool) {
    guard let client = unsafe client else { return }
    let socket = unsafe mosquitto_socket(client)
    guard socket >= 0 else { return }
    var value: Int32 = isHeld ? 1 : 0
    _ = unsafe setsockopt(
      socket, Int32(IPPROTO_TCP), TCP_CORK, &value, socklen_t(MemoryLayout<Int32>.size))
  }

  func waitCommitted() {
    link.requestCommit()
    while !producer.isCommitted {
      let patience = DispatchPatience.deadline(SessionLimits.commitPatience)
      if link.committed.wait(timeout: patience) == .timedOut { link.requestCommit() }
      if link.isStopping && link.isEngineGone { return }
    }
  }

  /// The only place from which anything leaves, so that no acknowledgement can overtake its commit.
  private func flush() throws(MosquittoError) {
    guard let client = unsafe client else { return }
    precondition(producer.isCommitted, "an acknowledgement would overtake its commit")
    let status = unsafe mosquitto_loop_write(client, 1)
    guard status == 0 else { throw MosquittoError(operation: "write", code: status) }
    let upkeep = unsafe mosquitto_loop_misc(client)
    guard upkeep == 0 else { throw MosquittoError(operation: "keepalive", code: upkeep) }
  }

  func pause(_ length: Milliseconds) {
    var rest = length
    while rest > 0 && !link.isStopping {
      let step = min(rest, 100)
      usleep(UInt32(step * 1_000))
      rest -= step
    }
  }
}
