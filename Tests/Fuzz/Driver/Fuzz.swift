// SPDX-License-Identifier: Apache-2.0

import CLibFuzzer
import Foundation
import FuzzProperties

/// One property under libFuzzer, whose options are the arguments: `scripts/fuzz` builds and runs
/// this. The name of the property is in the environment (`NHIP_FUZZ_PROPERTY`), because libFuzzer
/// starts itself anew with the arguments it was given.
@main enum Fuzz {
  /// libFuzzer calls a plain function back, so what it checks cannot be captured.
  /// Set once before libFuzzer starts, and read by its one thread.
  nonisolated(unsafe) private static var property: (any Property)?

  static func main() throws {
    let environment = ProcessInfo.processInfo.environment
    let names = PropertyName.allCases.map(\.rawValue).joined(separator: ", ")
    guard let name = environment["NHIP_FUZZ_PROPERTY"].flatMap(PropertyName.init) else {
      print("fuzz: NHIP_FUZZ_PROPERTY must be one of \(names)")
      exit(64)
    }
    unsafe property = try name.property(repository: FileManager.default.currentDirectoryPath)
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? =
      unsafe CommandLine.unsafeArgv
    exit(unsafe LLVMFuzzerRunDriver(&count, &arguments, check))
  }

  private static let check: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt = { start, size in
    let input = unsafe Array(UnsafeBufferPointer(start: start, count: size))
    do {
      try unsafe property?.check(input)
    } catch {
      fatalError("the property does not hold: \(error)")
    }
    return 0
  }
}
