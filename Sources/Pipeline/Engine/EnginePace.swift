// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// How often the engine does what need not be done with every commit: minutes in production. The
/// torture runner asks for moments, so that what it does to nhip can hit them.
package struct EnginePace: Sendable {
  /// A start after a crash judges again what came since the newest checkpoint.
  package var checkpointEvery: Milliseconds
  /// What is too old leaves in steps: so often, or the next second after a step that was full.
  package var retentionEvery: Milliseconds

  package init(checkpointEvery: Milliseconds = 300_000, retentionEvery: Milliseconds = 60_000) {
    self.checkpointEvery = checkpointEvery
    self.retentionEvery = retentionEvery
  }
}
