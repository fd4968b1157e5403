// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Pipeline

@Suite struct PagePrinterTests {
  /// A folder with one program of a given name in it.
  private final class Programs {
    let folder: URL

    init(_ name: String? = nil, does script: String = "") throws {
      folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("nhip-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      guard let name else { return }
      let program = folder.appendingPathComponent(name)
      try Data("#!/bin/sh\n\(script)\n".utf8).write(to: program)
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o755], ofItemAtPath: program.path)
    }

    deinit {
      // A folder left behind in the temporary directory does no harm.
      try? FileManager.default.removeItem(at: folder)
    }
  }

  @Test("without any program one sentence says which to install")
  func missing() throws {
    let programs = try Programs()
    let error = #expect(throws: PrintingFailure.self) {
      try PagePrinter(searchPath: programs.folder.path)
    }
    #expect(error?.description.contains("install weasyprint or chromium") == true)
  }

  @Test("weasyprint gets the page, and its PDF comes back")
  func weasyprint() throws {
    let programs = try Programs("weasyprint", does: #"printf '%%PDF-1.7 ' >"$2"; cat "$1" >>"$2""#)
    let data = try PagePrinter(searchPath: "/nonexistent:\(programs.folder.path)")
      .makePDF(of: "<p>Thôn 2</p>", writtenAt: 0)
    #expect(String(decoding: data, as: UTF8.self) == "%PDF-1.7 <p>Thôn 2</p>")
  }

  @Test("chromium gets a profile of its own, no network, and where to print")
  func chromium() throws {
    let script = #"""
      for word in "$@"; do
        case $word in
          --print-to-pdf=*) to=${word#--print-to-pdf=} ;;
          --user-data-dir="$HOME"/*) profile=1 ;;
          "--host-resolver-rules=MAP * ~NOTFOUND") offline=1 ;;
        esac
      done
      printf "%%PDF-1.4 $profile$offline" >"$to"
      """#
    let programs = try Programs("chromium", does: script)
    let data = try PagePrinter(searchPath: programs.folder.path)
      .makePDF(of: "<p></p>", writtenAt: 0)
    #expect(String(decoding: data, as: UTF8.self) == "%PDF-1.4 11")
  }

  @Test("a program that fails is quoted, one that makes nothing or no PDF is said")
  func failures() throws {
    for (script, expected) in [
      ("echo first >&2; echo 'no fonts' >&2; exit 3", "weasyprint failed (3): no fonts"),
      ("exit 0", "weasyprint ended without making a PDF"),
      (#"echo hello >"$2""#, "weasyprint ended without making a PDF"),
    ] {
      let programs = try Programs("weasyprint", does: script)
      let error = #expect(throws: PrintingFailure.self) {
        try PagePrinter(searchPath: programs.folder.path).makePDF(of: "", writtenAt: 0)
      }
      #expect(error?.description == expected)
    }
  }

  @Test("a program that does not end is ended")
  func endless() throws {
    let programs = try Programs("weasyprint", does: "exec sleep 600")
    let error = #expect(throws: PrintingFailure.self) {
      try PagePrinter(searchPath: programs.folder.path, seconds: 1).makePDF(of: "", writtenAt: 0)
    }
    #expect(error?.description.contains("did not make a PDF within 1 s") == true)
  }
}
