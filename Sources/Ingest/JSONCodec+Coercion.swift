// SPDX-License-Identifier: Apache-2.0

import CSimdJSON
import Telemetry

/// How a value stands to the metric that claims it.
enum Coercion {
  case inRange, outOfRange, wrongType
}

/// The part of a metric that every value is held against: nothing in it is counted or copied.
struct MetricCheck {
  let form: Metric.Form
  /// Asked of every value: comparing forms goes by their names.
  let isGauge: Bool
  let lowest: Double
  let highest: Double
  let hasWords: Bool

  init(_ metric: Metric) {
    form = metric.form
    isGauge = metric.form == .gauge
    lowest = metric.lowest ?? -.infinity
    highest = metric.highest ?? .infinity
    hasWords = !metric.words.isEmpty
  }
}

extension JSONCodec {
  /// A state's longest word, in bytes: what is longer is no state but a text.
  package static let wordSizeMax = 64

  /// Brings a decoded value into the form its metric has: numeric text becomes a number, 0 and 1
  /// become a flag. Devices are cheap and their firmware is not consistent.
  func coerce(_ value: inout nhip_value, to check: MetricCheck, _ slot: Int) -> Coercion {
    guard unsafe value.tag != 0 else { return .inRange }
    guard unsafe value.tag != 6 else { return .wrongType }
    switch check.form {
    case .gauge: return unsafe coerceNumber(&value) ? range(of: value, check) : .wrongType
    case .counter: return unsafe coerceCounter(&value) ? range(of: value, check) : .wrongType
    case .flag: return unsafe coerceFlag(&value)
    case .state: return unsafe coerceState(value, check, slot)
    }
  }

  private func coerceNumber(_ value: inout nhip_value) -> Bool {
    // JSON has no infinite number, but the sum of two large ones is one.
    if unsafe value.tag == 3 { return unsafe Double(bitPattern: value.bits).isFinite }
    guard unsafe value.tag == 5 else { return unsafe value.tag != 4 }
    guard unsafe value.text_size <= Self.wordSizeMax else { return false }
    let text = unsafe String(
      decoding: UnsafeRawBufferPointer(start: value.text, count: Int(value.text_size)),
      as: UTF8.self)
    if let whole = Int64(text) {
      unsafe value.tag = 1
      unsafe value.bits = UInt64(bitPattern: whole)
      return true
    }
    if let whole = UInt64(text) {
      unsafe value.tag = 2
      unsafe value.bits = whole
      return true
    }
    // Swift reads hexadecimal as well; a device that sends it means something else.
    guard !text.utf8.contains(where: { $0 | 0x20 == UInt8(ascii: "x") }),
      let number = Double(text), number.isFinite
    else { return false }
    unsafe value.tag = 3
    unsafe value.bits = number.bitPattern
    return true
  }

  /// A counter is a whole number from 0 to UInt64.max; 5.0 is one, -1 and 5.5 are not.
  private func coerceCounter(_ value: inout nhip_value) -> Bool {
    guard unsafe coerceNumber(&value) else { return false }
    if unsafe value.tag == 3 {
      let number = unsafe Double(bitPattern: value.bits)
      guard let whole = UInt64(exactly: number) else { return false }
      unsafe value.tag = whole > UInt64(Int64.max) ? 2 : 1
      unsafe value.bits = whole
    }
    return unsafe value.tag == 2 || Int64(bitPattern: value.bits) >= 0
  }

  private func coerceFlag(_ value: inout nhip_value) -> Coercion {
    if unsafe value.tag == 4 { return .inRange }
    guard unsafe value.tag == 1, unsafe value.bits <= 1 else { return .wrongType }
    unsafe value.tag = 4
    return .inRange
  }

  private func coerceState(
    _ value: nhip_value, _ check: MetricCheck, _ slot: Int
  ) -> Coercion {
    guard unsafe value.tag == 5, unsafe value.text_size <= Self.wordSizeMax else {
      return .wrongType
    }
    guard check.hasWords else { return .inRange }
    let text = unsafe UnsafeRawBufferPointer(start: value.text, count: Int(value.text_size))
    return unsafe knownWords[slot].contains(text) ? .inRange : .outOfRange
  }

  private func range(of value: nhip_value, _ check: MetricCheck) -> Coercion {
    let number =
      switch unsafe value.tag {
      case 1: unsafe Double(Int64(bitPattern: value.bits))
      case 2: unsafe Double(value.bits)
      default: unsafe Double(bitPattern: value.bits)
      }
    return number < check.lowest || number > check.highest ? .outOfRange : .inRange
  }
}
