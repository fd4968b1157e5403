// SPDX-License-Identifier: Apache-2.0

/// What nhip knows of one kind of device: `devices/<kind>/device.yaml`, checked and loaded.
///
/// A profile is a value: it is loaded once, never changes while it is in force, and is shared by
/// every stage. A new kind of hardware is a new profile, no Swift.
package struct Profile: Sendable, Hashable {
  /// The kind's name as it stands in topics: `[a-z0-9-]{1,32}`.
  package var kind: String
  package var title: Title
  /// Counts up when the meaning of a metric changes; stored with every block.
  package var version: Int
  /// How often a healthy device reports.
  package var reportInterval: Milliseconds
  /// The gap allowance G: a longer accountable silence is an outage.
  package var offlineAfter: Milliseconds
  /// Daily local hours in which the device is expected to serve; empty means always.
  package var serviceHours: [ServiceHours]
  /// Instead of these, by the type of the site a device stands at.
  package var serviceHoursOfSiteType: [String: [ServiceHours]]
  /// Where set, a device serves around the slots that mean it, this long before and behind each,
  /// and within the weekly hours only if there are any.
  package var serviceAroundSlots: Milliseconds?
  /// Every metric, the common ones (`seq`, `up`, `fw`, …) included. The position in this array is
  /// the metric's column in blocks of this kind.
  package var metrics: [Metric]
  /// All must hold for the device to count as serving.
  package var service: [Condition]
  package var usage: [UsageFigure]
  package var alerts: [AlertRule]

  package init(
    kind: String, title: Title, version: Int, reportInterval: Milliseconds,
    offlineAfter: Milliseconds, serviceHours: [ServiceHours],
    serviceHoursOfSiteType: [String: [ServiceHours]] = [:],
    serviceAroundSlots: Milliseconds? = nil, metrics: [Metric],
    service: [Condition], usage: [UsageFigure], alerts: [AlertRule]
  ) {
    self.kind = kind
    self.title = title
    self.version = version
    self.reportInterval = reportInterval
    self.offlineAfter = offlineAfter
    self.serviceHours = serviceHours
    self.serviceHoursOfSiteType = serviceHoursOfSiteType
    self.serviceAroundSlots = serviceAroundSlots
    self.metrics = metrics
    self.service = service
    self.usage = usage
    self.alerts = alerts
  }

  /// The column of the metric called `name`, or nil.
  package func column(of name: String) -> Int? { metrics.firstIndex { $0.name == name } }
}

/// Words for people, in both languages.
package struct Title: Sendable, Hashable {
  package var vi: String
  package var en: String
  package init(vi: String, en: String) {
    self.vi = vi
    self.en = en
  }
}

/// A stretch of every chosen weekday, in local minutes since midnight.
package struct ServiceHours: Sendable, Hashable {
  /// Bit 0 is Monday, bit 6 Sunday.
  package var weekdays: UInt8
  package var startMinute: Int
  /// At most 1,440; later than `startMinute`.
  package var endMinute: Int
  package init(weekdays: UInt8, startMinute: Int, endMinute: Int) {
    self.weekdays = weekdays
    self.startMinute = startMinute
    self.endMinute = endMinute
  }
}

/// One value a device reports.
package struct Metric: Sendable, Hashable {
  package enum Form: String, Sendable, CaseIterable {
    /// A level that goes up and down: a number.
    case gauge
    /// A total since boot, never falling but for a reset: a whole number.
    case counter
    /// True or false (0 and 1 are accepted).
    case flag
    /// A word: one of `words`, or any if that is empty.
    case state
  }

  /// How the elements under a wildcard (`/radio/*/clients`) become one value.
  package enum Aggregation: String, Sendable, CaseIterable {
    case sum, max, min
  }

  package var name: String
  /// JSON pointer (RFC 6901) into the payload; `*` as a segment means every element.
  package var path: String
  package var form: Form
  /// UCUM-like unit, e.g. `%`, `ms`, `By`, `Cel`; empty for flags and states.
  package var unit: String
  /// Values outside are kept, flagged as out of range and left out of figures.
  package var lowest: Double?
  package var highest: Double?
  package var aggregation: Aggregation?
  /// The words a state may take; empty means any word up to 64 bytes.
  package var words: [String]
  /// A detector watches this metric, of a counter its rate a second (at most four a kind); nil: no.
  package var watch: Watch?
  package var title: Title

  package init(
    name: String, path: String, form: Form, unit: String = "", lowest: Double? = nil,
    highest: Double? = nil, aggregation: Aggregation? = nil, words: [String] = [],
    watch: Watch? = nil, title: Title
  ) {
    self.name = name
    self.path = path
    self.form = form
    self.unit = unit
    self.lowest = lowest
    self.highest = highest
    self.aggregation = aggregation
    self.words = words
    self.watch = watch
    self.title = title
  }
}

/// A comparison of one metric with a constant.
package struct Condition: Sendable, Hashable {
  package enum Comparison: String, Sendable, CaseIterable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case atMost = "<="
    case greater = ">"
    case atLeast = ">="
  }

  /// Flags compare with 0 and 1.
  package enum Constant: Sendable, Hashable {
    case number(Double)
    case word(String)
  }

  package var metric: String
  package var comparison: Comparison
  package var constant: Constant

  package init(metric: String, comparison: Comparison, constant: Constant) {
    self.metric = metric
    self.comparison = comparison
    self.constant = constant
  }
}

/// A figure of use that reports show per device and period.
package struct UsageFigure: Sendable, Hashable {
  package enum Formula: String, Sendable, CaseIterable {
    /// Sum of a counter's increments between consecutive readings, resets by boot or fall.
    case total
    /// Time-weighted mean of a gauge over covered time.
    case mean
    /// Greatest value of a gauge, and when.
    case maximum
    /// A gauge integrated over covered time, in unit-minutes (client-minutes).
    case integral
    /// Time a flag was true (or a state equalled `word`), in milliseconds.
    case duration
    /// Sum of a number that events carry (`played_s`), each event once.
    case sum
    /// Number of readings that carry the metric (events).
    case count
  }

  package var name: String
  package var title: Title
  package var metric: String
  package var formula: Formula
  /// For `duration` of a state and `count` of events: the word to match; empty matches any.
  package var word: String
  /// The unit the figure is shown in.
  package var unit: String
  /// Shown value = computed value ÷ divisor (bytes → GB: 1e9).
  package var divisor: Double

  package init(
    name: String, title: Title, metric: String, formula: Formula, word: String = "",
    unit: String, divisor: Double = 1
  ) {
    self.name = name
    self.title = title
    self.metric = metric
    self.formula = formula
    self.word = word
    self.unit = unit
    self.divisor = divisor
  }
}

/// When to tell somebody about a device.
package struct AlertRule: Sendable, Hashable {
  package enum Severity: String, Sendable, CaseIterable {
    case critical, high, medium, low
  }

  package enum Trigger: Sendable, Hashable {
    /// Not heard for the gap allowance, or a presence mark confirmed it earlier.
    case offline
    /// The condition held in every reading for `duration`.
    case condition(Condition, duration: Milliseconds)
    /// The metric's detector says this value was not seen before.
    case anomaly(metric: String)
    /// A deterministic check found something.
    case check(Check)
  }

  package var name: String
  package var title: Title
  package var severity: Severity
  package var trigger: Trigger
  /// Who does what next; nil says what fits any device.
  package var action: Title?

  package init(
    name: String, title: Title, severity: Severity, trigger: Trigger, action: Title? = nil
  ) {
    self.name = name
    self.title = title
    self.severity = severity
    self.trigger = trigger
    self.action = action
  }
}
