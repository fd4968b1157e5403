// SPDX-License-Identifier: Apache-2.0

import Foundation
import Storage
import Synchronization
import Telemetry

/// Seals what is due while a pipeline runs, on a thread of its own with a reading store of its own,
/// so that ingest waits for nothing but one short transaction at a time.
///
/// Looks every ten minutes and when an operator asks. Also deletes hot blocks that sealed days have
/// replaced, a few at a time.
final class Sealer: Sendable {
  static let lookEvery: TimeInterval = 600
  /// The first look: recovery and reconnecting come first.
  static let firstLookAfter: TimeInterval = 30
  /// How long an operator's command waits for the day before it is told that it goes on.
  static let answerWithin: TimeInterval = 20
  /// Hot blocks stay so much longer than sealing needs them, so that `nhip verify` can compute the
  /// newest sealed days again from what was received.
  static let hotKept: Milliseconds = 3 * LocalTime.dayLength
  static let blockCountMax = 64

  struct Settings: Sendable {
    var profiles: [Profile]
    var lateness: Milliseconds
    var rawKept: Milliseconds
    /// Nil while nobody has confirmed our clock: nothing is due by itself then.
    var certainTime: @Sendable () -> Milliseconds?
    var now: @Sendable () -> Milliseconds
    var log: @Sendable (String) -> Void
  }

  private struct State {
    var isStopping = false
    /// Days asked for, with the number of the request.
    var requests: [(number: Int, day: Int64?)] = []
    var requestCount = 0
    var answers: [Int: ControlReply] = [:]
  }

  private let store: Store
  private let settings: Settings
  private let condition = NSCondition()
  private let state = Mutex(State())
  private let ended = DispatchSemaphore(value: 0)

  init(store: Store, settings: Settings) {
    self.store = store
    self.settings = settings
    let thread = Thread { [self] in
      run()
      ended.signal()
    }
    thread.name = "sealer"
    thread.start()
  }

  /// Ends the thread; what it has not published is begun again another time. Doing it twice
  /// changes nothing.
  func stop() {
    let wasStopping = state.withLock { state in
      defer { state.isStopping = true }
      return state.isStopping
    }
    condition.lock()
    condition.broadcast()
    condition.unlock()
    if !wasStopping { ended.wait() }
  }

  private var isStopping: Bool { state.withLock { $0.isStopping } }

  /// Asks for a day, or for what is due. Any thread may call it; it waits for the answer, but not
  /// for ever.
  func seal(_ day: Int64?) -> ControlReply {
    let number = state.withLock { state in
      state.requestCount += 1
      state.requests.append((state.requestCount, day))
      return state.requestCount
    }
    condition.lock()
    defer { condition.unlock() }
    condition.broadcast()
    let deadline = Date(timeIntervalSinceNow: Self.answerWithin)
    while true {
      if let reply = state.withLock({ $0.answers.removeValue(forKey: number) }) { return reply }
      if isStopping { return ControlQueue.stopping }
      guard condition.wait(until: deadline) else {
        return ControlReply(
          .done, "sealing goes on; `nhip seal --list` tells when it is done")
      }
    }
  }

  private func run() {
    var lookAt = Date(timeIntervalSinceNow: Self.firstLookAfter)
    while !isStopping {
      condition.lock()
      while !isStopping, state.withLock({ $0.requests.isEmpty }), Date() < lookAt {
        _ = condition.wait(until: lookAt)
      }
      condition.unlock()
      if isStopping { return }
      let taken = state.withLock { state in
        defer { state.requests.removeAll() }
        return state.requests
      }
      for request in taken {
        let reply = work(day: request.day)
        condition.lock()
        state.withLock { state in
          // Nobody waits any more for what took long.
          if state.answers.count > 16 { state.answers.removeAll() }
          state.answers[request.number] = reply
        }
        condition.broadcast()
        condition.unlock()
      }
      if Date() >= lookAt {
        _ = work(day: nil)
        lookAt = Date(timeIntervalSinceNow: Self.lookEvery)
      }
    }
  }

  private func work(day: Int64?) -> ControlReply {
    guard let now = day == nil ? settings.certainTime() : settings.now() else {
      return ControlReply(
        .unavailable, "nhip does not know yet what time it is; name a day, or try again later")
    }
    do {
      let reader = try Store(path: store.path, access: .readOnly)
      defer { reader.close() }
      var settings = SealRun.Settings()
      settings.lateness = self.settings.lateness
      settings.isCancelled = { [self] in isStopping }
      var run = try SealRun(
        store: store, reader: reader, profiles: self.settings.profiles, settings: settings)
      let text = try run.seal(day: day, at: now)
      if !text.isEmpty { self.settings.log("sealed: \(text)") }
      if day == nil { try dropSealedBlocks(run, at: now) }
      return ControlReply(.done, text.isEmpty ? "nothing has changed" : text)
    } catch is SealRun.Cancelled {
      return ControlQueue.stopping
    } catch let refusal as ControlFailure {
      return ControlReply(refusal)
    } catch {
      settings.log("\(error); what is not sealed is tried again later")
      return ControlReply(ControlFailure(error))
    }
  }

  private func dropSealedBlocks(_ run: SealRun, at now: Milliseconds) throws {
    if let newest = run.sealed.values.filter(\.isFinal).map(\.day).max() {
      let end = LocalTime.start(ofDay: newest + 1) - ClockState.clockTolerance - Self.hotKept
      while !isStopping,
        try store.dropSealedBlocks(receivedBefore: end, countMax: Self.blockCountMax) > 0
      {}
    }
    let limit = now - settings.rawKept
    while !isStopping,
      try store.dropSealedReadings(endedBefore: limit, countMax: SealRun.deviceCountMax) > 0
    {}
  }
}

extension SealRun {
  /// Seals what is due, or one day and all before it.
  ///
  /// - Returns: what to tell the operator; empty if nothing changed.
  /// - Throws: `ControlFailure` if the day is not over.
  mutating func seal(day: Int64?, at now: Milliseconds) throws -> String {
    let due = Self.dueDay(at: now, lateness: settings.lateness)
    if let day, LocalTime.start(ofDay: day + 1) > now {
      throw ControlFailure(
        .refused, "\(LocalTime.date(ofDay: day)) is not over yet, so it cannot be sealed")
    }
    let changed = try seal(through: day ?? due, at: now, forced: day)
    guard !changed.isEmpty else { return "" }
    let read = "from \(work.hotBlocks) hot blocks with \(work.hotReadings) readings"
    let found = "\(work.days.count) days looked at, \(changed.count) new or changed, \(read)"
    return ([found] + changed.map(Self.text)).joined(separator: "\n")
  }

  private static func text(_ day: SealedDay) -> String {
    let revision = day.revision > 1 ? ", revision \(day.revision)" : ""
    return "\(LocalTime.date(ofDay: day.day)): \(day.readingCount) readings, "
      + "\(day.duplicateCount) repeated\(revision)"
  }
}
