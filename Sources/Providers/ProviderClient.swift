public import Scheduling
public import Transport

/// The one path of every request to a provider: the archive first, then the limiter, the network, the archive again.
///
/// An answer that settled the same question for the same logical date is never asked for twice. Every answer lands before it is
/// read; every reservation is settled, whatever happens.
public struct ProviderClient: Sendable {
  public let settings: ProviderSettings
  private let http: any HTTPClient
  private let limiter: any RequestLimiter
  private let archive: any ResponseArchive
  private let time: any TimeSource
  private let isOffline: Bool

  /// How long a request that has no deadline waits for the limiter: a longer wait is for another run.
  private static let patience: Duration = .minutes(15)

  /// - Parameter isOffline: nothing is sent; the archive answers, or nobody does.
  public init(
    settings: ProviderSettings, http: any HTTPClient, limiter: any RequestLimiter, archive: any ResponseArchive,
    time: any TimeSource, isOffline: Bool = false
  ) {
    (self.settings, self.http, self.limiter) = (settings, http, limiter)
    (self.archive, self.time, self.isOffline) = (archive, time, isOffline)
  }
}

extension ProviderClient {
  /// What an adapter makes of an answer, at a given moment.
  typealias Reader<Value> = (_ answer: ProviderAnswer, _ now: Instant) throws(Refusal) -> Reading<Value>

  /// Asks one question.
  ///
  /// - Parameters:
  ///   - latest: the answer is pointless after this; a longer wait for the limiter is refused. nil: a quarter of an hour from now.
  ///   - reading: pure; called once per answer.
  /// - Throws: ``ProviderFailure``; `CancellationError`; what the archive or the limiter's ledger throws.
  func ask<Value>(
    _ request: ProviderRequest, logicalDate: Instant, latest: Instant?, reading: Reader<Value>
  ) async throws -> Answered<Value> {
    let key = RequestKey(provider: settings.name, request: request.canonical, logicalDate: logicalDate)
    if let body = try await archive.answered(key) { return try replay(body, request, reading) }
    try requireNetwork(for: request)
    let latest = latest ?? time.now() + ProviderClient.patience
    var attempts = 0
    while true {
      attempts += 1
      do {
        return try await attempt(request, key, latest: latest, reading)
      } catch let refusal as Refusal {
        if let end = refusal.silence?.end, end > latest { throw try await failure(refusal, request) }
        guard attempts > refusal.retriesMax else { continue }
        throw try await failure(refusal.escalated, request)
      }
    }
  }

  private func replay<Value>(_ body: [UInt8], _ request: ProviderRequest, _ reading: Reader<Value>) throws -> Answered<Value> {
    do {
      let value = try reading(ProviderAnswer(status: nil, body: body), time.now()).value
      return Answered(value: value, responseHash: ContentHash.sha256(of: body))
    } catch {
      var refusal = error
      refusal.silence = nil
      throw ProviderFailure(refusal, provider: settings.name, subject: request.subject)
    }
  }

  private func requireNetwork(for request: ProviderRequest) throws {
    if isOffline {
      let refusal = Refusal(.offline, "not asked because this run is offline, and the archive has no answer for its logical date")
      throw ProviderFailure(refusal, provider: settings.name, subject: request.subject)
    }
    if let key = settings.key, key.secret == nil {
      var refusal = Refusal(.auth, "not asked because no key is set")
      refusal.advice = "set one with `jobs secrets set`"
      throw ProviderFailure(refusal, provider: settings.name, subject: request.subject)
    }
  }

  /// One request that goes over the network.
  /// - Throws: ``Refusal`` when the provider answered with one; else as ``ask(_:logicalDate:latest:reading:)``.
  private func attempt<Value>(
    _ request: ProviderRequest, _ key: RequestKey, latest: Instant?, _ reading: Reader<Value>
  ) async throws -> Answered<Value> {
    let (response, byStatus) = try await exchange(request, latest: latest)
    let now = time.now()
    let landed = try await archive.land(response, for: key)
    do {
      if let byStatus { throw byStatus }
      let answer = ProviderAnswer(status: response.status, body: response.body, serverTime: ServerTime(response, now: now))
      let read = try reading(answer, now)
      try await archive.judge(landed, as: read.isEmpty ? .empty : .ok)
      return Answered(value: read.value, responseHash: landed.hash)
    } catch let refusal as Refusal {
      if byStatus == nil { try await keepSilence(refusal) }
      try await archive.judge(landed, as: refusal.answer)
      throw refusal
    }
  }

