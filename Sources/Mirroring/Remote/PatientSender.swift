public import Scheduling
public import Transport

/// Who we are to a database elsewhere.
public enum MirrorAuthorization: Sendable {
  /// An emulator on this computer lets its owner in by name.
  case owner
  case account(TokenSource)
}

/// Sends requests that may be repeated, until one is answered: with full jitter, with what the server asks for, and within a deadline.
public struct PatientSender: Sendable {
  /// Times that a request is sent.
  public static let attemptsMax = 8
  /// The longest wait that we choose ourselves.
  static let backoffMax: Duration = .seconds(60)
  private static let backoffFirst: Duration = .milliseconds(500)

  private let http: any HTTPClient
  private let time: any TimeSource
  private let authorization: MirrorAuthorization
  /// A number in `0..<1`.
  private let chance: @Sendable () -> Double
  /// No wait ends after it.
  public var latest: Instant?

  public init(
    http: any HTTPClient, time: any TimeSource, authorization: MirrorAuthorization,
    chance: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
  ) {
    (self.http, self.time, self.authorization, self.chance) = (http, time, authorization, chance)
  }

  /// - Parameters:
  ///   - subject: begins every sentence about it: `firebase https://host: 500 paths from quotes/a`.
  ///   - isWorthRepeating: whether an answer that the statuses do not tell enough about may pass by itself.
  /// - Returns: an answer that asking again would not change, whatever its status.
  func send(
    _ request: HTTPRequest, subject: String, isWorthRepeating: (HTTPResponse) -> Bool = { _ in false }
  ) async throws -> HTTPResponse {
    var attempt = 0
    var token = try await currentToken()
    var hasRenewed = false
    while true {
      attempt += 1
      let (what, hint): (String, Duration?)
      switch await sent(authorized(request, token)) {
      case .success(let answer):
        if let held = token, answer.isTokenRefusal, !hasRenewed {
          (hasRenewed, attempt) = (true, attempt - 1)
          token = try await renewed(after: held)
          continue
        }
        switch HTTPStatusClass(status: answer.status) {
        case .retryable, .limited: break
        default: if !isWorthRepeating(answer) { return answer }
        }
        let said = serverText(token).shown(answer.body)
        what = "it answered \(answer.status)" + (said.isEmpty ? "" : ": \(said)")
        hint = answer.header("Retry-After").flatMap { RetryAfter.parse($0, now: time.now()) }
      case .failure(.cancelled): throw CancellationError()
      case .failure(let error):
        (what, hint) = (serverText(token).shown("\(error)"), nil)
        guard error.isTransient else { throw MirrorFailure(.permanent, "\(subject): no answer that can be used, \(what)") }
      }
      try await wait(hint ?? backoff(attempt), isAsked: hint != nil, after: attempt, subject, what)
    }
  }

  /// Whether a service account speaks, and not an emulator's owner.
  var hasAccount: Bool { if case .account = authorization { true } else { false } }

  /// What may be shown of what a server says.
  func serverText() async -> ServerText {
    if case .account(let source) = authorization { return ServerText(redactor: await source.redactor) }
    return ServerText(redactor: Redactor())
  }

  private func serverText(_ token: AccessToken?) -> ServerText { ServerText(redactor: token?.redactor ?? Redactor()) }

  private func wait(_ duration: Duration, isAsked: Bool, after attempt: Int, _ subject: String, _ what: String) async throws {
    let end = time.now() + duration
    if let latest, end >= latest {
      guard isAsked else { throw MirrorFailure(.transient, "\(subject): \(what); there is no time left to try again in this step") }
      throw MirrorFailure(
        .deferred(until: end), "\(subject): \(what), and asks to wait until \(end.iso8601); the next run goes on from here")
    }
    guard attempt < PatientSender.attemptsMax else {
      throw MirrorFailure(.transient, "\(subject): \(what) (\(attempt) attempts); the next attempt goes on from here", retryAfter: nil)
    }
    try await time.sleep(until: end)
  }

  /// Full jitter: anything up to 0.5 s, 1 s, 2 s, …
  private func backoff(_ attempt: Int) -> Duration {
    let most = min(PatientSender.backoffMax, PatientSender.backoffFirst * (1 << min(attempt - 1, 10)))
    return .milliseconds(Int64(Double(most.milliseconds) * chance()))
  }

  private func currentToken() async throws -> AccessToken? {
    guard case .account(let source) = authorization else { return nil }
    return try await source.token()
  }

  private func renewed(after token: AccessToken) async throws -> AccessToken? {
    guard case .account(let source) = authorization else { return nil }
    return try await source.token(replacing: token)
  }

  private func sent(_ request: HTTPRequest) async -> Result<HTTPResponse, TransportError> {
    do throws(TransportError) { return .success(try await http.send(request)) } catch { return .failure(error) }
  }

  private func authorized(_ request: HTTPRequest, _ token: AccessToken?) -> HTTPRequest {
    var request = request
    let value = token.map { $0.secret.reveal { "Bearer \($0)" } } ?? "Bearer owner"
    request.headers.append(HTTPHeader("Authorization", value))
    return request
  }
}

extension HTTPResponse {
  /// The token is too old or none at all; that the rules deny a path is another matter.
  fileprivate var isTokenRefusal: Bool {
    status == 401 && !String(decoding: body.prefix(500), as: UTF8.self).lowercased().contains("permission denied")
  }
}
