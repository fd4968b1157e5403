// SPDX-License-Identifier: Apache-2.0

/// One alert in one sentence of at most ``lengthMax`` characters: what, where, the number behind
/// it, since when, who does what next.
///
/// Numbers and times stand whole. Where it would become too long, names lose words at their end
/// (marked with …), then what is good to know but not needed is left out.
struct AlertSentence {
  /// A screen of a telephone, and two text messages.
  static let lengthMax = 200
  /// Names are not cut below these while a fact can be left out instead.
  private static let usual = Lengths(title: 30, device: 20, place: 18, action: .max)
  /// … and these are kept whatever is said beside them.
  private static let least = Lengths(title: 16, device: 10, place: 8, action: 40)

  /// How much of each name is kept at least.
  private struct Lengths {
    var title, device, place, action: Int
  }

  /// What is wrong, as the rule's title has it.
  var title: String
  var device: String
  /// Site or village; empty where nobody said.
  var place: String
  /// The first is needed, the others are good to know.
  var facts: [String]
  /// With its preposition: "từ 19:05 20/11/2026".
  var since: String
  /// Who does what next.
  var action: String

  var text: String {
    for count in stride(from: facts.count, through: 1, by: -1) {
      if let text = fitted(facts: count, Self.usual) { return text }
    }
    return fitted(facts: 1, Self.least) ?? String(composed(facts: 1).prefix(Self.lengthMax))
  }

  /// With names cut no further than needed, the least needed first; nil if that does not suffice.
  private func fitted(facts count: Int, _ least: Lengths) -> String? {
    var sentence = self
    func excess() -> Int { sentence.composed(facts: count).count - Self.lengthMax }
    sentence.place = sentence.place.shortened(by: excess(), to: least.place)
    sentence.device = sentence.device.shortened(by: excess(), to: least.device)
    sentence.title = sentence.title.shortened(by: excess(), to: least.title)
    sentence.action = sentence.action.shortened(by: excess(), to: least.action)
    return excess() <= 0 ? sentence.composed(facts: count) : nil
  }

  private func composed(facts count: Int) -> String {
    let isTold = place.isEmpty || device.contains(place)
    let subject = isTold ? device : "\(device) (\(place))"
    let said = facts.prefix(count).joined(separator: "; ")
    return "\(title) – \(subject): \(said), \(since). \(action)."
  }
}

extension String {
  /// Without so many characters at the end, cut between words where that leaves half of it.
  fileprivate func shortened(by excess: Int, to least: Int) -> String {
    guard excess > 0, count > least else { return self }
    let kept = prefix(Swift.max(least, count - excess) - 1)
    let words = kept.lastIndex(of: " ").map { kept[..<$0] } ?? kept
    let cut = words.count * 2 >= kept.count ? words : kept
    return cut.reversed().drop { " ,;(–".contains($0) }.reversed().map(String.init).joined() + "…"
  }
}
