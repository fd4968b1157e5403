// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// How a list is written: for people, or one JSON object a line for programs.
enum ListFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json

  func write(text: @autoclosure () -> String, json: @autoclosure () -> [String]) {
    switch self {
    case .text: print(text(), terminator: "")
    case .json:
      var output = ResultOutput()
      for line in json() { output.line(line) }
      output.flush()
    }
  }
}
