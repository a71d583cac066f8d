import Foundation
import Scheduling
import Transport

@testable import Notifying

/// Messages to send.
enum Sample {
  static let date = Instant(milliseconds: 1_768_451_405_000)  // 2026-01-15T04:30:05Z

  static func message(
    id: String = "0123456789abcdef0123456789abcdef", to recipient: String = "", _ severity: Message.Severity = .error,
    title: String = "nightly failed", lines: [String] = ["crypto: 3 of 12 tasks failed"], html: String? = nil,
    attachments: [Message.Attachment] = []
  ) -> Message {
    Message(
      id: id, recipient: recipient, severity: severity, title: title,
      sections: [.init(kind: "failed", job: "nightly", cause: "nightly-20260115T0000Z-1", title: title, lines: lines)], html: html,
      attachments: attachments, date: date)
  }
}

/// Answers as told, in turn, and remembers what it was asked.
actor ScriptedClient: HTTPClient {
  enum Reply: Sendable {
    case answer(Int, String, [HTTPHeader])
    case failure(TransportError)

    static func answer(_ status: Int, _ body: String = "") -> Reply { .answer(status, body, []) }
  }

  private(set) var requests: [HTTPRequest] = []
  private var replies: [Reply]

  init(_ replies: [Reply]) { self.replies = replies }

  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    requests.append(request)
    switch replies.removeFirst() {
    case .answer(let status, let body, let headers): return HTTPResponse(status: status, headers: headers, body: Array(body.utf8))
    case .failure(let error): throw error
    }
  }

  var bodies: [String] { requests.map { String(decoding: $0.body ?? [], as: UTF8.self) } }
}

/// A clock that stands.
struct StandingTime: TimeSource {
  func now() -> Instant { Sample.date }
  func sleep(until instant: Instant) async throws {}
}

extension WebPost {
  init(_ client: ScriptedClient, secrets: [Secret] = []) {
    self.init(client, time: StandingTime(), allowsPrivate: true, secrets: secrets)
  }
}
