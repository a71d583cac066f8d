import Foundation
import Mirroring
import Running
import Scheduling
import Transport

/// Tests/StandIns/realtime_stand_in.py, running: it shares no line with the program.
final class StandIn: @unchecked Sendable {
  let port: Int
  let keyFile: Secret
  let http = CurlHTTPClient(userAgent: "jobs-tests")
  private let process = Process()
  private let folder: String

  struct Stats: Decodable {
    let requests: Int
    let writes: Int
    let lost: Int
    let errors: Int
    let posts: Int
    let expired: Int
    let unsigned: Int
    let tokens: Int
    let outOfOrder: Int
    let mixtures: Int
    let switches: Int
    let pathsMax: Int
    let bytesMax: Int
    let paths: Int
    /// Requests for what people keep.
    let people: Int
  }

  init(_ arguments: String...) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "stand-in-\(UUID().uuidString)").path()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../StandIns/realtime_stand_in.py").standardized
      .path()
    process.executableURL = URL(filePath: "/usr/bin/python3")
    process.arguments = [script] + (arguments.contains("--owner") ? [] : ["--key-out", "\(folder)/key.json"]) + arguments
    let output = Pipe()
    process.standardOutput = output
    // Clients that go away are its daily bread, and it tells of each.
    process.standardError = FileHandle.nullDevice
    try process.run()
    var line = Data()
    while !line.contains(0x0A) {
      let more = output.fileHandleForReading.availableData
      guard !more.isEmpty else { throw Mistake(text: "the stand-in ended: \(String(decoding: line, as: UTF8.self))") }
      line += more
    }
    struct Hello: Decodable { let port: Int }
    port = try JSONDecoder().decode(Hello.self, from: line).port
    keyFile = Secret((try? String(contentsOfFile: "\(folder)/key.json", encoding: .utf8)) ?? "")  // an emulator has none
  }

  deinit {
    // Not asked: it may have been born with that signal blocked. Not waited for: that would need a run loop.
    kill(process.processIdentifier, SIGKILL)
    // Left over, it would do no harm.
    try? FileManager.default.removeItem(atPath: folder)
  }

  struct Mistake: Error { let text: String }

  func firebase(_ bounds: BatchBounds = .firebase, requestsMax: Int = 3, time: any TimeSource) throws -> FirebaseSink {
    FirebaseSink(
      FirebaseAddress("http://127.0.0.1:\(port)")!, sender: try sender(FirebaseSink.scopes, time), bounds: bounds,
      requestsMax: requestsMax)
  }

  func firestore(time: any TimeSource) throws -> FirestoreSink {
    FirestoreSink(WebAddress("http://127.0.0.1:\(port)")!, project: "stand-in", sender: try sender(FirestoreSink.scopes, time))
  }

  private func sender(_ scopes: [String], _ time: any TimeSource) throws -> PatientSender {
    let isEmulator = process.arguments!.contains("--owner")
    let authorization: MirrorAuthorization =
      isEmulator ? .owner : .account(TokenSource(try ServiceAccount(keyFile), scopes: scopes, http: http, time: SystemTime()))
    return PatientSender(http: http, time: time, authorization: authorization)
  }

  func body(_ path: String, _ method: String = "GET", _ body: String? = nil) async throws -> [UInt8] {
    var request = HTTPRequest(method: method, url: "http://127.0.0.1:\(port)\(path)", body: body.map { Array($0.utf8) })
    request.headers = [HTTPHeader("Authorization", "Bearer owner")]
    return try await http.send(request).body
  }

  func stats() async throws -> Stats {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Stats.self, from: Data(try await body("/__stats")))
  }

  /// What it refused: none is due to us.
  func refusals() async throws -> [String] {
    guard case .object(let stats)? = WireValue(json: try await body("/__stats")), case .array(let list)? = stats["refusals"] else {
      return ["?"]
    }
    return list.map(\.json)
  }

  func tree() async throws -> WireValue { WireValue(json: try await body("/__tree"))! }

  func control(_ json: String) async throws { _ = try await body("/__control", "POST", json) }
}

/// Time in which every sleep is over at once.
final class HastyTime: TimeSource, @unchecked Sendable {
  private let lock = NSLock()
  private var instant = Instant(iso8601: "2026-01-15T00:00:00Z")!

  func now() -> Instant { lock.withLock { instant } }

  func sleep(until end: Instant) async throws {
    try Task.checkCancellation()
    lock.withLock { instant = max(instant, end) }
  }
}
