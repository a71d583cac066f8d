import Foundation
import JobFiles
import JobGraph
import Mirroring
import Running
import Scheduling
import Steps
import Storage
import Transport

/// The realtime database that Jobs/config/realtime.yaml names: which one is real is known here and nowhere else.
struct MirrorDesk {
  let workspace: Workspace
  let configuration: Configuration

  /// Of the files as they are.
  /// - Throws: ``Diagnostics`` when there are mistakes in them.
  static func opened(_ workspace: Workspace) throws -> MirrorDesk {
    let (configuration, diagnostics) = try workspace.configuration()
    guard !diagnostics.hasErrors else { throw Diagnostics(list: diagnostics) }
    return MirrorDesk(workspace: workspace, configuration: configuration)
  }

  /// Connects the warehouse with the database elsewhere for as long as `body` runs.
  func mirroring<Result>(
    _ remote: RealtimeConfiguration.Remote, _ warehouse: Warehouse, _ body: (RemoteMirror) async throws -> Result
  ) async throws -> Result {
    let http = CurlHTTPClient(userAgent: "jobs/\(Version.text)")
    defer { http.shutdown() }
    return try await body(RemoteMirror(warehouse, to: try sink(remote, http: http), places: try places(), time: SystemTime()))
  }

  private var secrets: SecretStore { SecretStore(folder: workspace.secrets) }

  /// The database elsewhere that is told; nil: the embedded one is.
  ///
  /// Made-up data stays here: the sandbox tells nobody but a database on this computer.
  var remote: RealtimeConfiguration.Remote? {
    guard let remote = configuration.realtime?.remote else { return nil }
    return workspace.isSandbox && !isLoopback(remote) ? nil : remote
  }

  /// Where it is, as people read it.
  /// - Throws: ``Mirroring/MirrorFailure``.
  func place() throws -> String {
    guard let remote else { return "embedded" }
    // Nothing is sent: the address alone tells it.
    return try sink(remote, authorization: .owner, http: NoHTTP()).place
  }

  /// - Throws: ``Mirroring/MirrorFailure`` when the key is missing or cannot be used.
  func sink(_ remote: RealtimeConfiguration.Remote, http: any HTTPClient) throws -> any RemoteSink {
    try sink(remote, authorization: authorization(remote, http), http: http)
  }

  private func sink(
    _ remote: RealtimeConfiguration.Remote, authorization: MirrorAuthorization, http: any HTTPClient
  ) throws -> any RemoteSink {
    let sender = PatientSender(http: http, time: SystemTime(), authorization: authorization)
    switch remote.kind {
    case .firebase:
      guard let address = remote.address.flatMap({ FirebaseAddress($0) }) else { throw unusable("database") }
      guard let host = emulator(of: remote) else { return FirebaseSink(address, sender: sender) }
      guard let emulated = address.emulated(at: host) else { throw badEmulator(host) }
      return FirebaseSink(emulated, sender: sender)
    case .firestore:
      guard let project = remote.project else { throw unusable("project") }
      let text = emulator(of: remote).map { "http://\($0)" } ?? remote.address ?? FirestoreSink.address
      guard let address = WebAddress(text), address.isSafe else { throw badEmulator(text) }
      return FirestoreSink(address, project: project, sender: sender)
    }
  }

  private func authorization(_ remote: RealtimeConfiguration.Remote, _ http: any HTTPClient) throws -> MirrorAuthorization {
    guard let name = remote.secret, emulator(of: remote) == nil else { return .owner }
    switch secrets.secret(name) {
    case .missing(let sentence): throw MirrorFailure(.credentials, "the realtime database was told nothing: \(sentence)")
    case .found(let secret, let warning):
      if let warning { Output.say("warning: \(warning)") }
      let scopes = remote.kind == .firebase ? FirebaseSink.scopes : FirestoreSink.scopes
      return .account(TokenSource(try ServiceAccount(secret), scopes: scopes, http: http, time: SystemTime()))
    }
  }

  /// What is missing before anything can be told; nil when nothing is.
  var lack: String? {
    guard let remote = configuration.realtime?.remote, let name = remote.secret, emulator(of: remote) == nil else { return nil }
    switch secrets.secret(name) {
    case .missing(let sentence): return sentence
    case .found(let secret, _):
      do {
        _ = try ServiceAccount(secret)
        return nil
      } catch { return error.message }
    }
  }

  /// ``lack``, with its place in the file.
  var lackDiagnostic: Diagnostic? {
    guard let lack, let name = configuration.realtime?.remote?.secret else { return nil }
    let file = "Jobs/config/realtime.yaml"
    let text = FileManager.default.contents(atPath: "\(workspace.root)/\(file)").map { String(decoding: $0, as: UTF8.self) } ?? ""
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    // The key that asks for it: `secret`, or `sink` where its usual name is meant.
    let index = ["secret:", "sink:"].lazy.compactMap { key in lines.firstIndex { $0.hasPrefix(key) } }.first ?? 0
    let line = String(lines[index].prefix(200))
    let place = Diagnostic.Place(
      file: file, line: index + 1, column: 1, length: max(1, line.prefix { $0 != ":" }.count), excerpt: line)
    return Diagnostic(
      .missingSecret, at: place, "the secret `\(name)` cannot be used", label: "needed for this",
      notes: [lack, "the night itself runs without it"])
  }

  /// What is told.
  func places() throws -> MirroredPlaces { try PushRealtime.places(configuration.value(of: "realtime")) }

  /// `host:port` of an emulator, as Google's own programs are told of it.
  private func emulator(of remote: RealtimeConfiguration.Remote) -> String? {
    let name = remote.kind == .firebase ? "FIREBASE_DATABASE_EMULATOR_HOST" : "FIRESTORE_EMULATOR_HOST"
    return ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  private func isLoopback(_ remote: RealtimeConfiguration.Remote) -> Bool {
    emulator(of: remote) != nil || remote.address.flatMap { WebAddress($0) }?.isLoopback == true
  }

  private func unusable(_ key: String) -> MirrorFailure {
    MirrorFailure(.permanent, "Jobs/config/realtime.yaml has no `\(key)` that can be used; `jobs check` shows it")
  }

  private func badEmulator(_ host: String) -> MirrorFailure {
    MirrorFailure(
      .permanent, "the emulator's address `\(host.prefix(80))` cannot be used; it is HOST:PORT of this computer, such as 127.0.0.1:9000")
  }
}

/// Sends nothing.
private struct NoHTTP: HTTPClient {
  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse { throw .cancelled }
}
