// SPDX-License-Identifier: Apache-2.0

/// Finds the known name that was probably meant.
package enum NearestName {
  /// More edits than this is a different word, not a slip.
  static let editCountMax = 2

  package static func nearest(to name: String, in known: [String]) -> String? {
    // Names of very different lengths are not compared: a file may hold a key of a megabyte.
    let length = name.count
    let ranked = known.filter { abs($0.count - length) <= editCountMax }
      .map { (name: $0, edits: editCount(Array(name), Array($0))) }
    guard let best = ranked.min(by: { $0.edits < $1.edits }) else { return nil }
    return best.edits <= min(editCountMax, max(1, name.count / 2)) ? best.name : nil
  }

  /// Levenshtein distance: insertions, deletions and substitutions.
  static func editCount(_ left: [Character], _ right: [Character]) -> Int {
    var row = Array(0...right.count)
    for (leftIndex, leftCharacter) in left.enumerated() {
      var diagonal = row[0]
      row[0] = leftIndex + 1
      for (rightIndex, rightCharacter) in right.enumerated() {
        let substituted = diagonal + (leftCharacter == rightCharacter ? 0 : 1)
        diagonal = row[rightIndex + 1]
        row[rightIndex + 1] = min(substituted, diagonal + 1, row[rightIndex] + 1)
      }
    }
    return row[right.count]
  }
}
