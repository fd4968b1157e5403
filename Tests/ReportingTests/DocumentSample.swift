// SPDX-License-Identifier: Apache-2.0

import Telemetry

@testable import Reporting

/// A document with every kind of cell, and names that try to be something else.
enum DocumentSample {
  static let instant = ReportTests.midnight + 3_600_000

  static var table: DocumentTable {
    var table = DocumentTable(
      name: "Độ khả dụng",
      columns: [
        .number("STT", width: 5), .text("Thôn"), .name("Thiết bị"), .number("Hoạt động (giờ)"),
        .number("Độ khả dụng (%)"), .number("Dài nhất"), .number("Lưu lượng"), .word("Từ"),
        .word("Ngày"),
      ])
    table.append(
      [
        .text(""), .text("Thôn 2"), .text("2 thiết bị"), .hours(79_200_000),
        .percent(999_999, lowest: 900_000, highest: 1_000_000), .length(90_061_000), .absent,
        .absent, .absent,
      ], rank: .group(depth: 1))
    table.append([
      .count(1_234), .repeated("Thôn 2"), .text("=1+1; \"<b>\""), .hours(4_000_000_000),
      .percent(916_666, lowest: 916_666, highest: 916_700), .length(59_000),
      .number(1_234.5, decimals: 2), .instant(instant),
      .day(LocalTime.day(of: instant)),
    ])
    return table
  }

  static let document = ReportDocument(
    language: .vi, letterhead: Letterhead(body: "Ủy ban nhân dân xã Mẫu", place: "Xã Mẫu"),
    title: "Báo cáo thử", head: [.init(name: "Kỳ báo cáo", value: "21/11/2026")],
    notes: ["Số liệu tạm tính (chưa chốt)"],
    sections: [
      DocumentSection(number: "I", heading: "Tổng hợp", parts: [.note("-Không có chỉ tiêu.")]),
      DocumentSection(number: "II", heading: "Độ khả dụng", parts: [.table(table), .table(table)]),
    ], provenance: ["nguồn"], knownUntil: instant)
}
