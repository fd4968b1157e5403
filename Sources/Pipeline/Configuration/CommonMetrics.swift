// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The metrics every kind of device has. They stand first in every profile, in this order, so
/// their columns are the same for all kinds; a profile cannot redefine them.
package enum CommonMetrics {
  package static let all: [Metric] = [
    Metric(
      name: "online", path: "/online", form: .flag, title: Title(vi: "Trực tuyến", en: "Online")),
    Metric(
      name: "seq", path: "/seq", form: .counter, title: Title(vi: "Số thứ tự", en: "Sequence")),
    Metric(
      name: "up", path: "/up", form: .gauge, unit: "s", lowest: 0,
      title: Title(vi: "Thời gian từ khi khởi động", en: "Time since boot")),
    Metric(
      name: "fw", path: "/fw", form: .state,
      title: Title(vi: "Phiên bản phần mềm", en: "Firmware")),
    Metric(
      name: "cpu", path: "/cpu", form: .gauge, unit: "%", lowest: 0, highest: 100,
      title: Title(vi: "Tải bộ xử lý", en: "Processor load")),
    Metric(
      name: "mem", path: "/mem", form: .gauge, unit: "%", lowest: 0, highest: 100,
      title: Title(vi: "Bộ nhớ đã dùng", en: "Memory used")),
    Metric(
      name: "temp", path: "/temp", form: .gauge, unit: "Cel", lowest: -10, highest: 90,
      title: Title(vi: "Nhiệt độ", en: "Temperature")),
    Metric(
      name: "ipv6", path: "/ipv6", form: .flag, title: Title(vi: "Có IPv6", en: "IPv6")),
    Metric(
      name: "event_type", path: "/type", form: .state,
      title: Title(vi: "Loại sự kiện", en: "Event type")),
    Metric(
      name: "boot_reason", path: "/reason", form: .state,
      title: Title(vi: "Lý do khởi động", en: "Boot reason")),
  ]

  package static let names: Set<String> = Set(all.map(\.name))
}
