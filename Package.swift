// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableUpcomingFeature("InferIsolatedConformances"),
  .treatAllWarnings(as: .error),
  .treatWarning("DeprecatedDeclaration", as: .warning),
]

/// A module of the program: every one is compiled with the same strict settings.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The tests of a module.
/// - Parameter keeps: folders beside the tests that are read where they lie, and not built.
func tests(_ name: String, _ dependencies: [Target.Dependency], keeps: [String] = []) -> Target {
  .testTarget(name: name, dependencies: dependencies, exclude: keeps, swiftSettings: strict)
}

let package = Package(
  name: "market-jobs",
  platforms: [.macOS(.v15)],
  products: [
    // What Benchmarks/, a package of its own, measures in parts.
    .library(name: "JobsCore", targets: ["Scheduling", "MarketData", "Providers", "Storage", "Transport"]),
    .library(name: "JobsAnalysis", targets: ["Analysis", "MarketData", "Scheduling"]),
    .library(name: "JobsStandIn", targets: ["Sandbox"]),
    .library(name: "CLinux", targets: ["CLinux"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
  ],
  targets: [
    // System libraries.
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CLinux"),
    .systemLibrary(name: "CXML", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
    .systemLibrary(name: "CHiredis", pkgConfig: "hiredis", providers: [.apt(["libhiredis-dev"])]),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),

    // The pure core: values in, values out.
    module("Scheduling"),
    module("JobGraph", ["Scheduling", .product(name: "HeapModule", package: "swift-collections")]),
    module("MarketData", ["Scheduling"]),
    module("Analysis", ["MarketData", "Scheduling"]),
    module("Reporting", ["JobGraph", "MarketData", "Scheduling", .product(name: "Mustache", package: "swift-mustache")]),

    module("JobFiles", ["Analysis", "JobGraph", "MarketData", "Scheduling", .product(name: "Yams", package: "Yams")]),

    // The ring around it: files, sockets, SQLite.
    module(
      "Storage",
      ["Scheduling", "JobGraph", "MarketData", "CSQLite", "CLinux", "CZlib", "CCrypto", .product(name: "GRDB", package: "GRDB.swift")]),
    module("Transport", ["Scheduling", "CCurl", "CZlib"]),
    module("Providers", ["MarketData", "Scheduling", "Transport", "CCrypto", "CSQLite", "CXML", "CZlib"]),
    module("Mirroring", ["Scheduling", "Transport", "CCrypto", "CLinux"]),
    module("Notifying", ["Scheduling", "Transport", "CCurl", "CCrypto"]),
    module("Bridging", ["Scheduling", "Transport", "CHiredis"]),
    module("Running", ["Scheduling", "JobGraph", .product(name: "HeapModule", package: "swift-collections")]),
    module(
      "Sandbox",
      [
        "MarketData", "Scheduling", "CZlib", "CCrypto", .product(name: "FlyingFox", package: "FlyingFox"),
        .product(name: "FlyingSocks", package: "FlyingFox"),
      ]),
    module(
      "Steps",
      [
        "Scheduling", "JobGraph", "MarketData", "Analysis", "Reporting", "Storage", "Transport", "Providers", "Mirroring", "Notifying",
        "Bridging", "Running", "CLinux",
      ]),
    .executableTarget(
      name: "jobs",
      dependencies: [
        "Scheduling", "JobGraph", "MarketData", "Analysis", "Reporting", "JobFiles", "Storage", "Transport", "Providers", "Mirroring",
        "Notifying", "Running", "Steps", "Sandbox", "Bridging", "CLinux",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: strict),

    tests("BridgingTests", ["Bridging", "Scheduling", "Transport"]),
    tests("AnalysisTests", ["Analysis", "MarketData", "Scheduling"], keeps: ["Fixtures"]),
    // Knows the built program only; the target is named so that it is built first.
    tests("EndToEndTests", ["jobs", "CSQLite", "CZlib"], keeps: ["Fixtures"]),
    tests("JobFilesTests", ["Analysis", "JobFiles", "JobGraph", "MarketData", "Scheduling", "Steps"], keeps: ["Fixtures"]),
    tests("JobGraphTests", ["JobGraph", "Scheduling"]),
    tests("MarketDataTests", ["MarketData", "Scheduling"], keeps: ["Fixtures"]),
    tests("MirroringTests", ["Mirroring", "Scheduling", "Transport", "CCrypto"]),
    tests("NotifyingTests", ["Notifying", "JobGraph", "Scheduling", "Transport"]),
    tests("ProvidersTests", ["Providers", "MarketData", "Scheduling", "Transport", "CZlib"], keeps: ["Fixtures"]),
    tests("ReportingTests", ["Reporting", "JobGraph", "MarketData", "Scheduling", "CXML"], keeps: ["Fixtures", "Snapshots"]),
    tests("RunningTests", ["Running", "JobGraph", "Scheduling"]),
    tests("SandboxTests", ["Sandbox", "MarketData", "Scheduling"], keeps: ["Fixtures"]),
    tests("SchedulingTests", ["Scheduling"], keeps: ["Fixtures"]),
    tests(
      "StepsTests",
      [
        "Steps", "Bridging", "CLinux", "JobGraph", "MarketData", "Mirroring", "Notifying", "Providers", "Running", "Scheduling", "Storage",
        "Transport",
      ]),
    tests("StorageTests", ["Storage", "JobGraph", "MarketData", "Scheduling", "CCrypto", .product(name: "GRDB", package: "GRDB.swift")]),
    tests("TransportTests", ["Transport", "Scheduling"]),
  ]
)
