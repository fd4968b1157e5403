// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

/// Every target of ours: Swift 6 language mode (the default of these tools), every unsafe
/// construct marked, every warning an error. Overlapping accesses, which only a look at run time
/// can tell, stop a debug build, which is what the tests run; a release build does not look, as it
/// would thirty times a message.
let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

func test(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
  name: "nhip",
  products: [.executable(name: "nhip", targets: ["nhip"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
  ],
  targets: [
    .systemLibrary(name: "CMalloc"),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CLibical", providers: [.apt(["libical-dev"])]),
    .systemLibrary(name: "CXLSXWriter", providers: [.apt(["libxlsxwriter-dev"])]),
    .target(
      name: "CMosquitto",
      linkerSettings: [.linkedLibrary("mosquitto"), .linkedLibrary("ssl")]),
    .target(name: "CSimdJSON", linkerSettings: [.linkedLibrary("simdjson")]),

    .target(name: "Telemetry", swiftSettings: strict),
    .target(
      name: "Ingest", dependencies: ["Telemetry", "CMosquitto", "CSimdJSON"],
      swiftSettings: strict),
    .target(name: "Analysis", dependencies: ["Telemetry"], swiftSettings: strict),
    .target(
      name: "Storage",
      dependencies: ["Telemetry", "CZlib", .product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: strict),
    .target(
      name: "Reporting",
      dependencies: [
        "Telemetry", "Analysis", "Storage", "CXLSXWriter",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Mustache", package: "swift-mustache"),
      ],
      swiftSettings: strict),
    .target(
      name: "Alerting", dependencies: ["Telemetry", "Storage", "CMosquitto"],
      swiftSettings: strict),
    .target(
      name: "FleetSimulator", dependencies: ["Telemetry", "CMosquitto"], swiftSettings: strict),
    .target(
      name: "Pipeline",
      dependencies: [
        "Telemetry", "Ingest", "Analysis", "Storage", "Reporting", "Alerting", "FleetSimulator",
        "CMalloc", "CLibical", "Yams",
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "nhip",
      dependencies: [
        "Pipeline", "FleetSimulator", "Reporting", "Alerting", "Storage", "Telemetry",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: strict),

    // Our side of Benchmarks/ring, which needs the package's access; nobody installs it.
    .executableTarget(
      name: "RingBenchmark", dependencies: ["Telemetry"], path: "Benchmarks/ring/ours",
      swiftSettings: strict),
    .executableTarget(
      name: "BytesBenchmark", dependencies: ["Storage", "Telemetry"],
      path: "Benchmarks/bytes-per-reading", exclude: ["run", "peers.py"],
      swiftSettings: strict),

    .executableTarget(
      name: "ReportBenchmark", dependencies: ["Storage", "Telemetry"],
      path: "Benchmarks/report", exclude: ["run", "peer.py"], swiftSettings: strict),

    .executableTarget(
      name: "AnomalyBenchmark", dependencies: ["Analysis", "Telemetry"],
      path: "Benchmarks/anomaly/ours", swiftSettings: strict),

    // Groups and causes of incidents against true ones; fits the tables of causes.
    .executableTarget(
      name: "CauseBenchmark", dependencies: ["Analysis", "FleetSimulator", "Telemetry"],
      path: "Benchmarks/anomaly/causes", exclude: ["run"], swiftSettings: strict),

    // What several test targets share; no target under Sources may depend on it.
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
    test("TelemetryTests", ["Telemetry", "TestSupport"]),
    test("IngestTests", ["Ingest", "Telemetry", "TestSupport"]),
    test("AnalysisTests", ["Analysis", "Telemetry", "TestSupport"]),
    test("StorageTests", ["Storage", "Telemetry", "TestSupport"]),
    test("AlertingTests", ["Alerting", "Storage", "Telemetry"]),
    test("ReportingTests", ["Reporting", "Analysis", "Storage", "Telemetry", "TestSupport"]),
    test(
      "PipelineTests",
      [
        "Pipeline", "Storage", "Reporting", "Alerting", "Analysis", "Ingest", "FleetSimulator",
        "Telemetry", "TestSupport",
      ]),
    test("FleetSimulatorTests", ["FleetSimulator", "Telemetry"]),
    test("EndToEndTests", ["nhip", "FleetSimulator", "Telemetry"]),
    test("TidyTests", []),

    // A machine that crashes at any write: only the simulation registers it with SQLite.
    .target(
      name: "CFaultyFileSystem", path: "Tests/Simulation/CFaultyFileSystem",
      linkerSettings: [.linkedLibrary("sqlite3")]),
    test(
      "SimulationTests",
      [
        "CFaultyFileSystem", "Pipeline", "Storage", "Reporting", "Alerting", "Ingest", "Telemetry",
        "TestSupport",
      ]),

    // What must hold for any bytes: checked by the fuzzer below and, over its corpus, by a test.
    .target(
      name: "FuzzProperties",
      dependencies: ["Telemetry", "Ingest", "Storage", "Reporting", "Pipeline", "CZlib"],
      path: "Tests/Fuzz/Properties", swiftSettings: strict),
    test("FuzzTests", ["FuzzProperties", "Pipeline", "Storage", "Telemetry", "TestSupport"]),
  ],
  cxxLanguageStandard: .cxx17
)

// The fuzzer needs libFuzzer's runtime and instrumentation, so only `scripts/fuzz` builds it.
if Context.environment["NHIP_FUZZ"] == "1" {
  package.targets += [
    .systemLibrary(name: "CLibFuzzer", path: "Tests/Fuzz/CLibFuzzer"),
    .executableTarget(
      name: "nhip-fuzz", dependencies: ["FuzzProperties", "CLibFuzzer"],
      path: "Tests/Fuzz/Driver", swiftSettings: strict),
  ]
}
