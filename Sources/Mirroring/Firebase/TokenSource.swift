public import Scheduling
public import Transport

/// A token that lets us in for an hour.
public struct AccessToken: Sendable {
  public let secret: Secret
  /// Until then it is used; the server lets it in a little longer.
  let freshUntil: Instant
  let generation: Int
  /// Hides this token, and the account's key.
  let redactor: Redactor
}

/// Where tokens come from: kept until five minutes before their end, and asked for by one at a time, however many wait for it.
public actor TokenSource {
  /// So long before its end a token is no longer used; a sixth of its life for those that live shorter.
  static let margin: Duration = .minutes(5)
  private static let attemptsMax = 4

  private let account: ServiceAccount
  private let scopes: [String]
  private let http: any HTTPClient
  private let time: any TimeSource
  private var held: AccessToken?
  private var underway: Task<AccessToken, any Error>?
  private var generation = 0
  private var known: [Secret]

  public init(_ account: ServiceAccount, scopes: [String], http: any HTTPClient, time: any TimeSource) {
    (self.account, self.scopes, self.http, self.time) = (account, scopes, http, time)
    known = account.secrets
  }

  /// Hides every token of this run, and the account's key.
  var redactor: Redactor { Redactor(known) }

  func token() async throws -> AccessToken {
    if let held, held.freshUntil > time.now() { return held }
    return try await asked()
  }

  /// A token that is not the one that was refused: another that came meanwhile, or a new one.
  func token(replacing refused: AccessToken) async throws -> AccessToken {
    if let held, held.generation > refused.generation { return held }
    held = nil
    return try await asked()
  }

  private func asked() async throws -> AccessToken {
    if let underway { return try await underway.value }
    let task = Task { try await ask() }
    underway = task
    defer { underway = nil }
    let token = try await task.value
    held = token
    return token
  }

  private func ask() async throws -> AccessToken {
    let now = time.now()
    let assertion = try account.assertion(scopes: scopes, at: now)
    known.append(assertion)
    var request = HTTPRequest(
      method: "POST", url: account.tokenAddress, headers: [HTTPHeader("Content-Type", "application/x-www-form-urlencoded")],
      body: assertion.reveal { Array("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=\($0)".utf8) })
    request.limits.deadline = .seconds(30)
    request.limits.bodyBytesMax = 256 << 10
    request.limits.redirectsMax = 0
    for attempt in 1...TokenSource.attemptsMax {
      let what: String
      switch await sent(request) {
      case .success(let answer) where answer.status == 200: return try token(answer, askedAt: now)
      case .success(let answer):
        guard [.retryable, .limited].contains(HTTPStatusClass(status: answer.status)) else { throw refusal(answer) }
        what = "it answered \(answer.status)"
      case .failure(.cancelled): throw CancellationError()
      case .failure(let error):
        what = ServerText(redactor: redactor).shown("\(error)")
        guard error.isTransient else { throw MirrorFailure(.permanent, "\(place): no token, \(what)") }
      }
      guard attempt < TokenSource.attemptsMax else {
        throw MirrorFailure(.transient, "\(place): no token, \(what) (\(attempt) attempts); what waits is told by the next attempt")
      }
      try await time.sleep(until: time.now() + .milliseconds(Int64.random(in: 0..<(500 << attempt))))
    }
    preconditionFailure("attempts are counted")
  }

  private func sent(_ request: HTTPRequest) async -> Result<HTTPResponse, TransportError> {
    do throws(TransportError) { return .success(try await http.send(request)) } catch { return .failure(error) }
  }

  private func token(_ answer: HTTPResponse, askedAt now: Instant) throws -> AccessToken {
    guard case .object(let fields)? = WireValue(json: answer.body), case .string(let text)? = fields["access_token"], !text.isEmpty else {
      throw MirrorFailure(.permanent, "\(place): its answer holds no token; something between here and there answers in its place")
    }
    var lifetime = 3600.0
    if case .number(let number)? = fields["expires_in"], let seconds = Double(number), seconds > 0 { lifetime = min(seconds, 86_400) }
    let secret = Secret(text)
    known.append(secret)
    generation += 1
    let life = Duration.milliseconds(Int64(lifetime * 1000))
    return AccessToken(
      secret: secret, freshUntil: now + life - min(TokenSource.margin, life / 6), generation: generation, redactor: redactor)
  }

  private var place: String { "the token service of the service account \(account.email)" }

  /// What `invalid_grant` and its like mean, and what to do.
  private func refusal(_ answer: HTTPResponse) -> MirrorFailure {
    var (code, description) = ("", "")
    if case .object(let fields)? = WireValue(json: answer.body) {
      if case .string(let text)? = fields["error"] { code = text }
      if case .string(let text)? = fields["error_description"] { description = text }
    }
    let said = ServerText(redactor: redactor).shown(
      code.isEmpty ? String(decoding: answer.body.prefix(500), as: UTF8.self) : "\(code): \(description)")
    let lower = description.lowercased()
    let next: String
    if code == "invalid_grant", lower.contains("iat") || lower.contains("timeframe") || lower.contains("exp ") {
      next = clockAdvice(answer)
    } else if code == "invalid_grant" {
      next = "the key was deleted, or the account was; make a new key in the console and store it with `jobs secrets set`"
    } else if code == "invalid_scope" || code == "unauthorized_client" || code == "access_denied" {
      next = "the account may not use the database; give it the role of an editor of the Realtime Database or Firestore in the console"
    } else {
      next = "look whether the key file is that of this project"
    }
    return MirrorFailure(.credentials, "\(place) answered \(answer.status), \(said); \(next)")
  }

  private func clockAdvice(_ answer: HTTPResponse) -> String {
    let now = time.now()
    guard let theirs = answer.header("Date").flatMap({ RetryAfter.date($0, now: now) }) else {
      return "this computer's clock says \(now.iso8601), which is probably wrong; set it, for example with `timedatectl set-ntp true`"
    }
    let seconds = abs((now - theirs).milliseconds / 1000)
    return "this computer's clock says \(now.iso8601) and theirs \(theirs.iso8601), \(seconds) s apart; set it, for example with "
      + "`timedatectl set-ntp true`"
  }
}
