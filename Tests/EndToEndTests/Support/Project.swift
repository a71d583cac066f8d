import Foundation

/// A project of its own in a temporary folder: the checkout's jobs and configuration, with a small watchlist, and with addresses of
/// providers behind which nobody listens, so that no test can reach a real one.
struct Project: Sendable {
  /// Where the project lies.
  let root: String
  private let scratch: String

  /// Makes a project, hands it to `body`, and deletes it. Few exist at a time: each runs a program that has deadlines.
  static func with<Result: Sendable>(
    crypto: [String] = ["BTCUSDT"], equities: [String] = ["AAPL"], _ body: (Project) async throws -> Result
  ) async throws -> Result {
    await Turnstile.shared.enter()
    let folder = FileManager.default.temporaryDirectory.appending(path: "jobs-e2e-\(UUID().uuidString)").path()
    do {
      let result = try await body(try Project("\(folder)/project", scratch: folder, crypto: crypto, equities: equities))
      try FileManager.default.removeItem(atPath: folder)
      await Turnstile.shared.leave()
      return result
    } catch {
      // The first error is the one to tell.
      try? FileManager.default.removeItem(atPath: folder)
      await Turnstile.shared.leave()
      throw error
    }
  }

  private init(_ root: String, scratch: String, crypto: [String], equities: [String]) throws {
    (self.root, self.scratch) = (root, scratch)
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    let checkout = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized.path()
    for name in ["Jobs", "crontab"] { try FileManager.default.copyItem(atPath: "\(checkout)/\(name)", toPath: "\(root)/\(name)") }
    try write("crypto: [\(crypto.joined(separator: ", "))]\nequities: [\(equities.joined(separator: ", "))]\n", to: watchlist)
    try replace(/https:\/\/[a-z0-9.-]+/, with: "http://127.0.0.1:9", in: "Jobs/config/providers.yaml")
  }

  private init(root: String, scratch: String) { (self.root, self.scratch) = (root, scratch) }

  var watchlist: String { "Jobs/config/watchlist.yaml" }
  var sandboxDatabase: String { "data/sandbox/jobs.sqlite" }

  /// A copy beside this one; it is deleted with it.
  func copy() throws -> Project {
    let other = Project(root: "\(scratch)/\(UUID().uuidString)", scratch: scratch)
    try FileManager.default.copyItem(atPath: root, toPath: other.root)
    return other
  }

  /// Runs the program to its end.
  func jobs(_ arguments: String..., environment: [String: String] = [:], shell: String? = nil) async throws -> Program.Ended {
    try await start(arguments, environment: environment, shell: shell).end()
  }

  func start(_ arguments: [String], environment: [String: String] = [:], shell: String? = nil) throws -> Program.Running {
    var clean = ["PATH": "/usr/bin:/bin", "HOME": scratch, "SWIFT_BACKTRACE": "enable=no"]
    // Under `make coverage` the program tells what it reached, beside what the tests did; each process in a file of its own.
    if let own = ProcessInfo.processInfo.environment["LLVM_PROFILE_FILE"] {
      let beside = URL(filePath: own).deletingLastPathComponent().appending(path: "jobs-%p.profraw")
      clean["LLVM_PROFILE_FILE"] = beside.path(percentEncoded: false)
    }
    return try Program.start(arguments, in: root, environment: clean.merging(environment) { $1 }, shell: shell, scratch: scratch)
  }

  func text(_ path: String) throws -> String { try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8) }

  func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(filePath: "\(root)/\(path)"))
  }

  func replace(_ pattern: some RegexComponent, with text: String, in path: String) throws {
    let before = try self.text(path)
    let after = before.replacing(pattern, with: text)
    guard before != after else { throw Mistake("\(path) holds nothing to replace") }
    try write(after, to: path)
  }

  /// Writes a job of its own.
  func job(_ name: String, _ steps: String) throws { try write("job: \(name)\ndescription: A test.\n\(steps)\n", to: "Jobs/\(name).yaml") }
}

/// A test that has no ground to stand on.
struct Mistake: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Lets two projects at a time through: with more, runs would wait for the processor until their deadlines pass.
private actor Turnstile {
  static let shared = Turnstile()
  private var free = 2
  private var waiting: [CheckedContinuation<Void, Never>] = []

  func enter() async {
    if free > 0 { free -= 1 } else { await withCheckedContinuation { waiting.append($0) } }
  }

  func leave() {
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }
}
