// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

/// The file beside a copy's place, `<place>.partial`, that a copy is written to until it is found
/// good. It either takes its place by one rename, or goes with the last reference to it.
///
/// An exclusive `flock` keeps a second copy to the same place out. The kernel lets go of it when a
/// process is killed, so what a killed one left behind is taken over and written anew.
final class PartialFile {
  /// What SQLite keeps beside a database.
  static let sideSuffixes = ["-wal", "-shm", "-journal"]

  let place: String
  let path: String
  private let descriptor: Int32
  private var isPlaced = false

  init(for place: String) throws(StoreError) {
    self.place = place
    path = place + ".partial"
    descriptor = try Self.locked(path, for: place)
    // What SQLite kept beside it belongs to the content that goes now.
    for suffix in Self.sideSuffixes { unsafe unlink(path + suffix) }
    guard ftruncate(descriptor, 0) == 0 else {
      throw StoreError(
        file: path, code: .unwritable, what: "the copy cannot be written",
        next: "check its disk")
    }
  }

  deinit {
    if !isPlaced {
      for suffix in Self.sideSuffixes + [""] { unsafe unlink(path + suffix) }
    }
    close(descriptor)
  }

  private static func locked(_ path: String, for place: String) throws(StoreError) -> Int32 {
    while true {
      let opened = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
      guard opened >= 0 else {
        throw StoreError(
          file: place, code: .unwritable, what: "the copy cannot be created",
          next: "check that its folder exists and that this user may write there")
      }
      guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
        close(opened)
        throw StoreError(
          code: .locked, what: "another nhip is writing a copy there", path: place,
          next: "wait for its end, or name another place")
      }
      // Whoever held it may have taken it to its place between opening and locking.
      if FileIdentity(descriptor: opened) == FileIdentity(path: path) { return opened }
      close(opened)
    }
  }

  /// Who may read the store may read the copy, and nobody else.
  func takePermissions(of storePath: String) {
    var status = stat()
    guard unsafe stat(storePath, &status) == 0 else { return }
    // A file system without permissions, on a memory stick, refuses; then there are none to keep.
    _ = fchmod(descriptor, status.st_mode & 0o777)
  }

  func reachDisk() throws(StoreError) {
    guard fsync(descriptor) == 0 else {
      throw StoreError(
        file: path, code: .failed, what: "the copy did not reach its disk", next: "check its disk")
    }
    try FileIdentity.reachDisk(folderOf: path)
  }

  /// Takes its place, whatever file stood there.
  func takePlace() throws(StoreError) {
    guard unsafe rename(path, place) == 0 else {
      throw StoreError(
        file: place, code: .unwritable, what: "the copy cannot take its place",
        next: "check that its folder exists and that this user may write there")
    }
    isPlaced = true
    try FileIdentity.reachDisk(folderOf: place)
  }
}

/// One file, whatever its names are.
struct FileIdentity: Equatable {
  private let device: UInt
  private let number: UInt

  init?(path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  init?(descriptor: Int32) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }

  private init(_ status: stat) { (device, number) = (status.st_dev, status.st_ino) }

  /// A name is safe once its folder is.
  static func reachDisk(folderOf path: String) throws(StoreError) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let opened = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { if opened >= 0 { close(opened) } }
    guard opened >= 0, fsync(opened) == 0 else {
      throw StoreError(
        file: folder, code: .failed, what: "the folder did not reach its disk",
        next: "check its disk")
    }
  }
}

extension StoreError {
  /// What the system said last of a file.
  init(file path: String, code: Code, what: String, next: String) {
    let reason = unsafe String(cString: strerror(errno))
    self.init(code: code, what: "\(what): \(reason)", path: path, next: next)
  }
}
