// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

/// A plain C program: what the same work costs without Swift, GRDB and us.
func baseline(_ name: String) -> Target {
  .executableTarget(name: name, linkerSettings: [.linkedLibrary("sqlite3")])
}

func measured(_ name: String, _ modules: [String] = []) -> Target {
  .executableTarget(
    name: name, dependencies: modules.map { .product(name: $0, package: "market-jobs") }, swiftSettings: strict)
}

let package = Package(
  name: "benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "market-jobs", path: "..")],
  targets: [
    // `meter` runs a program and tells its time and memory; `bench` does it often, in turns with a baseline.
    .executableTarget(name: "meter"),
    .executableTarget(name: "bench", swiftSettings: strict),

    .executableTarget(
      name: "analyses",
      dependencies: [.product(name: "JobsAnalysis", package: "market-jobs"), .product(name: "CLinux", package: "market-jobs")], exclude: ["peers.py"],
      swiftSettings: strict),
    measured("candles", ["JobsCore"]),
    baseline("candles-in-c"),
    measured("cron", ["JobsCore"]),
    measured("empty"),
    baseline("commits-in-c"),
    baseline("sql-in-c"),

    // `flood` publishes what trading bots would; bridge.py has `jobs bridge` hear it.
    .executableTarget(name: "flood"),

    // `limits` has two processes ask a strict stand-in as fast as their shared limits let them.
    measured("limits", ["JobsCore", "JobsStandIn"]),

    // `torture` strikes runs and compares what is left; `inject` strikes one run at one system call.
    .executableTarget(name: "inject"),
    .systemLibrary(name: "CSQLiteFile", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .executableTarget(name: "torture", dependencies: ["CSQLiteFile"], swiftSettings: strict),
  ]
)
