// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension EndToEnd {
  @Suite("commands reach the nhip that runs")
  struct ControlTests {
    let broker: BrokerFixture
    let nhip: NhipProcess
    static let newTopic = "nhip/v1/04321/wifi-ap/ap-moi-1/telemetry"

    init() throws {
      broker = try BrokerFixture()
      nhip = try NhipProcess(broker: broker.port)
      try nhip.start()
      try broker.waitForSubscriptions()
    }

    private var socketPath: String { nhip.folder.path("nhip.sqlite.sock") }

    /// The same place for every command: `--store nhip.sqlite`, by "an".
    private func devices(_ arguments: String...) throws -> ChildProcess.Outcome {
      try ChildProcess.run(
        NhipProcess.executable,
        ["devices"] + arguments + ["--store", "nhip.sqlite", "--by", "an"], in: nhip.folder)
    }

    private func history(_ device: String) throws -> String {
      try nhip.command("devices", "history", device, "--store", "nhip.sqlite").output
    }

    private func list() throws -> [Substring] {
      try nhip.command("devices", "list", "--store", "nhip.sqlite").output.split(separator: "\n")
    }

    @Test("a device is adopted while it talks, and each of its messages is a reading, once")
    func adopt() throws {
      try broker.publish(Self.newTopic, #"{"seq":0}"#)
      try EndToEnd.wait(for: "the new device in the inbox") {
        try list().contains { $0.hasPrefix("inbox\t04321/wifi-ap/ap-moi-1") }
      }
      let count = 1_500
      try nhip.folder.write(
        "lines", (1...count).map { "{\"seq\":\($0)}" }.joined(separator: "\n") + "\n")
      let talking = try ChildProcess(
        "/bin/sh",
        [
          "-c",
          "/usr/bin/mosquitto_pub -h 127.0.0.1 -p \(broker.port) -q 1 -l <lines"
            + " -t \(Self.newTopic)",
        ], name: "talking", in: nhip.folder)
      let adopted = try devices("adopt", "04321/wifi-ap/ap-moi-1", "--site", "nvh01")
      #expect(adopted.code == 0, "\(adopted.error)")
      #expect(adopted.output.hasPrefix("registered as number "), "\(adopted.output)")
      #expect(try talking.outcome().code == 0)
      try broker.publish(Self.newTopic, #"{"seq":999999}"#)
      try nhip.waitForReading("\"seq\":999999")
      let again = try devices("adopt", "04321/wifi-ap/ap-moi-1", "--site", "nvh01")
      #expect(again.code == 65)
      #expect(again.error.contains("is registered already"), "\(again.error)")
      #expect(try nhip.terminate().code == 0)
      let lines = try nhip.export()
      #expect(lines.count == count + 2)
      let numbers = lines.compactMap { $0.firstMatch(of: /"seq":([0-9]+)/)?.1 }
      #expect(Set(numbers).count == count + 2)
      #expect(try !list().contains { $0.hasPrefix("inbox") })
      #expect(!FileManager.default.fileExists(atPath: socketPath))
    }

    @Test("a move and a retirement stand after a restart; a line that changes is taken then")
    func stand() throws {
      let moved = try devices("move", "ap-ubnd-1", "--site", "hcc", "--note", "sửa mái")
      #expect(moved.output == "ap-ubnd-1 moved from ubnd to hcc; its topics stay\n")
      let retired = try devices("retire", "ap-cho-1")
      #expect(retired.code == 0, "\(retired.error)")
      #expect(retired.output.hasPrefix("ap-cho-1 retired on "))
      let refused = try devices("move", "ap-cho-1", "--site", "hcc")
      #expect(refused.code == 65)
      #expect(refused.error.contains("device 'ap-cho-1' was retired on"), "\(refused.error)")
      #expect(refused.output.isEmpty)

      #expect(try nhip.terminate().code == 0)
      let offline = try devices("move", "ap-cho-1", "--site", "hcc")
      #expect((offline.code, offline.error) == (refused.code, refused.error))
      try nhip.start()
      try EndToEnd.wait(for: "the socket") { FileManager.default.fileExists(atPath: socketPath) }
      #expect(try list().contains { $0.contains("/ap-ubnd-1\thcc\t") })
      #expect(try list().contains { $0.contains("/ap-cho-1\t") && $0.hasSuffix("\tretired") })
      #expect(nhip.log.contains("70 devices, 0 changes"))

      #expect(try nhip.terminate().code == 0)
      let files = nhip.folder.text("registry/devices.csv")
      try nhip.folder.write(
        "registry/devices.csv",
        files.replacingOccurrences(of: "Wi-Fi UBND,ubnd", with: "Wi-Fi UBND,tyt"))
      try nhip.start()
      try EndToEnd.wait(for: "the socket") { FileManager.default.fileExists(atPath: socketPath) }
      #expect(try list().contains { $0.contains("/ap-ubnd-1\ttyt\t") })
      #expect(try list().contains { $0.contains("/ap-cho-1\t") && $0.hasSuffix("\tretired") })
      let history = try history("ap-ubnd-1")
      #expect(history.contains("\tan\tchanged\tsửa mái\n  site: ubnd → hcc\n"), "\(history)")
      #expect(history.contains("\tpipeline\tchanged\n  site: hcc → tyt\n"), "\(history)")
    }

    @Test("new hardware takes a place over while nhip runs, and its next message is a reading")
    func replace() throws {
      let replaced = try devices("replace", "ap-thon03-1", "--with", "ap-moi-1")
      #expect(replaced.code == 0, "\(replaced.error)")
      #expect(replaced.output.contains("now reporting through it: loa-thon03-3"))
      try broker.publish(Self.newTopic, #"{"seq":1}"#)
      try nhip.waitForReading("\"seq\":1")
      try broker.publish("nhip/v1/04321/wifi-ap/ap-thon03-1/telemetry", #"{"seq":2}"#)
      try EndToEnd.wait(for: "the old device in the inbox") {
        try list().contains { $0.hasPrefix("inbox\t04321/wifi-ap/ap-thon03-1") }
      }
    }

    @Test("the registry is imported while nhip runs, from a folder of the caller's")
    func registryImport() throws {
      let files = nhip.folder.text("registry/devices.csv")
      try nhip.folder.write(
        "registry/devices.csv", files + "ap-moi-1,wifi-ap,Wi-Fi mới,hcc,,,,,,,\n")
      let dry = try nhip.command(
        "registry", "import", "registry", "--store", "nhip.sqlite", "--dry-run")
      #expect(dry.output.hasSuffix("\n1 changes, none taken (--dry-run)\n"), "\(dry.output)")
      let taken = try nhip.command("registry", "import", "registry", "--store", "nhip.sqlite")
      #expect(taken.code == 0, "\(taken.error)")
      #expect(taken.output.hasPrefix("new\tdevice\tap-moi-1\t"), "\(taken.output)")
      try broker.publish(Self.newTopic, #"{"seq":1}"#)
      try nhip.waitForReading("\"seq\":1")
      try nhip.folder.write("registry/devices.csv", files + "ap-moi-2,tv,?,hcc,,,,,,,\n")
      let bad = try nhip.command("registry", "import", "registry", "--store", "nhip.sqlite")
      #expect(bad.code == 78)
      #expect(bad.error.contains("registry/devices.csv:72:"), "\(bad.error)")
    }

    @Test("verdicts on anomalies are taken while nhip runs, and refused in one sentence")
    func verdicts() throws {
      func dismiss() throws -> (code: Int32, error: String) {
        let result = try nhip.command(
          "anomalies", "dismiss", "ffff", "--by", "lan", "--store", "nhip.sqlite")
        return (result.code, result.error)
      }
      let running = try dismiss()
      #expect(running.code == 65)
      #expect(running.error.contains("there is no anomaly 'ffff'; see `nhip anomalies list`"))
      let none = try nhip.command("anomalies", "list", "--store", "nhip.sqlite")
      #expect((none.code, none.output) == (0, "Không có bất thường nào.\n"))
      let explained = try nhip.command(
        "explain", "--anomaly", "ffff", "--store", "nhip.sqlite", "--devices-dir", "devices")
      #expect(explained.code == 64 && explained.error.contains("there is no anomaly 'ffff'"))
      #expect(try nhip.terminate().code == 0)
      #expect(try dismiss() == running)
    }

    @Test("garbage on the socket changes nothing, and messages go on arriving")
    func garbage() throws {
      let before = try list()
      for text in ["", "hello\n", "{\"command\":{\"fly\":{}}}\n", "\u{0}\u{1}\n"] {
        let answer = try say(text)
        #expect(answer.contains("\"status\":\"refused\""), "\(answer)")
      }
      let flood = try say(String(repeating: "x", count: 200_000))
      #expect(flood.isEmpty || flood.contains("at most 65536 bytes"), "\(flood)")
      // A client that says nothing holds up the next client only, for a while.
      let silent = try connect()
      defer { close(silent) }
      try broker.publish(DeliveryTests.topic, #"{"seq":4711}"#)
      try nhip.waitForReading("\"seq\":4711")
      let moved = try devices("move", "ap-ubnd-1", "--site", "hcc")
      #expect(moved.code == 0, "\(moved.error)")
      #expect(try list().count == before.count)
      #expect(try nhip.terminate().code == 0)
    }

    @Test("the socket of a killed nhip does not stop the next one, nor take commands")
    func killed() throws {
      try EndToEnd.wait(for: "the socket") { FileManager.default.fileExists(atPath: socketPath) }
      nhip.kill()
      #expect(FileManager.default.fileExists(atPath: socketPath))
      let alone = try devices("move", "ap-ubnd-1", "--site", "hcc")
      #expect(alone.code == 0, "\(alone.error)")
      try nhip.start()
      try EndToEnd.wait(for: "the next nhip") {
        nhip.log.contains("session live: connected, the broker kept session")
      }
      let through = try devices("move", "ap-ubnd-1", "--site", "tyt")
      #expect(through.code == 0, "\(through.error)")
      #expect(try list().contains { $0.contains("/ap-ubnd-1\ttyt\t") })
      let mode = try FileManager.default.attributesOfItem(atPath: socketPath)[.posixPermissions]
      #expect(mode as? Int == 0o600)
      #expect(try nhip.terminate().code == 0)
    }

    private func connect() throws -> Int32 {
      let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      let path = socketPath
      unsafe withUnsafeMutableBytes(of: &address.sun_path) {
        unsafe $0.copyBytes(from: path.utf8)
      }
      let code = unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          unsafe Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
      guard code == 0 else { throw EndToEnd.Impatience(description: "nobody at \(path)") }
      return descriptor
    }

    /// Says it, ends, and returns what is answered; empty where the connection broke.
    private func say(_ text: String) throws -> String {
      let descriptor = try connect()
      defer { close(descriptor) }
      let bytes = Array(text.utf8)
      _ = unsafe send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
      shutdown(descriptor, Int32(SHUT_WR))
      var answer: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 4_096)
      while true {
        let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return String(decoding: answer, as: UTF8.self) }
        answer += buffer[..<count]
      }
    }
  }
}
