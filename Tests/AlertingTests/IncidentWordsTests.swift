// SPDX-License-Identifier: Apache-2.0

import Telemetry
import Testing

@testable import Alerting

@Suite("incident words")
struct IncidentWordsTests {
  private static let noon: Milliseconds = 1_700_024_400_000

  private static func evidence(
    _ cause: Incident.Cause, _ probability: Double, stream: String = "silent",
    isFlapping: Bool = false, devices: Int = 12, active: Int = 12, judged: Int = 13,
    grownFrom: Int? = nil
  ) -> IncidentEvidence {
    IncidentEvidence(
      stream: stream, windowFrom: noon, windowTo: noon,
      choice: .init(
        kind: .feeder, code: "471", failed: judged - 1, together: judged - 1, heard: 1),
      runnersUp: [], causes: [.init(cause: cause, probability: probability)], signs: .init(),
      deviceCount: devices, activeCount: active, isFlapping: isFlapping, proposedGap: nil,
      steps: grownFrom.map { [.init(kind: .site, code: "s", deviceCount: $0, until: noon)] })
  }

  @Test("one that grew says from how many, one that is part of another says of which")
  func grown() {
    let village = IncidentSubject(
      kind: .village, name: "Thôn 5", place: Title(vi: "Xã Phú Lâm", en: "Xã Phú Lâm"),
      stream: "silent")
    let said = IncidentWords.summary(
      of: village, evidence: Self.evidence(.link, 0.8, devices: 6, active: 6, grownFrom: 1),
      since: Self.noon, resolvedAt: nil)
    #expect(
      said.vi.contains("mất liên lạc từ 15/11/2023 12:00, lan rộng từ 1 thiết bị; nhiều khả năng"))
    #expect(said.en.contains("from 15/11/2023 12:00, grown from 1 device; probably"))
    let device = IncidentSubject(
      kind: .device, name: "Loa 2", place: Title(vi: "Chợ thôn 5", en: "Chợ thôn 5"),
      stream: "silent")
    let part = IncidentWords.summary(of: device, partOf: village, since: Self.noon)
    #expect(
      part.vi
        == "Loa 2 (Chợ thôn 5): mất liên lạc từ 15/11/2023 12:00; thuộc sự cố chung: "
        + "Thôn 5 (Xã Phú Lâm). Cán bộ xã theo dõi sự cố chung.")
    let long = IncidentSubject(
      kind: .site, name: String(repeating: "Nhà văn hóa ", count: 20),
      place: Title(
        vi: String(repeating: "Xã ", count: 60), en: String(repeating: "Xã ", count: 60)),
      stream: "silent")
    check(IncidentWords.summary(of: long, partOf: long, since: Self.noon), part, "long names")
  }

  @Test("an open incident says where, how many, since when, why, and who does what")
  func open() {
    let subject = IncidentSubject(kind: .feeder, name: "471-E9.8", stream: "silent")
    let said = IncidentWords.summary(
      of: subject, evidence: Self.evidence(.power, 0.92), since: Self.noon, resolvedAt: nil)
    #expect(
      said.vi
        == "Tuyến điện 471-E9.8: 12/13 thiết bị mất liên lạc từ 15/11/2023 12:00; "
        + "rất có thể do mất điện (92%). Cán bộ xã hỏi điện lực.")
    #expect(
      said.en
        == "Feeder 471-E9.8: 12/13 devices silent from 15/11/2023 12:00; "
        + "very probably a power cut (92%). The commune asks the power company.")
    let title = IncidentWords.title(of: subject, isFlapping: false)
    #expect(title.vi == "Tuyến điện 471-E9.8: mất liên lạc")
  }

  @Test("what is partly back says how many are left, what is over says until when")
  func back() {
    let subject = IncidentSubject(kind: .commune, name: "Xã Phú Lâm", stream: "silent")
    let partly = IncidentWords.summary(
      of: subject, evidence: Self.evidence(.link, 0.8, devices: 1_234, active: 4),
      since: Self.noon, resolvedAt: nil)
    #expect(partly.vi.hasPrefix("Xã Phú Lâm: 1.234/1.234 thiết bị mất liên lạc từ "))
    #expect(partly.vi.contains("12:00, còn 4; nhiều khả năng do mất đường truyền (80%)."))
    let over = IncidentWords.summary(
      of: subject, evidence: Self.evidence(.link, 0.8, active: 0), since: Self.noon,
      resolvedAt: Self.noon + 3_600_000)
    #expect(over.vi.contains("từ 15/11/2023 12:00 đến 13:00; "))
    #expect(over.vi.hasSuffix("Đã khôi phục; xã ghi nguyên nhân."))
  }

  @Test("a cause that is not probable enough is not named")
  func unnamed() {
    let subject = IncidentSubject(
      kind: .device, name: "Loa thôn 3", place: Title(vi: "Nhà văn hóa", en: "Nhà văn hóa"),
      stream: "silent")
    let said = IncidentWords.summary(
      of: subject, evidence: Self.evidence(.power, 0.5), since: Self.noon, resolvedAt: nil)
    #expect(
      said.vi
        == "Loa thôn 3 (Nhà văn hóa): mất liên lạc từ 15/11/2023 12:00; chưa rõ nguyên nhân. "
        + "Cán bộ xã kiểm tra điện và mạng.")
  }

  /// Words that only English has, as whole words.
  private static let english: Set<String> = [
    "the", "a", "of", "and", "silent", "devices", "device", "from", "to", "since", "power",
    "link", "cut", "lost", "unknown", "gateway", "feeder", "firmware", "fleet", "network",
    "probably", "perhaps", "very", "commune", "provider", "administrator", "out", "service",
    "above", "below", "unusually", "high", "low", "flapping", "nil", "null", "optional",
  ]

  @Test("every sentence is short, whole, and of one language")
  func all() {
    let long = String(repeating: "Trung tâm Phục vụ hành chính công ", count: 8)
    let names = ["Thôn Đồng Lạc", long]
    let streams = ["silent", "reboot", "below mains"]
    var count = 0
    for kind in Incident.GroupKind.allCases {
      for cause in Incident.Cause.allCases {
        for name in names {
          for stream in streams {
            for (resolvedAt, isFlapping, active) in [
              (nil, false, 199_999), (nil, true, 3), (Self.noon + 86_400_000, false, 0),
            ] as [(Milliseconds?, Bool, Int)] {
              for probability in [0.3, 0.8, 0.999] {
                let subject = IncidentSubject(
                  kind: kind, name: name, place: Title(vi: name, en: name), stream: stream,
                  metric: Title(vi: "Cường độ sóng di động", en: "Mobile signal strength"))
                let said = IncidentWords.summary(
                  of: subject,
                  evidence: Self.evidence(
                    cause, probability, stream: stream, isFlapping: isFlapping,
                    devices: 199_999, active: active, judged: 200_000,
                    grownFrom: isFlapping ? nil : 120_000),
                  since: Self.noon, resolvedAt: resolvedAt)
                let title = IncidentWords.title(of: subject, isFlapping: isFlapping)
                check(said, title, "\(kind) \(cause) \(stream) \(name.prefix(9))")
                count += 1
              }
            }
          }
        }
      }
    }
    #expect(count == 10 * 7 * 2 * 3 * 3 * 3)
  }

  private func check(_ said: Title, _ title: Title, _ context: String) {
    for text in [said.vi, said.en, title.vi, title.en] {
      if text.count > IncidentWords.sentenceLengthMax {
        Issue.record("\(context): \(text.count) characters: \(text)")
      }
      if text.contains("\\(") || text.contains("?") || text.contains("nil") {
        Issue.record("\(context): a slot is not filled: \(text)")
      }
    }
    for text in [said.vi, title.vi] {
      let words = text.lowercased().split { !$0.isLetter }.map(String.init)
      let wrong = words.filter { Self.english.contains($0) }
      if !wrong.isEmpty { Issue.record("\(context): \(wrong) in \(text)") }
    }
  }
}
