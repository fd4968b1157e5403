// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pipeline

/// Something that must hold whatever the bytes are.
///
/// The fuzzer and the tests check the same properties: the fuzzer over bytes that libFuzzer makes
/// up, the tests over the files that it left behind. A property may keep state between inputs, as
/// the decoders of nhip do, so one instance belongs to one thread.
package protocol Property: AnyObject {
  /// - Throws: what does not hold. A crash, a hang or an endless allocation is found by others.
  func check(_ input: [UInt8]) throws(Violation)
}

/// A property that does not hold for an input.
package struct Violation: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String
  package init(_ description: String) { self.description = description }
}

/// Throws unless the condition holds.
func require(
  _ condition: Bool, _ description: @autoclosure () -> String
) throws(Violation) {
  guard condition else { throw Violation(description()) }
}

/// The properties by the names that `scripts/fuzz`, the corpus and the cases know them by.
package enum PropertyName: String, CaseIterable, Sendable {
  case decoder, topic, block, configuration, schedule

  /// - Parameter repository: where `devices/` and `pipelines/` stand.
  package func property(repository: String) throws -> any Property {
    switch self {
    case .decoder:
      DecoderProperty(profiles: try ProfileLoader.load(directory: "\(repository)/devices"))
    case .topic: TopicProperty()
    case .schedule: ScheduleProperty()
    case .block: BlockProperty()
    case .configuration: ConfigurationProperty(repository: repository)
    }
  }

  /// The files of one corpus or of the cases, in order of name; none if the folder is missing.
  package func files(in parent: String, repository: String) throws -> [URL] {
    let folder = URL(filePath: "\(repository)/Tests/Fuzz/\(parent)/\(rawValue)")
    guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
    return try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil
    ).sorted { $0.path < $1.path }
  }
}
