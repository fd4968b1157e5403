// SPDX-License-Identifier: Apache-2.0

import Analysis

/// A command line that cannot be followed.
struct UsageError: Error, CustomStringConvertible {
  var description: String
}

/// What the command line asks for.
struct Options {
  enum Command: String { case score, tune, fleet, cost }

  var command: Command
  var folders: [String] = []
  var constants = DetectorConstants.shipped
  var seed: UInt64 = 1
  var trials = 1_000
  var jitters = 0
  var devices = 20
  /// How many folds there are, and which of them tuning does without.
  var folds: Int?
  var fold: Int?
  /// A file of constants, a line for each fold.
  var heldOutSets: String?
  var isWithBaselines = false
  var scoresFolder: String?

  init(_ arguments: [String]) throws {
    guard let word = arguments.first, let command = Command(rawValue: word) else {
      throw UsageError(description: "expected score, tune, fleet or cost")
    }
    self.command = command
    var rest = arguments.dropFirst()
    func number(_ option: String) throws -> Int {
      guard let text = rest.popFirst(), let number = Int(text), number >= 0 else {
        throw UsageError(description: "\(option) wants a whole number")
      }
      return number
    }
    while let argument = rest.popFirst() {
      switch argument {
      case "--seed": seed = UInt64(try number(argument))
      case "--trials": trials = try number(argument)
      case "--jitters": jitters = try number(argument)
      case "--devices": devices = max(try number(argument), 1)
      case "--folds": folds = max(try number(argument), 2)
      case "--fold": fold = try number(argument)
      case "--held-out": heldOutSets = rest.popFirst()
      case "--baselines": isWithBaselines = true
      case "--scores": scoresFolder = rest.popFirst()
      default:
        if argument.contains("="), !argument.contains("/") {
          guard ConstantNames.apply(argument, to: &constants) else {
            throw UsageError(description: "\(argument): no such constant, or not a number")
          }
        } else {
          folders.append(argument)
        }
      }
    }
    let wanted = command == .score || command == .tune ? 2 : 0
    guard folders.count == wanted else {
      throw UsageError(description: "\(word) wants \(wanted) folders, not \(folders.count)")
    }
  }
}
