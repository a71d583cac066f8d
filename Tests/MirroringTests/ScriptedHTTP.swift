import Foundation
import Scheduling
import Transport

/// Answers by a script, and keeps what it was asked.
final class ScriptedHTTP: HTTPClient, @unchecked Sendable {
  private let lock = NSLock()
  private var script: [@Sendable (HTTPRequest) -> Result<HTTPResponse, TransportError>]
  private var requests: [HTTPRequest] = []

  /// The last answer is given again and again.
  init(_ script: [@Sendable (HTTPRequest) -> Result<HTTPResponse, TransportError>]) { self.script = script }

  convenience init(_ answers: [(status: Int, body: String)]) {
    self.init(answers.map { answer in { _ in .success(HTTPResponse(status: answer.status, body: Array(answer.body.utf8))) } })
  }

  var asked: [HTTPRequest] { lock.withLock { requests } }

  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    let answer = lock.withLock {
      requests.append(request)
      return script.count > 1 ? script.removeFirst() : script[0]
    }
    return try answer(request).get()
  }
}

/// Time in which every sleep is over at once, and remembered.
final class HastyTime: TimeSource, @unchecked Sendable {
  private let lock = NSLock()
  private var instant: Instant
  private var slept: [Duration] = []

  init(_ start: Instant = Instant(iso8601: "2026-01-15T00:00:00Z")!) { instant = start }

  var sleeps: [Duration] { lock.withLock { slept } }
  func now() -> Instant { lock.withLock { instant } }
  func pass(_ duration: Duration) { lock.withLock { instant = instant + duration } }

  func sleep(until end: Instant) async throws {
    try Task.checkCancellation()
    lock.withLock {
      slept.append(end - instant)
      instant = max(instant, end)
    }
  }
}
