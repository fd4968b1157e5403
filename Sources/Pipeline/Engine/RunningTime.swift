// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Synchronization
import Telemetry

/// How long the machine has been running: goes on evenly, through suspends too, and is never set.
package struct RunningTime: Sendable {
  /// Since some instant that stays the same until the machine boots again.
  package let now: @Sendable () -> Milliseconds
  /// Another one after every boot of the machine; empty if it cannot be told, and then nothing
  /// that an earlier process knew of the running time is believed.
  package let boot: String

  package init(boot: String, now: @escaping @Sendable () -> Milliseconds) {
    self.boot = boot
    self.now = now
  }

  /// `CLOCK_BOOTTIME` of Linux, and the boot id of its kernel.
  package static func ofThisMachine() -> RunningTime {
    // Without the file (another kernel, a closed container) the boot is just not known.
    let text = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
    return RunningTime(boot: (text ?? "").trimmingCharacters(in: .whitespacesAndNewlines)) {
      var time = timespec()
      unsafe clock_gettime(CLOCK_BOOTTIME, &time)
      return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
  }
}

/// The time of day that everything of nhip's is stamped with, for every thread.
///
/// It is the running time and an offset that only the engine's thread sets, as ``OwnClock`` judges;
/// a step of the machine's clock therefore reaches nobody before it is judged.
final class OwnTime: Sendable {
  let running: @Sendable () -> Milliseconds
  private let offset: Atomic<Milliseconds>
  /// For ``certain()``; `Int64.min` is not known.
  private let certainOffset = Atomic(Milliseconds.min)

  init(running: @escaping @Sendable () -> Milliseconds, offset: Milliseconds) {
    self.running = running
    self.offset = Atomic(offset)
  }

  /// Relaxed: the offset stands for itself, nothing else is published with it.
  func now() -> Milliseconds { running() + offset.load(ordering: .relaxed) }

  func set(offset: Milliseconds) { self.offset.store(offset, ordering: .relaxed) }

  /// The latest time of day that it is for certain: by a later one nothing is sealed or deleted.
  /// nil while nobody has confirmed our clock.
  func certain() -> Milliseconds? {
    let offset = certainOffset.load(ordering: .relaxed)
    return offset == .min ? nil : running() + offset
  }

  func set(certain: Milliseconds?, at running: Milliseconds) {
    certainOffset.store(certain.map { $0 - running } ?? .min, ordering: .relaxed)
  }
}
