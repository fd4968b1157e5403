// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// Everything that happens in a plan, in order of time: a binary heap over the devices' next
/// instants (ties go to the lower index, so the order is the same every time).
struct FleetSteps: Sequence, IteratorProtocol {
  private struct Entry {
    var at: Milliseconds
    var index: Int

    func isBefore(_ other: Entry) -> Bool {
      at != other.at ? at < other.at : index < other.index
    }
  }

  private(set) var simulations: [DeviceSimulation]
  private var heap: [Entry] = []
  private let end: Milliseconds
  /// What the last step gave and nobody has taken yet.
  private var ready: [FleetStep] = []
  private var readyCursor = 0
  private var readyAt: Milliseconds = 0

  init(plan: FleetPlan) {
    simulations = plan.devices.indices.map { plan.simulation(of: $0) }
    end = plan.start + plan.duration
    heap = simulations.indices
      .map { Entry(at: simulations[$0].nextAt, index: $0) }
      .filter { $0.at < plan.start + plan.duration }
    var parent = heap.count / 2
    while parent > 0 {
      parent -= 1
      sink(from: parent)
    }
  }

  mutating func next() -> (at: Milliseconds, step: FleetStep)? {
    while readyCursor == ready.count {
      ready.removeAll(keepingCapacity: true)
      readyCursor = 0
      guard let top = heap.first else { return nil }
      readyAt = top.at
      simulations[top.index].step(into: &ready)
      replaceTop(with: simulations[top.index].nextAt)
    }
    readyCursor += 1
    return (readyAt, ready[readyCursor - 1])
  }

  private mutating func replaceTop(with instant: Milliseconds) {
    if instant < end {
      heap[0].at = instant
    } else {
      heap.swapAt(0, heap.count - 1)
      heap.removeLast()
    }
    sink(from: 0)
  }

  private mutating func sink(from position: Int) {
    var parent = position
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && heap[child].isBefore(heap[least]) { least = child }
      guard least != parent else { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
