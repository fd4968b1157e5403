// SPDX-License-Identifier: Apache-2.0

/// Finds who, going from each to its one successor, comes back to itself.
enum RegistryCycles {
  /// Positions on a cycle; each is visited at most twice.
  static func members(_ successors: [Int?]) -> Set<Int> {
    var round = Array(repeating: -1, count: successors.count)
    var cyclic: Set<Int> = []
    for start in successors.indices where round[start] < 0 {
      var next: Int? = start
      while let index = next, round[index] < 0 {
        round[index] = start
        next = successors[index]
      }
      guard let entry = next, round[entry] == start else { continue }
      var member = entry
      while cyclic.insert(member).inserted, let following = successors[member] {
        member = following
      }
    }
    return cyclic
  }
}
