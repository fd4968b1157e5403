// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Reporting

@Suite struct WorkbookTests {
  /// Prints sheet, cell, type, value and number format of every cell; what is frozen, which rows
  /// are printed on every page, and the tables with their filters and headings.
  private static let reader = """
    import re, sys, zipfile
    import xml.etree.ElementTree as tree
    book = zipfile.ZipFile(sys.argv[1])
    name = lambda e: e.tag.split('}')[1]
    part = lambda p: tree.fromstring(book.read(p))
    every = lambda e, n: [x for x in e.iter() if name(x) == n]
    words = [''.join(t.text or '' for t in every(s, 't'))
             for s in every(part('xl/sharedStrings.xml'), 'si')]
    styles = part('xl/styles.xml')
    codes = {f.get('numFmtId'): f.get('formatCode') for f in every(styles, 'numFmt')}
    styled = [codes.get(x.get('numFmtId'), x.get('numFmtId'))
              for x in every(every(styles, 'cellXfs')[0], 'xf')]
    for position, sheet in enumerate(every(part('xl/workbook.xml'), 'sheet')):
        content = part('xl/worksheets/sheet%d.xml' % (position + 1))
        print('sheet', sheet.get('name'))
        for pane in every(content, 'pane'): print('frozen', pane.get('ySplit'), pane.get('state'))
        for page in every(content, 'pageSetup'):
            print('paper', page.get('paperSize'), page.get('orientation'))
        for cell in every(content, 'c'):
            value = every(cell, 'v')
            if not value: continue
            text = value[0].text
            if cell.get('t') == 's': text = words[int(text)]
            print(cell.get('r'), cell.get('t') or 'n', text, styled[int(cell.get('s') or 0)])
    for name_of in every(part('xl/workbook.xml'), 'definedName'): print('repeated', name_of.text)
    for entry in sorted(n for n in book.namelist() if n.startswith('xl/tables/')):
        table = part(entry)
        print('table', table.get('displayName'), table.get('ref'),
              every(table, 'autoFilter')[0].get('ref'), len(every(table, 'tableColumn')))
        for column in every(table, 'tableColumn'): print('heading', column.get('name'))
    print('created', re.search('created[^>]*>([^<]*)', book.read('docProps/core.xml').decode())[1])
    """

  private func folder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("nhip-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  private func lines(of path: String) throws -> [String] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", Self.reader, path]
    process.environment = ["PATH": "/usr/bin:/bin", "PYTHONIOENCODING": "utf-8"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test("numbers are numbers, dates are dates, percents are fractions; headings stay, rows filter")
  func cells() throws {
    let folder = try folder()
    defer { remove(folder) }
    let path = folder.appendingPathComponent("report.xlsx").path
    try WorkbookReport.write(DocumentSample.document, to: path)
    let lines = try lines(of: path)
    #expect(lines.filter { $0.hasPrefix("sheet") } == [
      "sheet Báo cáo", "sheet I. Chỉ tiêu", "sheet II. Độ khả dụng",
    ])
    for line in [
      "A5 n 1234 #,##0", "B5 s Thôn 2 0", "C5 s =1+1; \"<b>\" 0", "E5 n 0.9166 0.00%",
      "I5 n 1234.5 #,##0.##", "K5 n 46347 dd/mm/yyyy",
      "E4 n 0.9999 0.00%", "F4 n 0.9 0.00%", "G4 n 1 0.00%", "D4 n 22 #,##0.00",
      "A1 s II. Độ khả dụng 0", "A2 s Độ khả dụng 0", "A7 s Độ khả dụng 0", "A10 n 1234 #,##0",
      "frozen 3 frozen", "repeated 'II. Độ khả dụng'!$1:$1", "paper 9 landscape",
      "table Bang_II_1 A3:K5 A3:K5 11", "table Bang_II_2 A8:K10 A8:K10 11",
      "heading Độ khả dụng (%), thấp nhất",
      "created 2026-11-20T18:00:00Z",
    ] {
      #expect(lines.contains(line), "\(line)")
    }
    // 21/11/2026 01:00:00 in Viet Nam, as days since 30/12/1899.
    let instant = try #require(lines.first { $0.hasPrefix("J5") })
    #expect(instant.hasPrefix("J5 n 46347.04166666") && instant.hasSuffix("dd/mm/yyyy hh:mm:ss"))
    let length = try #require(lines.first { $0.hasPrefix("H5") }?.split(separator: " "))
    #expect(Double(length[2]).map { abs($0 * 86_400 - 59) < 1e-6 } == true)
    #expect(length[3] == "[h]:mm:ss")
    #expect(lines.contains { $0.contains("ỦY BAN NHÂN DÂN XÃ MẪU") })
  }

  @Test("the same document gives the same bytes")
  func reproducible() throws {
    let folder = try folder()
    defer { remove(folder) }
    let paths = ["a.xlsx", "b.xlsx"].map { folder.appendingPathComponent($0) }
    for path in paths { try WorkbookReport.write(DocumentSample.document, to: path.path) }
    let first = try Data(contentsOf: paths[0])
    #expect(try first == Data(contentsOf: paths[1]) && first.count > 5_000)
    var other = DocumentSample.document
    other.title += "!"
    try WorkbookReport.write(other, to: paths[1].path)
    #expect(try first != Data(contentsOf: paths[1]))
  }

  @Test("a folder that is not there is said, with the library's reason")
  func refused() {
    let error = #expect(throws: WorkbookError.self) {
      try WorkbookReport.write(DocumentSample.document, to: "/nonexistent/report.xlsx")
    }
    #expect(error?.description.contains("/nonexistent/report.xlsx cannot be written:") == true)
  }

  @Test("a text longer than a cell is cut, a long or forbidden name of a sheet is made to fit")
  func limits() throws {
    let folder = try folder()
    defer { remove(folder) }
    let path = folder.appendingPathComponent("report.xlsx").path
    var document = DocumentSample.document
    var table = DocumentTable(
      name: "Tên/rất:dài[của]một*trang?tính không vừa", columns: [.text("Chữ")])
    table.append([.text(String(repeating: "ữ", count: 40_000))])
    document.sections = ["VIII", "IX"].map {
      DocumentSection(number: $0, heading: table.name, parts: [.table(table)])
    }
    document.sections.append(
      DocumentSection(number: "IX.", heading: table.name, parts: [.note("x")]))
    try WorkbookReport.write(document, to: path)
    let names = try lines(of: path).filter { $0.hasPrefix("sheet") }
    #expect(names.count == 4 && Set(names).count == 4)
    #expect(names.allSatisfy { $0.count <= 31 + 6 })
  }

  private func remove(_ folder: URL) {
    // A folder left behind in the temporary directory does no harm.
    try? FileManager.default.removeItem(at: folder)
  }
}
