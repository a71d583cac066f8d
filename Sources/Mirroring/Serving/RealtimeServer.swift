internal import Foundation

/// Serves the embedded tree with the Realtime Database's REST and streaming interface.
public final class RealtimeServer: Sendable {
  public struct Settings: Sendable {
    public var host = "127.0.0.1"
    /// 0 chooses a free one.
    public var port: UInt16 = 0
    public var door: RealtimeDoor
    /// In force until others are set in the store.
    public var rules: SecurityRules
    /// Seconds of silence after which a listener is told that the line is alive.
    public var keepAlive = 30.0
    /// How often other processes' changes are looked for.
    public var poll: Duration = .milliseconds(25)
    /// The largest body of a request, in bytes.
    public var bodyBytes = 16 << 20
    /// How many seconds a request may be on its way, and a listener may take nothing; tests are less patient.
    public var patience = 30.0
    /// Milliseconds since 1970.
    public var now: @Sendable () -> Double = { (Date().timeIntervalSince1970 * 1000).rounded(.down) }
    /// Is told what went wrong, for whoever operates the server.
    public var problem: @Sendable (String) -> Void = { _ in }

    public init(door: RealtimeDoor, rules: SecurityRules) {
      (self.door, self.rules) = (door, rules)
    }
  }

  private let settings: Settings
  private let server: HTTPServer
  private let streams: RealtimeStreams
  private let desk: RequestDesk
  private let telling = Locked<Task<Void, Never>?>(nil)

  public init(_ store: any TreeStore, _ settings: Settings) {
    self.settings = settings
    var limits = HTTPServer.Limits()
    limits.bodyBytes = settings.bodyBytes
    (limits.headTime, limits.bodyTime, limits.stallTime) = (settings.patience / 3, settings.patience, settings.patience)
    limits.idleTime = max(limits.idleTime, settings.patience)
    let server = HTTPServer(limits: limits)
    let service = RealtimeService(
      store: store, door: settings.door, book: RulesBook(settings.rules), keys: PushKeys(), now: settings.now, problem: settings.problem)
    streams = RealtimeStreams(
      service, outlet: .init(append: { server.append($0, $1) }, finish: { server.finish($0) }), keepAlive: settings.keepAlive,
      poll: settings.poll)
    self.server = server
    desk = RequestDesk(service, server, streams, isLocal: settings.host == "127.0.0.1" || settings.host == "::1")
  }

  /// - Returns: the port that it listens on.
  /// - Throws: ``ListenError``.
  public func start() throws -> UInt16 {
    let port = try server.start(host: settings.host, port: settings.port, handler: desk)
    telling.set(Task { [streams] in await streams.run() })
    return port
  }

  /// Ends streams and closes every connection.
  public func stop() async {
    let task = telling.set(nil)
    task?.cancel()
    await task?.value
    await server.stop()
  }
}

/// Hands requests to tasks, and streams to those who tell.
private final class RequestDesk: HTTPServer.Handler {
  private let service: RealtimeService
  private let server: HTTPServer
  private let streams: RealtimeStreams
  private let isLocal: Bool

  init(_ service: RealtimeService, _ server: HTTPServer, _ streams: RealtimeStreams, isLocal: Bool) {
    (self.service, self.server, self.streams, self.isLocal) = (service, server, streams, isLocal)
  }

  func take(_ request: WireRequest, from connection: UInt64) {
    guard isExpected(request) else {
      return server.answer(connection, HTTPAnswer(error: "This server answers to names of its own machine only.", status: 403))
    }
    if request["accept"]?.lowercased().contains("text/event-stream") == true {
      Task { await listen(request, connection) }
    } else {
      Task {
        let answer = await service.answer(request)
        server.answer(connection, answer)
        if request.method != "GET" { streams.wake() }
      }
    }
  }

  func closed(_ connection: UInt64) { streams.close(connection) }

  private func listen(_ request: WireRequest, _ connection: UInt64) async {
    do {
      let call = try service.call(request)
      guard call.isStream, !call.isAboutRules else { return server.answer(connection, await service.answer(request)) }
      let (rules, now) = (service.book.rules, service.now())
      try RealtimeService.checkIndex(call, rules)
      try await service.store.read { try RealtimeService.checkReading(call, rules, $0, now: now) }
      server.beginStream(
        connection,
        head: HTTPAnswer(status: 200, headers: [("Content-Type", "text/event-stream; charset=utf-8"), ("Cache-Control", "no-cache")]))
      streams.open(connection, call)
    } catch let fault as RealtimeFault {
      server.answer(connection, HTTPAnswer(error: fault.message, status: fault.status))
    } catch {
      service.problem("\(error)")
      server.answer(connection, HTTPAnswer(error: "Internal server error.", status: 500))
    }
  }

  /// On the loopback a page of another site must not be able to speak for its reader: names that lead here by a trick are refused, and what
  /// comes from a page of elsewhere.
  private func isExpected(_ request: WireRequest) -> Bool {
    guard isLocal else { return true }
    let own = ["127.0.0.1", "localhost", "[::1]"]
    func isOwn(_ authority: Substring) -> Bool {
      let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
      return own.contains(host.lowercased()) || host.lowercased().hasSuffix(".localhost")
    }
    if let host = request["host"], !isOwn(Substring(host)) { return false }
    guard let origin = request["origin"] else { return true }
    return origin.split(separator: "/").last.map(isOwn) ?? false
  }
}

/// A value that several threads use in turn.
final class Locked<Value: Sendable>: Sendable {
  private let lock = NSLock()
  nonisolated(unsafe) private var value: Value

  init(_ value: Value) {
    self.value = value
  }

  /// - Returns: what was there before.
  @discardableResult
  func set(_ new: Value) -> Value {
    lock.withLock {
      defer { value = new }
      return value
    }
  }
}
