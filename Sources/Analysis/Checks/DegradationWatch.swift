// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Whether a metric slowly moves away from its usual: what its hours usually are (``UsualDay``),
/// the newest day that is over, and the sums over days (``DriftSums``).
///
/// A day is judged when all of its commune's readings are in, against what the commune's devices
/// had alike on it: weather and grid are nobody's fault.
struct DegradationWatch: CheckState {
  private(set) var usual = UsualDay()
  private(set) var sums = DriftSums()
  private var judgedAt: Milliseconds = .min
  private var pendingDay: Int32 = .min
  private var pendingResidual: Float = 0
  private var pendingValue: Float = 0
  private var pendingUsual: Float = 0

  var isOpen: Bool {
    get { sums.isOpen }
    set { sums.isOpen = newValue }
  }

  /// The newest day that is over, judged or not.
  var pending: UsualDay.Finished? {
    pendingDay == .min
      ? nil
      : UsualDay.Finished(
        day: pendingDay, residual: pendingResidual, value: pendingValue, usual: pendingUsual)
  }

  /// Of days that are not judged yet.
  var isWaiting: Bool { pendingDay > sums.lastDay }

  mutating func note(_ value: Double, at time: Milliseconds, _ limits: DriftSums.Limits) {
    guard time > judgedAt, value.magnitude <= UsualDay.magnitudeMax else { return }
    judgedAt = time
    if usual.isInHour(time) { return usual.add(value) }
    keep(
      usual.begin(value, at: time, scale: limits.scale, isSuspected: sums.isSuspected(limits)))
  }

  /// All readings of the days up to `last` are in.
  mutating func finish(through last: Int32, _ limits: DriftSums.Limits) {
    keep(
      usual.finish(
        through: last, scale: limits.scale, isSuspected: sums.isSuspected(limits)))
  }

  private mutating func keep(_ finished: UsualDay.Finished?) {
    guard let finished else { return }
    pendingDay = finished.day
    (pendingResidual, pendingValue, pendingUsual) =
      (finished.residual, finished.value, finished.usual)
  }

  mutating func judge(common: Float, _ limits: DriftSums.Limits) -> CheckFinding? {
    guard isWaiting, let pending else { return nil }
    return sums.note(pending, common: common, limits)
  }

  mutating func forget(after now: Milliseconds) {
    judgedAt = min(judgedAt, now)
    usual.forget(after: now)
    sums.forget(after: now)
  }

  mutating func visit<Visitor: StateVisitor>(_ visitor: inout Visitor) {
    usual.visit(&visitor)
    sums.visit(&visitor)
    visitor.pass(&judgedAt)
    visitor.pass(&pendingDay)
    visitor.pass(&pendingResidual)
    visitor.pass(&pendingValue)
    visitor.pass(&pendingUsual)
  }

  var isPossible: Bool {
    usual.isPossible && sums.isPossible && pendingResidual.isFinite && pendingValue.isFinite
      && pendingUsual.isFinite && judgedAt.isPossibleInstant && pendingDay.isPossibleDay
  }
}
