// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FleetSimulator
import Foundation
import Ingest
import Pipeline
import Reporting
import Storage

/// The exit codes of sysexits(3) that nhip uses.
enum SystemExit {
  static let data: Int32 = 65
  static let noInput: Int32 = 66
  static let unavailable: Int32 = 69
  static let cannotCreate: Int32 = 73
  static let inputOutput: Int32 = 74
  static let temporary: Int32 = 75
  static let configuration: Int32 = 78

  /// Runs `body`; an error becomes one sentence on standard error and the code that fits it.
  static func mapped<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as ExitCode {
      throw error
    } catch let error as ValidationError {
      throw error
    } catch {
      throw Nhip.fail(error, code: code(of: error))
    }
  }

  private static func code(of error: any Error) -> Int32 {
    switch error {
    case is ConfigurationErrors: configuration
    case let error as StoreError: code(of: error)
    case is Replay.FileError: noInput
    case is FleetFailure, is MosquittoError, is PrintingFailure: unavailable
    case is OutputFile.Failure, is WorkbookError: cannotCreate
    case is DeviceRefusal, is SeriesFault: data
    case let failure as ControlFailure: code(of: failure.status)
    default: inputOutput
    }
  }

  private static func code(of error: StoreError) -> Int32 {
    switch error.code {
    case .missing: noInput
    case .exists: cannotCreate
    case .unusableCopy: data
    case .locked, .retryable, .stopped: temporary
    default: inputOutput
    }
  }

  private static func code(of status: ControlStatus) -> Int32 {
    switch status {
    case .done: 0
    case .refused: data
    case .misconfigured: configuration
    case .unavailable: temporary
    case .failed: inputOutput
    }
  }
}
