// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import Analysis

@Suite("robust lines and logarithms")
struct TheilSenTests {
  @Test("a fifth of wrong points does not move the line", arguments: 0..<50 as Range<UInt64>)
  func robust(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var points = (0..<16).map { (x: Double($0), y: 3 - 0.5 * Double($0)) }
    for _ in 0..<3 {
      points[Int.random(in: 0..<16, using: &random)].y = .random(in: -1e6...1e6, using: &random)
    }
    let line = try #require(TheilSen(points))
    #expect(abs(line.slope + 0.5) < 1e-9, "seed \(seed)")
    #expect(abs(line.intercept - 3) < 1e-9, "seed \(seed)")
  }

  @Test("the interval holds the true slope in about 95 of 100 cases")
  func coverage() throws {
    var random = SeededGenerator(seed: 7)
    var held = 0
    for _ in 0..<1_000 {
      let points = (0..<12).map { x in
        let noise = (0..<6).reduce(0.0) { sum, _ in sum + .random(in: -1...1, using: &random) }
        return (x: Double(x), y: 0.3 * Double(x) + noise)
      }
      let line = try #require(TheilSen(points))
      if line.lowest <= 0.3, line.highest >= 0.3 { held += 1 }
    }
    print("seed 7: \(held) of 1000 intervals hold the slope")
    #expect((930...985).contains(held))
  }

  @Test("as sorting all slopes by hand says", arguments: 0..<50 as Range<UInt64>)
  func oracle(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let count = Int.random(in: 3...16, using: &random)
    let points = (0..<count).map {
      (x: Double($0 * 2), y: Double.random(in: 0...9, using: &random))
    }
    var slopes: [Double] = []
    for a in 0..<count {
      for b in 0..<a { slopes.append((points[a].y - points[b].y) / (points[a].x - points[b].x)) }
    }
    slopes.sort()
    let middle = (slopes[(slopes.count - 1) / 2] + slopes[slopes.count / 2]) / 2
    let n = Double(count)
    let c = 1.96 * sqrt(n * (n - 1) * (2 * n + 5) / 18)
    let line = try #require(TheilSen(points))
    #expect(abs(line.slope - middle) < 1e-12)
    #expect(line.lowest == slopes[max(0, Int(floor((Double(slopes.count) - c) / 2)))])
    #expect(
      line.highest
        == slopes[min(slopes.count - 1, Int(ceil((Double(slopes.count) + c) / 2)))])
  }

  @Test("too few points or infinite ones are no line")
  func none() {
    #expect(TheilSen([(0, 1), (1, 2)]) == nil)
    #expect(TheilSen([(0, 1), (1, .infinity), (2, 3)]) == nil)
  }

  @Test("the logarithm agrees with the library's", arguments: [0.0, 1, -1, 2, 1e-300, 1e300])
  func logarithm(value: Double) {
    var random = SeededGenerator(seed: 3)
    for _ in 0..<200 {
      let value = value * Double.random(in: 0.01...100, using: &random)
      guard value.isFinite else { continue }
      let expected = (value < 0 ? -1 : 1) * log(1 + abs(value))
      let found = Logarithm.symmetric(value)
      #expect(abs(found - expected) <= 1e-12 * max(1, abs(expected)))
    }
  }

  @Test("the logarithm of an infinite value is finite")
  func infinite() {
    #expect(Logarithm.symmetric(.infinity).isFinite)
    #expect(Logarithm.symmetric(-.greatestFiniteMagnitude).isFinite)
  }
}
