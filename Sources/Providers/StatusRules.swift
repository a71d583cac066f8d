import Scheduling
import Transport

/// What a status means whatever the body says: the rules that all providers share.
enum StatusRules {
  /// The longest ban that Binance documents. A longer hint would shut a provider out for ever by one wrong header.
  static let pauseMax = Duration.days(3)
  /// The shortest ban that Binance documents; used when an answer 418 does not say.
  static let banDefault = Duration.minutes(2)
  /// How often a request is asked again after the silence that a 429 or a ban has brought, where the deadline allows to wait for its end.
  /// Neither is a failure of the task, which keeps its attempts.
  static let limitRetriesMax = 3
  static let banRetriesMax = 1

  /// - Returns: nil when the adapter must read the body: success, or a 4xx that the provider explains there.
  static func refusal(of response: HTTPResponse, now: Instant) -> Refusal? {
    switch response.status {
    case 200..<300: nil
    case 429: tooManyRequests(response, now: now)
    case 418: ban(response, now: now)
    case 451: Refusal(.geo, "answered 451, refused for the location of this address")
    case 403: Refusal(.waf, "answered 403, refused by its firewall (\(response.body.start))")
    case 401: Refusal(.auth, "answered 401, the key is not accepted")
    case 408, 425, 500...: serverTrouble(response, now: now)
    case 400..<500: nil
    default: Refusal(.unexpectedShape, "answered with status \(response.status)")
    }
  }

  /// A 4xx that the adapter could not explain from its body.
  static func unexplained(status: Int, body: [UInt8]) -> Refusal {
    body.firstVisibleByte == UInt8(ascii: "<")
      ? Refusal(.notJSON, "answered \(status) with HTML instead of JSON (\(body.start))", isTransient: false)
      : Refusal(.badRequest, "answered \(status) (\(body.start))")
  }

  private static func tooManyRequests(_ response: HTTPResponse, now: Instant) -> Refusal {
    let hint = RetryAfter.duration(of: response, now: now)
    let end = hint.map { now + min($0, pauseMax) } ?? now.floored(to: .minutes(1)) + .minutes(1)
    var refusal = Refusal(.limited, "answered 429, too many requests", silence: .init(end: end, reason: "too many requests (HTTP 429)"))
    refusal.retryAfter = hint
    refusal.retriesMax = limitRetriesMax
    return refusal
  }

  private static func ban(_ response: HTTPResponse, now: Instant) -> Refusal {
    let hint = RetryAfter.duration(of: response, now: now)
    let told = [hint.map { now + $0 }, endOfBan(toldIn: response.body)].compactMap(\.self).filter { $0 > now }
    let end = min(told.max() ?? now + banDefault, now + pauseMax)
    var refusal = Refusal(
      .banned, "answered 418, this address is banned", silence: .init(end: end, reason: "banned by the provider (HTTP 418)"))
    refusal.retryAfter = hint
    refusal.retriesMax = banRetriesMax
    return refusal
  }

  /// One that says when it is back is left alone until then.
  private static func serverTrouble(_ response: HTTPResponse, now: Instant) -> Refusal {
    let hint = RetryAfter.duration(of: response, now: now)
    let silence = hint.map { Refusal.Silence(end: now + min($0, pauseMax), reason: "in trouble (HTTP \(response.status))") }
    var refusal = Refusal(.server, "answered \(response.status)", silence: silence)
    refusal.retryAfter = hint
    return refusal
  }

  /// The milliseconds in "... IP banned until 1660090423228 ...".
  static func endOfBan(toldIn body: [UInt8]) -> Instant? {
    let words = String(decoding: body.prefix(4096), as: UTF8.self)
    let marker = "banned until "
    guard let start = words.firstRange(of: marker)?.upperBound else { return nil }
    let digits = words[start...].prefix { $0.isASCII && $0.isNumber }
    guard digits.count == 13, let milliseconds = Int64(digits) else { return nil }
    return Instant(milliseconds: milliseconds)
  }
}

extension RetryAfter {
  /// - Returns: nil when there is no such header, or no hint in it.
  static func duration(of response: HTTPResponse, now: Instant) -> Duration? {
    response.header("Retry-After").flatMap { parse($0, now: now) }
  }
}
