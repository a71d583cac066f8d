public import Scheduling
public import Transport

/// Posts what builders have made, and says what the end of it means.
public struct WebPost: Sendable {
  /// The longest that one request takes, from connecting to the last byte.
  public static let deadline = Duration.seconds(10)

  private let http: any HTTPClient
  let time: any TimeSource
  private let allowsPrivate: Bool
  private let redactor: Redactor

  /// - Parameters:
  ///   - allowsPrivate: that the address may be one of the own machine or network.
  ///   - secrets: what no text may hold: keys, and addresses that are keys.
  public init(_ http: any HTTPClient, time: any TimeSource, allowsPrivate: Bool, secrets: [Secret]) {
    (self.http, self.time, self.allowsPrivate) = (http, time, allowsPrivate)
    redactor = Redactor(secrets + secrets.flatMap(WebPost.parts))
  }

  enum Answer {
    case response(HTTPResponse)
    case nothing(Delivery)
  }

  func send(_ request: HTTPRequest) async -> Answer {
    var request = request
    request.limits.deadline = WebPost.deadline
    request.limits.connectTimeout = WebPost.deadline
    request.limits.bodyBytesMax = 64 << 10
    // A redirect would take the message, and what signs it, where nobody has said that it should go.
    request.limits.redirectsMax = 0
    request.limits.refusesPrivateAddresses = !allowsPrivate
    do throws(TransportError) {
      return .response(try await http.send(request))
    } catch {
      return .nothing(WebPost.delivery(of: error).mapWhy(redactor.redacted))
    }
  }

  /// What came of a request that has no answer.
  static func delivery(of error: TransportError) -> Delivery {
    let why = "\(error)"
    switch error {
    case .cannotResolve, .cannotConnect: return .later(after: nil, why: why)
    case .tls, .refusedURL, .refusedRedirect: return .refused(why: why)
    default: return .unknown(why: "no answer came: \(why)")
    }
  }

  /// What an answer means whoever gives it; the couriers know more.
  func delivery(of response: HTTPResponse) -> Delivery {
    let why = reason(response)
    switch response.status {
    case 200..<300: return .delivered(remark: nil)
    case 300..<400: return .refused(why: "it points elsewhere (\(response.status)), which is not followed")
    case 408, 425, 500...599: return .later(after: retryAfter(response), why: why)
    case 429: return .later(after: retryAfter(response), why: why)
    case 410: return .closed(why: why)
    default: return .refused(why: why)
    }
  }

  func retryAfter(_ response: HTTPResponse) -> Duration? {
    response.header("Retry-After").flatMap { RetryAfter.parse($0, now: time.now()) }
  }

  /// `it answered 400: no_text`
  func reason(_ response: HTTPResponse, _ words: String? = nil) -> String {
    let text = words ?? String(decoding: response.body, as: UTF8.self)
    // Cut after the secrets are out: half a secret would be found by nobody.
    let clean = redactor.redacted(text).asOneLine.cut(toUTF16: 200)
    return "it answered \(response.status)" + (clean.isEmpty ? "" : ": \(clean)")
  }

  /// The parts of an address that are long enough to be the secret in it: an answer may show them without the rest.
  private static func parts(of address: Secret) -> [Secret] {
    address.reveal { text in
      guard text.contains("://") else { return [] }
      let path = text.split(separator: "/").dropFirst(2)
      return path.flatMap { $0.split { $0 == "?" || $0 == "&" || $0 == "=" } }.filter { $0.utf8.count >= 8 }.map { Secret(String($0)) }
    }
  }
}
