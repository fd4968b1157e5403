// SPDX-License-Identifier: Apache-2.0

import Analysis
import Dispatch
import Reporting
import Storage
import Synchronization
import Telemetry

/// Where commands wait until the engine, between two commits, carries them out.
///
/// The server's thread puts one in and waits for its answer; the engine's thread takes them and
/// never waits. Bounds: `pendingMax` commands; one more is turned away.
final class ControlQueue: Sendable {
  static let pendingMax = 8

  /// One command, and the place for its answer.
  private final class Pending: Sendable {
    let request: ControlRequest
    let files: ControlFiles?
    private let reply = Mutex<ControlReply?>(nil)
    private let answered = DispatchSemaphore(value: 0)

    init(_ request: ControlRequest, files: ControlFiles?) {
      self.request = request
      self.files = files
    }

    func answer(_ reply: ControlReply) {
      self.reply.withLock { $0 = reply }
      answered.signal()
    }

    func wait() -> ControlReply {
      answered.wait()
      guard let reply = reply.withLock({ $0 }) else {
        preconditionFailure("an answer was announced and is not there")
      }
      return reply
    }
  }

  private struct State {
    var pending: [Pending] = []
    var isClosed = false
  }

  /// What the commands changed, for the engine to take over.
  struct Effect {
    var registry: Registry
    /// Nil where no command changed what people planned, or whom it is about.
    var plans: ServicePlans?
    /// Of devices that were registered and credited, by number.
    var states: [Int64: ClockState]
    var acknowledged: [Alert]
    /// Nil where nobody said anything of anomalies.
    var feedback: FeedbackThresholds?
  }

  static let stopping = ControlReply(.unavailable, "nhip is stopping; give the command again later")

  private let state = Mutex(State())
  private let profiles: [Profile]
  private let publishesAlerts: Bool
  private let wake: DispatchSemaphore

  init(profiles: [Profile], publishesAlerts: Bool, wake: DispatchSemaphore) {
    self.profiles = profiles
    self.publishesAlerts = publishesAlerts
    self.wake = wake
  }

  /// Waits until the engine has carried the command out, or will not.
  func submit(_ request: ControlRequest, files: ControlFiles?) -> ControlReply {
    let pending = Pending(request, files: files)
    let refusal = state.withLock { state -> ControlReply? in
      if state.isClosed { return Self.stopping }
      guard state.pending.count < Self.pendingMax else {
        return ControlReply(.unavailable, "\(Self.pendingMax) commands are waiting already")
      }
      state.pending.append(pending)
      return nil
    }
    if let refusal { return refusal }
    wake.signal()
    return pending.wait()
  }

  var hasPending: Bool { state.withLock { !$0.pending.isEmpty } }

  /// Carries out what is waiting, on the caller's thread: the engine's.
  ///
  /// - Returns: nil when nothing was waiting.
  /// - Throws: what the engine must not survive: after a failed fsync the store is recovered, not
  ///   trusted. The operator has had the answer by then.
  func executeAll(store: Store, at now: Milliseconds) throws(StoreError) -> Effect? {
    let taken = state.withLock { state in
      defer { state.pending.removeAll() }
      return state.pending
    }
    guard !taken.isEmpty else { return nil }
    var execution = ControlExecution(
      store: store, profiles: profiles, publishesAlerts: publishesAlerts)
    for (position, pending) in taken.enumerated() {
      do {
        pending.answer(
          ControlReply(.done, try execution.run(pending.request, files: pending.files, at: now)))
      } catch {
        pending.answer(ControlReply(ControlFailure(error)))
        guard let fault = error as? StoreError, Self.isFatal(fault) else { continue }
        for other in taken[(position + 1)...] { other.answer(Self.stopping) }
        throw fault
      }
    }
    let registry = try store.registry()
    let plans = taken.contains(where: \.request.command.changesPlans)
      ? try ServicePlans(
        store: store, registry: registry, profiles: profiles,
        period: Interval(start: now, end: .max / 2)) : nil
    let feedback = taken.contains(where: \.request.command.changesFeedback)
      ? FeedbackThresholds(try store.anomalyFeedback()) : nil
    return Effect(
      registry: registry, plans: plans, states: execution.states,
      acknowledged: execution.acknowledged, feedback: feedback)
  }

  private static func isFatal(_ error: StoreError) -> Bool {
    !error.isRetryable && error.code != .invalid
  }

  /// Nothing more is carried out; who waits is told so.
  func close() {
    let left = state.withLock { state in
      state.isClosed = true
      defer { state.pending.removeAll() }
      return state.pending
    }
    for pending in left { pending.answer(Self.stopping) }
  }
}
