// SPDX-License-Identifier: Apache-2.0

import CSimdJSON
import Telemetry

/// Some fields of a JSON object, read in one pass: what codecs of nhip's own messages share.
///
/// Owned by the thread that decodes; holds one decoded object at a time.
@safe final class JSONFields {
  private let decoder: OpaquePointer
  private let values: UnsafeMutableBufferPointer<nhip_value>

  /// - Parameter paths: JSON pointers; a field is known by its position among them.
  init(_ paths: [String]) {
    guard let decoder = unsafe nhip_decoder_create() else {
      preconditionFailure("no memory for a JSON decoder")
    }
    unsafe self.decoder = decoder
    unsafe values = .allocate(capacity: paths.count)
    unsafe values.initialize(repeating: nhip_value())
    for (position, path) in paths.enumerated() {
      unsafe nhip_decoder_add(decoder, path, UInt32(position), Int32(NHIP_AGGREGATE_NONE))
    }
  }

  deinit {
    unsafe nhip_decoder_destroy(decoder)
    unsafe values.deallocate()
  }

  /// - Parameter object: not empty, 64 more bytes readable behind. What the fields say is valid
  ///   until the next call.
  /// - Returns: `NHIP_DECODED`, or what is wrong.
  @inline(__always)
  func decode(_ object: UnsafeRawBufferPointer) -> Int32 {
    guard let base = object.baseAddress else { return Int32(NHIP_NOT_OBJECT) }
    return unsafe nhip_decoder_decode(
      decoder, base.assumingMemoryBound(to: UInt8.self), object.count, values.baseAddress,
      values.count)
  }

  /// Not there, or null.
  func isAbsent(_ field: Int) -> Bool { unsafe values[field].tag == 0 }

  /// Nil if it is neither true nor false.
  @inline(__always)
  func flag(_ field: Int) -> Bool? {
    let value = unsafe values[field]
    return unsafe value.tag == 4 ? value.bits == 1 : nil
  }

  /// Nil if it is no text. simdjson keeps texts in a buffer that is longer than the object by more
  /// than 64 bytes.
  @inline(__always)
  func text(_ field: Int) -> UnsafeRawBufferPointer? {
    let value = unsafe values[field]
    guard unsafe value.tag == 5 else { return nil }
    return unsafe UnsafeRawBufferPointer(start: value.text, count: Int(value.text_size))
  }

  /// A whole number or a fraction; nil if it is no number.
  func number(_ field: Int) -> Double? {
    let value = unsafe values[field]
    return switch unsafe value.tag {
    case 1: unsafe Double(Int64(bitPattern: value.bits))
    case 3: unsafe Double(bitPattern: value.bits)
    default: nil
    }
  }

  /// An instant in any form in which devices send one (``SentTime``); nil if it is none.
  @inline(__always)
  func time(_ field: Int) -> Milliseconds? {
    let value = unsafe values[field]
    switch unsafe value.tag {
    case 1: return unsafe SentTime.milliseconds(epoch: Int64(bitPattern: value.bits))
    case 3: return unsafe SentTime.milliseconds(epoch: Double(bitPattern: value.bits))
    case 5: return unsafe text(field).flatMap { unsafe SentTime.milliseconds(text: $0) }
    default: return nil
    }
  }

  /// A list of texts under a key of the object.
  ///
  /// - Returns: nothing where the key is absent; nil if it holds anything else than texts; one more
  ///   than `countMax` if there are more.
  func texts(under key: String, countMax: Int) -> [String]? {
    final class Found {
      let countMax: Int
      var texts: [String] = []
      var isText = true
      init(_ countMax: Int) { self.countMax = countMax }
    }
    let found = Found(countMax)
    let status = unsafe nhip_decoder_list(
      decoder, key, Unmanaged.passUnretained(found).toOpaque()
    ) { context, value in
      guard let context = unsafe context, let value = unsafe value?.pointee else { return 1 }
      let found = unsafe Unmanaged<Found>.fromOpaque(context).takeUnretainedValue()
      found.isText = unsafe value.tag == 5
      if found.isText {
        let bytes = unsafe UnsafeRawBufferPointer(start: value.text, count: Int(value.text_size))
        unsafe found.texts.append(JSONFields.string(bytes))
      }
      return found.isText && found.texts.count <= found.countMax ? 0 : 1
    }
    return status == 0 && found.isText ? found.texts : nil
  }

  /// Without personal data (``PersonalData``).
  static func string(_ bytes: UnsafeRawBufferPointer) -> String {
    unsafe PersonalData.scrubbed(String(decoding: bytes, as: UTF8.self))
  }
}
