import ArgumentParser
import Foundation
import JobGraph
import Mirroring
import Reporting
import Running
import Scheduling
import Steps
import Storage
import Transport

struct RealtimeServe: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Serves the realtime tree of the warehouse with the Realtime Database's REST and streaming interface.",
    discussion: """
      EXAMPLES
        jobs realtime serve --port 9000                    the tree, for whoever has the token, and for others as the rules say
        jobs realtime serve --port 9000 --emulator         as Google's emulator: `Bearer owner` is the admin
        jobs realtime serve --rules rules.json             with other security rules, which stay
        jobs realtime serve --origin https://desk.example  for the web pages of that place, too

      It serves beside the runs that write the tree, on this machine only, until Ctrl-C (exit 0). The admin's token lies in
      data/realtime.token, for its owner alone. docs/realtime.md tells what clients can do.
      """)

  @Option(help: "The port; 0 chooses a free one.")
  var port: UInt16 = 9000

  @Option(help: "The address of this machine to listen on. Anything but the loopback lets others in, without encryption.")
  var host = "127.0.0.1"

  @Flag(help: "Take `owner` for the admin's token, and unsigned tokens for users: for tests on one's own machine only.")
  var emulator = false

  @Option(help: "Security rules to keep from now on.", completion: .file())
  var rules: String?

  @Option(
    help: "A place whose web pages may ask, besides those of this machine; again for another one, `*` for every page.")
  var origin: [String] = []

  @Flag(help: "Print the address as one JSON document.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func validate() throws {
    guard !emulator || host == "127.0.0.1" || host == "::1" else {
      throw ValidationError("--emulator lets anyone in who can reach it, so it listens on the loopback only; leave --host out")
    }
    let place = /https?:\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?/
    for text in origin where text != "*" && text.lowercased().wholeMatch(of: place) == nil {
      throw ValidationError("--origin takes what browsers send, SCHEME://HOST or SCHEME://HOST:PORT without a path; `\(text)` is not that")
    }
  }

  func run() async throws {
    let workspace = try place.workspace()
    let given = try rules.map(newRules)
    let signals = StopSignals()
    try makeWarehouse(workspace)
    let file = try TreeFile(workspace.database)
    let tree = EmbeddedTree(file)
    let who = Process.person("jobs realtime serve")
    if let given {
      let now = RealtimeServe.now()
      try await tree.write { try $0.replaceRules(with: given.text, by: who, at: now) }
    }
    Process.raiseFileLimit()
    var settings = RealtimeServer.Settings(
      door: emulator ? .emulator : .token(try token(workspace)), rules: try await self.rules(given, tree))
    (settings.host, settings.port) = (host, port)
    settings.problem = { Output.say("problem: \(VisibleText.shown($0))") }
    settings.denied = { Output.say(VisibleText.shown($0)) }
    settings.origins = Set(origin.map { $0.lowercased() })
    warn(of: settings)
    let server = RealtimeServer(tree, settings)
    let port: UInt16
    do {
      port = try server.start()
    } catch let error as ListenError {
      throw Failure(.storage, "\(error)")
    }
    let started = TreeDeed.started(
      by: who, at: "\(host):\(port)", rules: settings.rules, note: emulator ? "as the emulator" : "with a token for the admin")
    try await tree.write { try $0.keep(started, at: RealtimeServe.now()) }
    try announce(port, workspace)
    let isReplaced = await end(signals, file)
    await server.stop()
    try file.close()
    guard !isReplaced else {
      throw Failure(.tryAgainLater, "\(workspace.shown(workspace.database)) was replaced by another file; start again to serve that one")
    }
    Output.say("stopped")
  }

  private static func now() -> Double { Double(SystemTime().now().milliseconds) }

  /// Rules that were fit for one's own machine may not be for a network.
  private func warn(of settings: RealtimeServer.Settings) {
    guard host != "127.0.0.1", host != "::1" else { return }
    let now = RealtimeServe.now()
    let mayRead = settings.rules.allowsRead(path: [], auth: .nobody, now: now, root: .null).isAllowed
    let mayWrite = settings.rules.allowsWrite(changes: [[]], auth: .nobody, now: now, root: .null, newRoot: .bool(true)).isAllowed
    guard mayRead || mayWrite else { return }
    Output.say(
      "warning: the rules let everybody \(mayRead && mayWrite ? "read and write" : mayRead ? "read" : "write") everything, and \(host) is not "
        + "the loopback: whoever reaches this machine can; set other rules with --rules")
  }

  /// Waits until it shall stop.
  /// - Returns: whether the file of the warehouse is another one now.
  private func end(_ signals: StopSignals, _ file: TreeFile) async -> Bool {
    await withTaskGroup(of: Bool?.self) { group in
      group.addTask {
        for await _ in signals.stream { return false }
        return false
      }
      group.addTask {
        while !Task.isCancelled {
          do { try await Task.sleep(for: .seconds(1)) } catch { return nil }
          if file.isReplaced { return true }
        }
        return nil
      }
      let isReplaced = await group.next() ?? nil
      group.cancelAll()
      return isReplaced ?? false
    }
  }

  /// A warehouse of today's schema, made or brought up to date when there is none.
  private func makeWarehouse(_ workspace: Workspace) throws {
    if let warehouse = try? Warehouse(reading: workspace.database) {  // what is wrong with it is said by whoever opens it for writing
      defer { try? warehouse.close() }
      if (try? TreeFile(workspace.database).close()) != nil { return }
    }
    try AtomicFile.makeFolder(workspace.data)
    let lock = try RunLock(at: workspace.lockFile, purpose: "realtime serve")
    try workspace.writing(lock: lock).close()
  }

  /// The admin's token, made when there is none.
  private func token(_ workspace: Workspace) throws -> Secret {
    let path = "\(workspace.data)/realtime.token"
    if !FileManager.default.fileExists(atPath: path) {
      let digits = Array("0123456789abcdef".utf8)
      let text = (0..<32).map { _ in UInt8.random(in: 0...255) }.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
      try AtomicFile.write(text + [10], to: path)
      Output.say("note: the admin's token was made; it lies in \(workspace.shown(path))")
    }
    switch SecretStore(folder: workspace.data).secret("realtime.token") {
    case .found(let secret, let warning):
      if let warning { Output.say("warning: \(warning)") }
      return secret
    case .missing(let reason): throw Failure(.credentials, reason)
    }
  }

  private func newRules(_ path: String) throws -> SecurityRules {
    guard let data = FileManager.default.contents(atPath: path) else { throw Failure(.storage, "\(path) cannot be read") }
    guard let text = String(data: data, encoding: .utf8) else { throw Failure(.configuration, "\(path) is not UTF-8") }
    return try read(text, of: path)
  }

  private func read(_ text: String, of place: String) throws -> SecurityRules {
    do throws(RulesMistakes) {
      return try SecurityRules(reading: text)
    } catch {
      throw Failure(.configuration, error.mistakes.map { "\(place): \($0)" }.joined(separator: "\n"))
    }
  }

  /// Those that were given, or kept, or: everything for the emulator, nothing otherwise.
  private func rules(_ given: SecurityRules?, _ tree: EmbeddedTree) async throws -> SecurityRules {
    if let given { return given }
    if let kept = try await tree.read({ try $0.rules() }) { return try read(kept, of: "the rules in the warehouse") }
    return emulator ? try read(RealtimeServe.open, of: "the emulator's rules") : .closed
  }

  private static let open = """
    {
      "rules": { ".read": true, ".write": true }
    }

    """

  private func announce(_ port: UInt16, _ workspace: Workspace) throws {
    let url = "http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    if json {
      try Output.json(Document(url: url, port: port, emulator: emulator))
    } else {
      try Output.print("\(url)/.json")
    }
    Output.say(
      emulator
        ? "Serving until Ctrl-C. FIREBASE_DATABASE_EMULATOR_HOST=\(host):\(port) leads Google's client libraries here."
        : "Serving until Ctrl-C. The admin sends the text of \(workspace.shown("\(workspace.data)/realtime.token")) as `Authorization: Bearer`."
    )
  }

  private struct Document: Encodable {
    let schema = "jobs.realtime.serve/1"
    let url: String
    let port: UInt16
    let emulator: Bool
  }
}
