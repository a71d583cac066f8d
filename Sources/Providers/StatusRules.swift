import Scheduling
import Transport

/// What a status means whatever the body says: the rules that all providers share.
enum StatusRules {
  /// The longest ban that Binance documents. A longer hint would shut a provider out for ever by one wrong header.
  static let pauseMax = Duration.days(3)
  /// The shortest ban that Binance documents; used when an answer 418 does not say.
  static let banDefault = Duration.minutes(2)

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
    return refusal
  }

  private static func ban(_ response: HTTPResponse, now: Instant) -> Refusal {
    let hint = RetryAfter.duration(of: response, now: now)
    let told = hint.map { now + $0 } ?? endOfBan(toldIn: response.body).flatMap { $0 > now ? $0 : nil }
    let end = min(told ?? now + banDefault, now + pauseMax)
    var refusal = Refusal(
      .banned, "answered 418, this address is banned", silence: .init(end: end, reason: "banned by the provider (HTTP 418)"))
    refusal.retryAfter = hint
    return refusal
  }

  private static func serverTrouble(_ response: HTTPResponse, now: Instant) -> Refusal {
    var refusal = Refusal(.server, "answered \(response.status)")
    refusal.retryAfter = RetryAfter.duration(of: response, now: now)
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

/// The header `Retry-After`: seconds, or an HTTP date.
enum RetryAfter {
  /// - Returns: nil when there is none, it cannot be read, or it is zero or past, which is no hint.
  static func duration(of response: HTTPResponse, now: Instant) -> Duration? {
    guard let value = response.header("Retry-After")?.printable(60), !value.isEmpty else { return nil }
    if value.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
      // More digits than a century has seconds: as long as anybody will cap it.
      let seconds = value.utf8.count <= 9 ? Int(value) ?? 0 : 999_999_999
      return seconds > 0 ? .seconds(seconds) : nil
    }
    guard let date = instant(httpDate: value), date > now else { return nil }
    return date - now
  }

  /// Reads the one form of date that HTTP still sends: `Sun, 06 Nov 1994 08:49:37 GMT`.
  /// - Source: RFC 9110, section 5.6.7, IMF-fixdate.
  static func instant(httpDate text: String) -> Instant? {
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let parts = text.split(separator: " ")
    guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: String(parts[2])),
      parts[1].utf8.count == 2, parts[3].utf8.count == 4, parts[4].utf8.count == 8
    else { return nil }
    let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
    return Instant(iso8601: "\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
  }
}
