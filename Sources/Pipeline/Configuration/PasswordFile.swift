// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A password in the first line of a file, which an operator may replace while nhip runs.
enum PasswordFile {
  static let sizeBytesMax = 4_096

  /// The first line; nil if it is empty.
  static func password(in text: String) -> Secret? {
    let line = text.prefix { !$0.isNewline }
    return line.isEmpty ? nil : Secret(String(line))
  }
}

extension PipelineConfiguration.Credentials {
  /// What to tell the broker now. A file that cannot be read at this moment, or is empty because
  /// it is just being written, leaves the password of the start: the broker judges that one, and
  /// its refusal is logged and tried again.
  package var currentPassword: Secret {
    guard let passwordFile,
      let text = ConfigurationFile.text(
        at: passwordFile, sizeBytesMax: PasswordFile.sizeBytesMax,
        problems: ConfigurationProblems())
    else { return password }
    return PasswordFile.password(in: text) ?? password
  }
}
