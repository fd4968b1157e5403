// SPDX-License-Identifier: Apache-2.0

/// Why nhip says what it says of an incident, in numbers a person can check. Kept with it as JSON
/// with keys in snake case; times are UTC milliseconds.
package struct IncidentEvidence: Codable, Sendable, Hashable {
  /// Of what the members' alerts tell: `silent`, `service`, `reboot`, or a metric and a side.
  package var stream: String
  /// Between these the fault struck: every first member's report before it came, the next did not.
  package var windowFrom: Milliseconds
  package var windowTo: Milliseconds
  package var choice: Choice
  /// Groups that explain less, or are larger; the best first.
  package var runnersUp: [Choice]
  /// Every cause that is possible, the most probable first.
  package var causes: [CauseProbability]
  package var signs: Signs
  /// Devices that were members at some time, and those whose alert is open.
  package var deviceCount: Int
  package var activeCount: Int
  package var isFlapping: Bool
  /// When our own uplink may have been down, if that is a possible cause.
  package var proposedGap: Interval?
  /// Narrower groups that it was told of before more of a wider one failed, oldest first; nil if
  /// it is of the group that it was named for.
  package var steps: [Step]?
  /// The id of the incident that has its members now, because a wider group explains both.
  package var mergedInto: String?

  /// What an incident was told of before it turned out to be wider.
  package struct Step: Codable, Sendable, Hashable {
    package var kind: Incident.GroupKind
    package var code: String
    package var deviceCount: Int
    /// When nhip knew that it is more.
    package var until: Milliseconds

    package init(
      kind: Incident.GroupKind, code: String, deviceCount: Int, until: Milliseconds
    ) {
      self.kind = kind
      self.code = code
      self.deviceCount = deviceCount
      self.until = until
    }
  }

  /// How well one group explains what began together.
  package struct Choice: Codable, Sendable, Hashable {
    package var kind: Incident.GroupKind
    package var code: String
    /// Its devices among those that failed together, and how many failed together in all.
    package var failed: Int
    package var together: Int
    /// Others of it that are overdue as well and not told yet; that were heard after the fault.
    package var overdue: Int
    package var heard: Int
    /// How many of its devices would fail in such a window by themselves, on average.
    package var expected: Double
    /// Decimal logarithm of the chance that so many do.
    package var tailLog10: Double

    package init(
      kind: Incident.GroupKind, code: String, failed: Int, together: Int, overdue: Int = 0,
      heard: Int = 0, expected: Double = 0, tailLog10: Double = 0
    ) {
      self.kind = kind
      self.code = code
      self.failed = failed
      self.together = together
      self.overdue = overdue
      self.heard = heard
      self.expected = expected
      self.tailLog10 = tailLog10
    }

    /// Devices of it that were expected to be heard and about which something is known.
    package var judged: Int { failed + overdue + heard }

    /// The share of those that failed or are overdue.
    package var agreement: Double {
      judged > 0 ? Double(failed + overdue) / Double(judged) : 0
    }
  }

  package struct CauseProbability: Codable, Sendable, Hashable {
    package var cause: Incident.Cause
    package var probability: Double
    package init(cause: Incident.Cause, probability: Double) {
      self.cause = cause
      self.probability = probability
    }
  }

  /// What speaks for a cause, counted over members.
  package struct Signs: Codable, Sendable, Hashable {
    /// Back after a restart that lies in the outage; back with the clock since boot unbroken.
    package var rebooted = 0
    package var ranOn = 0
    /// Said at a restart that it was power; that it was something else.
    package var powerReasons = 0
    package var otherReasons = 0
    /// Told that the mains are gone while they could.
    package var mainsLost = 0
    /// Different ones among the members, where the registry names them.
    package var providers = 0
    package var feeders = 0
    package var sites = 0
    package var firmwares = 0
    /// Our own record has a gap in the window.
    package var touchesOwnGap = false

    package init() {}
  }

  package init(
    stream: String, windowFrom: Milliseconds, windowTo: Milliseconds, choice: Choice,
    runnersUp: [Choice], causes: [CauseProbability], signs: Signs, deviceCount: Int,
    activeCount: Int, isFlapping: Bool, proposedGap: Interval?, steps: [Step]? = nil,
    mergedInto: String? = nil
  ) {
    self.stream = stream
    self.windowFrom = windowFrom
    self.windowTo = windowTo
    self.choice = choice
    self.runnersUp = runnersUp
    self.causes = causes
    self.signs = signs
    self.deviceCount = deviceCount
    self.activeCount = activeCount
    self.isFlapping = isFlapping
    self.proposedGap = proposedGap
    self.steps = steps
    self.mergedInto = mergedInto
  }
}
