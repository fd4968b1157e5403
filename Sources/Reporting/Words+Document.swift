// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The words of a report as administrative documents have them (Nghị định 30/2020/NĐ-CP, annex I):
/// the body that issues it at the left, the country and its motto at the right, signatures below.
extension Words {
  /// One line of two columns of paper.
  struct PaperLine {
    var left: String
    var right: String
    var isBold = false
    /// The body above the one that signs stands in plain letters.
    var isLeftPlain = false
  }

  var country: String {
    pick("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "SOCIALIST REPUBLIC OF VIET NAM")
  }
  var motto: String {
    pick("Độc lập - Tự do - Hạnh phúc", "Independence - Freedom - Happiness")
  }
  private var blank: String { "........................" }

  func body(of letterhead: Letterhead) -> String {
    (letterhead.body ?? blank).uppercased()
  }
  var documentNumber: String { pick("Số: ......./BC-.......", "No.: ......./BC-.......") }

  func dateLine(place: String?) -> String {
    let place = place ?? "................"
    return pick(
      "\(place), ngày ....... tháng ....... năm ............", "\(place), ....................")
  }

  func letterhead(_ letterhead: Letterhead) -> [PaperLine] {
    let body = body(of: letterhead)
    let parent = letterhead.parentBody?.uppercased()
    return [
      PaperLine(left: parent ?? body, right: country, isBold: true, isLeftPlain: parent != nil),
      PaperLine(left: parent == nil ? "" : body, right: motto, isBold: true),
      PaperLine(left: documentNumber, right: dateLine(place: letterhead.place)),
    ]
  }

  var preparedBy: String { pick("NGƯỜI LẬP BIỂU", "PREPARED BY") }
  var headOfUnit: String { pick("THỦ TRƯỞNG ĐƠN VỊ", "HEAD OF UNIT") }
  var signHere: String { pick("(Ký, ghi rõ họ tên)", "(signature, full name)") }
  var signAndSealHere: String {
    pick("(Ký, ghi rõ họ tên, đóng dấu)", "(signature, full name, seal)")
  }

  func signatures(_ letterhead: Letterhead) -> [PaperLine] {
    [
      PaperLine(left: preparedBy, right: title(of: letterhead), isBold: true),
      PaperLine(left: signHere, right: signAndSealHere),
    ]
  }

  /// Below the room for the signatures; empty where the pen writes them.
  func signatoryNames(_ letterhead: Letterhead) -> PaperLine {
    PaperLine(
      left: letterhead.preparedBy ?? "", right: letterhead.signatory ?? "", isBold: true)
  }

  func title(of letterhead: Letterhead) -> String {
    letterhead.signatoryTitle?.uppercased() ?? headOfUnit
  }

  /// Short enough for the tab of a sheet, which holds 31 letters.
  func sheetName(of section: DocumentSection) -> String {
    let name =
      switch section.number {
      case "I": pick("Chỉ tiêu", "Targets")
      case "II": pick("Độ khả dụng", "Availability")
      case "III": pick("Mức độ sử dụng", "Use")
      case "IV": pick("Sự cố và cảnh báo", "Incidents and alerts")
      case "V": pick("Xếp hạng", "Ranking")
      case "VI": pick("Chất lượng dữ liệu", "Data quality")
      default: section.heading
      }
    return "\(section.number). \(name)"
  }

  /// What formulas call a table of a workbook: letters, digits and `_` only.
  func tableName(section: String, position: Int) -> String {
    pick("Bang_\(section)_\(position)", "Table_\(section)_\(position)")
  }

  var coverSheet: String { pick("Báo cáo", "Report") }
  /// Beside a heading: the bounds of a ratio.
  var lowest: String { pick("thấp nhất", "lowest") }
  var highest: String { pick("cao nhất", "highest") }
  var down: String { pick("gián đoạn", "down") }
  var notJudged: String { pick("không có gì để tính", "nothing judged") }
}
