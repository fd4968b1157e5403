// SPDX-License-Identifier: Apache-2.0

import CXLSXWriter

/// A workbook that could not be written.
package struct WorkbookError: Error, CustomStringConvertible {
  package var path: String
  /// The library's own words.
  package var reason: String

  package var description: String {
    "the workbook \(path) cannot be written: \(reason); check the folder and the free space"
  }

  init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  init(path: String, code: lxw_error) {
    let words = unsafe lxw_strerror(code)
    self.init(path: path, reason: unsafe words.map { unsafe String(cString: $0) } ?? "\(code)")
  }
}
