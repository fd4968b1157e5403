// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry

/// The times of making that a program wrote into a PDF, replaced by one that does not depend on
/// when it ran: the same page then gives the same bytes.
///
/// Dates keep their length (ISO 32000-1, 7.9.4: `D:YYYYMMDDHHmmSSOHH'mm'`), so every offset of the
/// file still holds. Only the dictionary of document information is touched, and only dates in the
/// form above; what is in another form stays as it is.
enum PrintedDates {
  private static let names = ["/CreationDate", "/ModDate"]
  private static let zone = "+00'00'"

  static func replaced(in pdf: Data, by instant: Milliseconds) -> Data {
    guard let information = information(of: pdf) else { return pdf }
    var pdf = pdf
    let date = Data((digits(of: instant) + zone).utf8)
    for name in names {
      guard let found = pdf.range(of: Data("\(name) (D:".utf8), in: information) else { continue }
      let range = found.upperBound..<found.upperBound + date.count
      guard range.upperBound < information.upperBound, pdf[range.upperBound] == UInt8(ascii: ")"),
        isDate(pdf[range])
      else { continue }
      pdf.replaceSubrange(range, with: date)
    }
    return pdf
  }

  /// Where the object stands that the trailer calls `/Info`; nil if the file is packed otherwise.
  private static func information(of pdf: Data) -> Range<Data.Index>? {
    guard let trailer = pdf.range(of: Data("trailer".utf8), options: .backwards),
      let name = pdf.range(of: Data("/Info ".utf8), in: trailer.upperBound..<pdf.endIndex)
    else { return nil }
    let number = pdf[name.upperBound...].prefix { (0x30...0x39).contains($0) }
    guard !number.isEmpty, number.count <= 10,
      let start = pdf.range(of: Data("\n".utf8) + number + Data(" 0 obj".utf8)),
      let end = pdf.range(of: Data("endobj".utf8), in: start.upperBound..<pdf.endIndex)
    else { return nil }
    return start.upperBound..<end.lowerBound
  }

  private static func isDate(_ bytes: Data) -> Bool {
    zip(bytes, "00000000000000+00'00'".utf8).allSatisfy { byte, form in
      switch form {
      case UInt8(ascii: "0"): (0x30...0x39).contains(byte)
      case UInt8(ascii: "+"): byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
      default: byte == form
      }
    }
  }

  /// `YYYYMMDDHHmmSS`, in UTC.
  private static func digits(of instant: Milliseconds) -> String {
    let seconds = max(0, instant) / 1_000
    let date = LocalTime.civil(ofDay: seconds / 86_400)
    let second = seconds % 86_400
    func padded(_ number: Int64, _ width: Int) -> String {
      let text = String(number)
      return String(repeating: "0", count: max(0, width - text.count)) + text
    }
    return padded(Int64(date.year), 4) + padded(Int64(date.month), 2) + padded(Int64(date.day), 2)
      + padded(second / 3_600, 2) + padded(second / 60 % 60, 2) + padded(second % 60, 2)
  }
}
