import FlyingFox
import FlyingSocks
import Foundation
import Scheduling

/// Where a running sandbox is reached.
public struct SandboxAddress: Sendable, Equatable {
  public let port: UInt16
  /// Without a slash at the end: `http://127.0.0.1:4711/binance`.
  public var binanceBaseURL: String { "http://127.0.0.1:\(port)/binance" }
  /// Without a slash at the end: `http://127.0.0.1:4711/alphavantage`.
  public var alphaVantageBaseURL: String { "http://127.0.0.1:\(port)/alphavantage" }
  /// Of the files of Binance's bulk archive.
  public var archiveBaseURL: String { "http://127.0.0.1:\(port)/binance_archive" }
  /// Of the listing of these files.
  public var listingBaseURL: String { "http://127.0.0.1:\(port)/binance_listing" }
  /// All of them by the names of providers.yaml.
  public var baseURLs: [String: String] {
    [
      "binance": binanceBaseURL, "alphavantage": alphaVantageBaseURL, "binance_archive": archiveBaseURL, "binance_listing": listingBaseURL,
      "ecb": ecbBaseURL, "sec": secBaseURL,
    ]
  }
  /// Of the euro reference rates.
  public var ecbBaseURL: String { "http://127.0.0.1:\(port)/ecb" }
  /// Of the tickers of companies.
  public var secBaseURL: String { "http://127.0.0.1:\(port)/sec" }
}

/// A loopback stand-in for Binance, Alpha Vantage, the ECB's rates and the SEC's tickers: their own wire formats, with their limits.
///
/// It answers `/api/v3/ping`, `time`, `exchangeInfo`, `klines`, `uiKlines`, `ticker/24hr`, `ticker/price`, `depth`, `trades` and `aggTrades` below
/// the base URL of Binance, the files of its bulk archive (klines of spot) and their listing below theirs, and `/query` with TIME_SERIES_DAILY, TIME_SERIES_DAILY_ADJUSTED and GLOBAL_QUOTE below that of Alpha Vantage. Times are in
/// milliseconds and bars in UTC: the header `X-MBX-TIME-UNIT` is not read, and another `timeZone` is refused.
public actor SandboxServer {
  private let configuration: SandboxConfiguration
  private var http: HTTPServer?
  private var running: Task<Void, any Error>?

  public init(configuration: SandboxConfiguration) {
    self.configuration = configuration
  }

  /// Returns when it accepts connections.
  /// - Throws: ``SandboxError``.
  public func start() async throws -> SandboxAddress {
    guard http == nil else { throw SandboxError.alreadyStarted }
    let desk = try Desk(configuration)
    let server = HTTPServer(
      config: HTTPServer.Configuration(
        address: try .inet(ip4: "127.0.0.1", port: configuration.port), timeout: 600,
        pool: PromptPool(base: HTTPServer.defaultPool()), logger: .disabled),
      handler: ClosureHTTPHandler { request in await desk.respond(to: request) })
    http = server
    let listening = Task { try await server.waitUntilListening(timeout: 10) }
    let task = Task {
      do {
        try await server.run()
      } catch {
        // A taken port is known at once.
        listening.cancel()
        throw error
      }
    }
    running = task
    do {
      try await listening.value
    } catch {
      task.cancel()
      throw SandboxError.cannotListen(port: configuration.port, reason: await SandboxServer.reason(task) ?? "\(error)")
    }
    guard case .ip4(_, let port)? = await server.listeningAddress else {
      throw SandboxError.cannotListen(port: configuration.port, reason: "it has no address")
    }
    return SandboxAddress(port: port)
  }

  /// Why a server stopped by itself.
  private static func reason(_ task: Task<Void, any Error>) async -> String? {
    guard case .failure(let error) = await task.result, !(error is CancellationError) else { return nil }
    guard case SocketError.failed(_, let number, _) = error else { return "\(error)" }
    return String(cString: strerror(number))
  }

  /// Closes all connections; returns when that is done.
  public func stop() async {
    await http?.stop(timeout: 0)
    running?.cancel()
    _ = await running?.result
    running = nil
  }

  /// Starts, when it has not been started, and serves until the task is cancelled or ``stop()`` is called.
  public func run() async throws {
    if http == nil { _ = try await start() }
    await withTaskCancellationHandler {
      _ = await running?.result
    } onCancel: {
      Task { await stop() }
    }
  }
}

/// Turns off the delay of small packets: header and body are two writes, and the second would wait for the first one's acknowledgement.
private struct PromptPool<Base: AsyncSocketPool>: AsyncSocketPool {
  let base: Base

  func prepare() async throws { try await base.prepare() }
  func run() async throws { try await base.run() }

  func suspendSocket(_ socket: Socket, untilReadyFor events: Socket.Events) async throws {
    // The accepted sockets inherit it from the listening one, which is the first to wait.
    try socket.setValue(true, for: BoolSocketOption(level: Int32(IPPROTO_TCP), name: TCP_NODELAY))
    try await base.suspendSocket(socket, untilReadyFor: events)
  }
}
