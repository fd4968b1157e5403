// SPDX-License-Identifier: Apache-2.0

import Telemetry
import Testing

@Suite("The payload hash")
struct PayloadHashTests {
  private func hash(_ bytes: [UInt8]) -> UInt64 {
    unsafe bytes.withUnsafeBytes { unsafe PayloadHash.of($0) }
  }

  @Test("known payloads keep the hash that stores already hold")
  func vectors() {
    // From a second implementation of MurmurHash64A, with this seed, in another language.
    #expect(hash([]) == 0xd616_40c6_2f2d_e21c)
    #expect(hash(Array("a".utf8)) == 0x10b7_33b8_2b2c_5788)
    #expect(hash(Array("nhip".utf8)) == 0x3cb7_bacc_a0db_e856)
    #expect(hash(Array("12345678".utf8)) == 0x79c7_b725_3119_331b)
    #expect(hash(Array("123456789".utf8)) == 0xe4c0_cadd_865a_cfe6)
    #expect(hash(Array(#"{"clients":14,"ts":1795251427}"#.utf8)) == 0x3d24_d638_87fb_faa7)
    #expect(hash(Array(0...255)) == 0x4efc_b857_12a8_2026)
  }

  @Test("payloads of zeros that differ only in length have different hashes")
  func lengths() {
    let hashes = Set((0...512).map { hash(Array(repeating: 0, count: $0)) })
    #expect(hashes.count == 513)
  }

  @Test("a payload's place in memory does not change its hash")
  func alignment() {
    let payload = Array("a payload of some bytes".utf8)
    let expected = hash(payload)
    for offset in 0..<16 {
      let shifted = Array(repeating: 0xFF, count: offset) + payload
      let found = unsafe shifted.withUnsafeBytes { bytes in
        unsafe PayloadHash.of(UnsafeRawBufferPointer(rebasing: bytes[offset...]))
      }
      #expect(found == expected)
    }
  }
}
