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
func tests(_ name: String, _ dependencies: [Target.Dependency] = [], fixtures: Bool = false) -> Target {
  .testTarget(
    name: name, dependencies: dependencies,
    exclude: [], resources: fixtures ? [.copy("Fixtures")] : [], swiftSettings: strict)
}

let package = Package(
  name: "market-jobs",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: [
    // System libraries.
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CSystem"),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),

    // The pure core: values in, values out.
    module("Scheduling"),
    module("JobGraph", ["Scheduling", .product(name: "HeapModule", package: "swift-collections")]),
    module("MarketData", ["Scheduling"]),

    // The ring around it: files, sockets, SQLite.
    module(
      "Storage",
      ["Scheduling", "JobGraph", "MarketData", "CSQLite", "CSystem", "CZlib", "CCrypto", .product(name: "GRDB", package: "GRDB.swift")]),
    module("Transport", ["Scheduling", "CCurl", "CZlib"]),
    module("Mirroring"),
    module("Running", ["Scheduling", "JobGraph"]),

    tests("JobGraphTests", ["JobGraph", "Scheduling"]),
    tests("MarketDataTests", ["MarketData", "Scheduling"]),
    tests("MirroringTests", ["Mirroring"]),
    tests("RunningTests", ["Running", "JobGraph", "Scheduling"]),
    tests("StorageTests", ["Storage", "JobGraph", "MarketData", "Scheduling"]),
  ]
)
