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
    /// What may wait for readers that take it slowly, of all of them together, in bytes.
    public var outputBytes = 512 << 20
    /// How many seconds a request may be on its way, and a listener may take nothing; tests are less patient.
    public var patience = 30.0
    /// Milliseconds since 1970.
    public var now: @Sendable () -> Double = { (Date().timeIntervalSince1970 * 1000).rounded(.down) }
    /// Is told what went wrong, for whoever operates the server.
    public var problem: @Sendable (String) -> Void = { _ in }
    /// Is told which rule refused what, a line a second at most; clients are not.
    public var denied: @Sendable (String) -> Void = { _ in }
    /// Web pages of elsewhere that may ask: `https://desk.example`; `*` for all. Those of this machine may anyway.
    public var origins: Set<String> = []

    public init(door: RealtimeDoor, rules: SecurityRules) {
      (self.door, self.rules) = (door, rules)
    }
  }

  private let settings: Settings
  private let server: HTTPServer
  private let streams: RealtimeStreams
  private let desk: RequestDesk
  private let service: RealtimeService
  private let telling = Locked<Task<Void, Never>?>(nil)

  public init(_ store: any TreeStore, _ settings: Settings) {
    self.settings = settings
    var limits = HTTPServer.Limits()
    (limits.bodyBytes, limits.outputBytes) = (settings.bodyBytes, settings.outputBytes)
    (limits.headTime, limits.bodyTime, limits.stallTime) = (settings.patience / 3, settings.patience, settings.patience)
    limits.idleTime = max(limits.idleTime, settings.patience)
    let server = HTTPServer(limits: limits)
    let service = RealtimeService(
      store: store, door: settings.door, book: RulesBook(settings.rules), keys: PushKeys(), now: settings.now, problem: settings.problem,
      log: ServiceLog(denied: settings.denied))
    streams = RealtimeStreams(
      service, outlet: .init(append: { server.append($0, $1) }, finish: { server.finish($0) }), keepAlive: settings.keepAlive,
      poll: settings.poll)
    self.server = server
    self.service = service
    let pages = WebPages(isLocal: settings.host == "127.0.0.1" || settings.host == "::1", origins: settings.origins)
    desk = RequestDesk(service, server, streams, pages)
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
    await service.recordRest()
  }
}

/// Hands requests to tasks, and streams to those who tell.
private final class RequestDesk: HTTPServer.Handler {
  private let service: RealtimeService
  private let server: HTTPServer
  private let streams: RealtimeStreams
  private let pages: WebPages

  init(_ service: RealtimeService, _ server: HTTPServer, _ streams: RealtimeStreams, _ pages: WebPages) {
    (self.service, self.server, self.streams, self.pages) = (service, server, streams, pages)
  }

  func take(_ request: WireRequest, from connection: UInt64) {
    if let refusal = pages.refusal(request) { return server.answer(connection, refusal) }
    if let answer = pages.preflight(request) { return server.answer(connection, pages.shown(answer, to: request)) }
    if request["accept"]?.lowercased().contains("text/event-stream") == true {
      Task { await listen(request, connection) }
    } else {
      Task { await answer(request, connection) }
    }
  }

  func closed(_ connection: UInt64) { streams.close(connection) }

  private func answer(_ request: WireRequest, _ connection: UInt64) async {
    server.answer(connection, pages.shown(await service.answer(request), to: request))
    if request.method != "GET" { streams.wake() }
  }

  private func listen(_ request: WireRequest, _ connection: UInt64) async {
    var asked: RealtimeCall?
    do {
      let call = try service.call(request)
      asked = call
      guard call.isStream, !call.isAboutRules else { return await answer(request, connection) }
      let (rules, now) = (service.book.rules, service.now())
      try RealtimeService.checkIndex(call, rules)
      try await service.store.read { try RealtimeService.checkReading(call, rules, $0, now: now) }
      let head = HTTPAnswer(
        status: 200, headers: [("Content-Type", "text/event-stream; charset=utf-8"), ("Cache-Control", "no-cache")])
      server.beginStream(connection, head: pages.shown(head, to: request))
      streams.open(connection, call)
    } catch {
      if let call = asked, let fault = error as? RealtimeFault { service.tellWhy(fault, call) }
      server.answer(connection, pages.shown(service.answer(to: error, request), to: request))
    }
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
