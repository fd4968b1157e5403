// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Tells which sessions are still delivering what the broker kept while we were away.
///
/// A session that resumes marks what may come for the second time: the first *receive maximum*
/// messages, and the redelivery filter looks at those alone. The broker may have kept many more,
/// and nothing marks them. So a session that has marked messages counts as draining until devices
/// show that it has caught up (``EvenRun``), which begins with the first message that is not
/// marked: a session that resumes again meanwhile begins anew. The broker delivers in order, so a
/// few devices speak for all; those that stay silent since the outage do not hold it up.
///
/// That nothing came for a while proves nothing: a disk that was full for a minute looks alike, and
/// a session of many devices is never without a message. A pure state machine, told of messages by
/// their running time; owned by the engine's thread, bounded by the registered devices.
struct DrainWatch {
  /// A quarter of the devices heard must run evenly, and a majority's number of them at most.
  static let devicesShare = 4

  private enum Phase {
    case live
    /// Its messages are marked.
    case marked
    case draining
  }

  /// Since the last mark.
  private struct Runs {
    var ofDevices: [Int64: EvenRun] = [:]
    var evenCount = 0
  }

  /// By session number.
  private var phases: [Phase] = []
  private var runs: [UInt16: Runs] = [:]

  /// Notes that a session has delivered a message; session 0 is replay, which says it all itself.
  mutating func note(session: UInt16, isMarked: Bool) {
    let place = Int(session)
    if isMarked {
      guard session != 0 else { return }
      while phases.count <= place { phases.append(.live) }
      phases[place] = .marked
    } else if place < phases.count, phases[place] == .marked {
      phases[place] = .draining
      runs[session] = Runs()
    }
  }

  /// What the session delivers may have waited at the broker.
  func isDraining(_ session: UInt16) -> Bool {
    Int(session) < phases.count && phases[Int(session)] != .live
  }

  /// Notes the time that a message says.
  mutating func hear(
    session: UInt16, device: Int64, sentAt: Milliseconds, running: Milliseconds
  ) {
    guard Int(session) < phases.count, phases[Int(session)] == .draining else { return }
    let offset = sentAt - running
    var run = EvenRun(offset: offset, running: running)
    if let known = runs[session]?.ofDevices[device] {
      run = known
      if known.isEven { runs[session]?.evenCount -= 1 }
      _ = run.note(offset: offset, running: running)
    }
    if run.isEven { runs[session]?.evenCount += 1 }
    runs[session]?.ofDevices[device] = run
    guard let all = runs[session], all.evenCount >= Self.needed(of: all.ofDevices.count)
    else { return }
    phases[Int(session)] = .live
    runs[session] = nil
  }

  private static func needed(of heard: Int) -> Int {
    min(ClockVotes.quorum, (heard + devicesShare - 1) / devicesShare)
  }
}