  /// Reserves, sends and settles. A silence that the status asks for is kept before anything else: nobody is let through in between.
  /// - Returns: the answer, whatever its status, without our key; and what the status alone means.
  private func exchange(_ request: ProviderRequest, latest: Instant?) async throws -> (HTTPResponse, byStatus: Refusal?) {
    let reservation: RateReservation
    do {
      reservation = try await limiter.reserve(weight: request.weight, for: settings.name, latest: latest)
    } catch let refusal as LimiterRefusal {
      throw failure(refusal, request)
    }
    do {
      try await RequestMeter.count(request.weight, of: settings.name)
    } catch {
      try await limiter.settle(reservation, serverUsage: nil, host: .unknown)
      throw error
    }
    let response: HTTPResponse
    do {
      response = try await http.send(httpRequest(request))
    } catch {
      try await limiter.settle(reservation, serverUsage: nil, host: error.isTransient ? .ailing : .unknown)
      throw failure(error, request)
    }
    let redacted = KeyRedaction.response(response, without: settings.key?.secret)
    let byStatus = request.absentStatuses.contains(redacted.status) ? nil : StatusRules.refusal(of: redacted, now: time.now())
    try await keepSilence(byStatus)
    try await limiter.settle(reservation, serverUsage: usage(toldBy: response), host: response.status >= 500 ? .ailing : .well)
    return (redacted, byStatus)
  }

  private func httpRequest(_ request: ProviderRequest) -> HTTPRequest {
    var result = HTTPRequest(url: settings.baseURL + request.canonical)
    result.limits.deadline = settings.timeout
    if let key = settings.key, let secret = key.secret { result.secretQuery = [(key.parameter, secret)] }
    return result
  }

  /// The weight that the provider counted; nil when it does not tell, or tells nonsense.
  private func usage(toldBy response: HTTPResponse) -> Int? {
    guard let name = settings.usageHeader, let text = response.header(name), let usage = Int(text), usage >= 0 else { return nil }
    return usage
  }

  private func keepSilence(_ refusal: Refusal?) async throws {
    guard let silence = refusal?.silence else { return }
    try await limiter.pause(settings.name, until: silence.end, reason: silence.reason)
  }
}

extension ProviderClient {
  /// The last word on a request that was refused; an escalated silence is kept too.
  private func failure(_ refusal: Refusal, _ request: ProviderRequest) async throws -> ProviderFailure {
    try await keepSilence(refusal)
    return ProviderFailure(refusal, provider: settings.name, subject: request.subject)
  }

  private func failure(_ refusal: LimiterRefusal, _ request: ProviderRequest) -> ProviderFailure {
    let what = KeyRedaction.text(refusal.reason, without: settings.key?.secret).printable(200)
    if refusal.cause == .breaker {
      return ProviderFailure(
        answer: .server, provider: settings.name, subject: request.subject,
        message: "\(settings.name) \(request.subject): not asked, \(what); it is tried again at \(refusal.availableAt.iso8601).",
        retryAfter: max(.zero, refusal.availableAt - time.now()), isTransient: true)
    }
    return ProviderFailure(
      answer: .limited, provider: settings.name, subject: request.subject,
      message: "\(settings.name) \(request.subject): not asked, \(what); a request may go at \(refusal.availableAt.iso8601).",
      availableAt: refusal.availableAt, isTransient: false)
  }

  /// A transport error as a failure; a cancellation stays one.
  private func failure(_ error: TransportError, _ request: ProviderRequest) -> any Error {
    guard error != .cancelled else { return CancellationError() }
    let what = KeyRedaction.text("\(error)", without: settings.key?.secret).printable(200)
    let refusal = Refusal(.transport, "no complete answer arrived (\(what))", isTransient: error.isTransient)
    return ProviderFailure(refusal, provider: settings.name, subject: request.subject)
  }
}
