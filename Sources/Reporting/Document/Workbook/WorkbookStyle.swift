// SPDX-License-Identifier: Apache-2.0

import CXLSXWriter

/// How cells of a workbook look; each is made once, in the order of first use.
struct WorkbookStyle: Hashable {
  enum Kind: Hashable {
    case text, count, hours, length, percent, change, instant, day
    case number(decimals: Int)
    case title, name, heading, note, centred
  }

  /// 0xRRGGBB; both light enough to be no more than a shade on a grey print.
  private static let headingColour: UInt32 = 0xE3E8ED
  private static let bandColour: UInt32 = 0xF1F4F7

  var kind: Kind
  var isBold = false
  /// The sums of a unit stand out from what they sum.
  var isBand = false

  /// Spreadsheet programs write these with the reader's own separators.
  private var numberFormat: String? {
    switch kind {
    case .count: "#,##0"
    case .hours: "#,##0.00"
    case .percent: "0.00%"
    case .change: "+#,##0.00;-#,##0.00;0.00"
    case .length: "[h]:mm:ss"
    case .instant: "dd/mm/yyyy hh:mm:ss"
    case .day: "dd/mm/yyyy"
    case .number(let decimals):
      decimals == 0 ? "#,##0" : "#,##0." + String(repeating: "#", count: decimals)
    case .text, .title, .name, .heading, .note, .centred: nil
    }
  }

  func apply(to format: UnsafeMutablePointer<lxw_format>) {
    unsafe format_set_font_name(format, "Times New Roman")
    unsafe format_set_font_size(format, kind == .title ? 14 : 12)
    if isBold || [.title, .name, .heading].contains(kind) { unsafe format_set_bold(format) }
    if isBand { unsafe format_set_bg_color(format, Self.bandColour) }
    if let numberFormat { unsafe format_set_num_format(format, numberFormat) }
    switch kind {
    case .heading:
      unsafe format_set_text_wrap(format)
      unsafe format_set_bg_color(format, Self.headingColour)
      unsafe format_set_align(format, UInt8(LXW_ALIGN_CENTER.rawValue))
      unsafe format_set_align(format, UInt8(LXW_ALIGN_VERTICAL_CENTER.rawValue))
      unsafe format_set_border(format, UInt8(LXW_BORDER_THIN.rawValue))
    case .note:
      unsafe format_set_italic(format)
      unsafe format_set_text_wrap(format)
      unsafe format_set_align(format, UInt8(LXW_ALIGN_VERTICAL_TOP.rawValue))
    case .centred: unsafe format_set_align(format, UInt8(LXW_ALIGN_CENTER.rawValue))
    case .title, .name: break
    default:
      unsafe format_set_align(format, UInt8(LXW_ALIGN_VERTICAL_TOP.rawValue))
      unsafe format_set_border(format, UInt8(LXW_BORDER_THIN.rawValue))
      if kind == .text { unsafe format_set_text_wrap(format) }
    }
  }
}
