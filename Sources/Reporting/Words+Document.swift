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
    [
      PaperLine(left: body(of: letterhead), right: country, isBold: true),
      PaperLine(left: "", right: motto, isBold: true),
      PaperLine(left: documentNumber, right: dateLine(place: letterhead.place)),
    ]
  }

  var preparedBy: String { pick("NGƯỜI LẬP BIỂU", "PREPARED BY") }
  var headOfUnit: String { pick("THỦ TRƯỞNG ĐƠN VỊ", "HEAD OF UNIT") }
  var signHere: String { pick("(Ký, ghi rõ họ tên)", "(signature, full name)") }
  var signAndSealHere: String {
    pick("(Ký, ghi rõ họ tên, đóng dấu)", "(signature, full name, seal)")
  }

  var signatures: [PaperLine] {
    [
      PaperLine(left: preparedBy, right: headOfUnit, isBold: true),
      PaperLine(left: signHere, right: signAndSealHere),
    ]
  }

  var coverSheet: String { pick("Báo cáo", "Report") }
  /// Beside a heading: the bounds of a ratio.
  var lowest: String { pick("thấp nhất", "lowest") }
  var highest: String { pick("cao nhất", "highest") }
  var down: String { pick("gián đoạn", "down") }
  var notJudged: String { pick("không có gì để tính", "nothing judged") }
}
