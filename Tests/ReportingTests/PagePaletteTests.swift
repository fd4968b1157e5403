// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Reporting

/// Contrasts by WCAG 2.2, relative luminance of sRGB.
@Suite struct PagePaletteTests {
  /// AA for text.
  private static let textMin = 4.5
  /// Between neighbours of a scale of grey.
  private static let stepMin = 1.5

  private static func luminance(_ colour: UInt32) -> Double {
    func linear(_ shift: UInt32) -> Double {
      let value = Double(colour >> shift & 0xFF) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear(16) + 0.7152 * linear(8) + 0.0722 * linear(0)
  }

  private static func contrast(_ left: UInt32, _ right: UInt32) -> Double {
    let (a, b) = (luminance(left), luminance(right))
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)
  }

  /// What is seen of a colour through which a share of the ground shows.
  private static func mixed(_ colour: UInt32, over ground: UInt32, opacity: Double) -> UInt32 {
    [UInt32(16), 8, 0].reduce(0) { sum, shift in
      let parts = (Double(colour >> shift & 0xFF), Double(ground >> shift & 0xFF))
      return sum | UInt32((parts.0 * opacity + parts.1 * (1 - opacity)).rounded()) << shift
    }
  }

  @Test("the measure knows black on white, and grey that is too light")
  func measure() {
    #expect(abs(Self.contrast(0x000000, 0xFFFFFF) - 21) < 1e-9)
    #expect(abs(Self.contrast(0x777777, 0xFFFFFF) - 4.478) < 1e-3)
    #expect(Self.contrast(0x777777, 0xFFFFFF) < Self.textMin)
  }

  @Test("text is readable on every ground it stands on, on light, on dark and on paper")
  func text() {
    for scheme in [PagePalette.light, PagePalette.dark, PagePalette.print] {
      for ground in [scheme.paper, scheme.band] {
        // The names of figures in a card on a phone are a little paler.
        let label = Self.mixed(scheme.ink, over: ground, opacity: 0.8)
        for ink in [scheme.ink, scheme.bad, label] {
          #expect(Self.contrast(ink, ground) >= Self.textMin, "\(scheme)")
        }
      }
      #expect(Self.contrast(scheme.bar, scheme.paper) >= 3, "a bar is no text: \(scheme)")
    }
    for day in PagePalette.days {
      #expect(Self.contrast(day.text, day.fill) >= Self.textMin, "\(day)")
    }
  }

  @Test("states and days go from light to dark, in steps that a grey copy keeps")
  func grey() {
    for fills in [PagePalette.states.map(\.fill), PagePalette.days.dropFirst().map(\.fill)] {
      for (lighter, darker) in zip(fills, fills.dropFirst()) {
        #expect(Self.luminance(lighter) > Self.luminance(darker))
        #expect(
          Self.contrast(lighter, darker) >= Self.stepMin,
          "\(PagePalette.shown(lighter)) \(PagePalette.shown(darker))")
      }
    }
    let fills = Dictionary(uniqueKeysWithValues: PagePalette.states.map { ($0.style, $0.fill) })
    #expect(Self.contrast(fills["up"] ?? 0, fills["down"] ?? 0) >= 3)
  }

  @Test("a colour is written with six digits")
  func shown() {
    #expect(PagePalette.shown(0x00_00_0F) == "#00000f" && PagePalette.shown(0xABCDEF) == "#abcdef")
  }
}
