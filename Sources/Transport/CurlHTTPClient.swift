import Scheduling

/// Sends requests with libcurl: HTTP/2 where the server offers it over TLS, kept connections, all on one thread of its own.
///
/// - Plain http goes to loopback addresses only. TLS is 1.2 or later, with certificates checked; there is no way to turn that off.
/// - An answer is whole or an error: lengths, chunks and gzip trailers are checked, and what two readers could read differently is refused.
/// - Redirects stay at the same scheme, host and port (or go from http to https of the same host), at most ``HTTPLimits/redirectsMax``.
/// - Proxies: the variables `https_proxy`, `all_proxy` and `no_proxy` count as curl documents them, but never for loopback addresses.
/// - No error text holds a secret of the request, one of the client's own, or a query.
/// - ``HTTPLimits/deadline`` runs from the start of a transfer; waiting for a free place at the host comes before. Inflating comes after it.
public final class CurlHTTPClient: HTTPClient {
  /// More bytes of headers than this are no answer.
  public static let headerBytesMax = 64 << 10

  private let engine: CurlEngine
  private let userAgent: String
  private let redactor: Redactor

  /// - Parameters:
  ///   - userAgent: `jobs/1.0.0 (+contact)`
  ///   - transfersPerHostMax: so many requests are on their way to one host at a time, over as many connections at most; more wait in line.
  ///   - redactor: secrets that no error text may hold, beside those of the request itself.
  public init(userAgent: String, transfersPerHostMax: Int = 8, redactor: Redactor = Redactor()) {
    precondition(transfersPerHostMax >= 1, "no request could ever be sent")
    engine = CurlEngine(transfersPerHostMax: transfersPerHostMax)
    (self.userAgent, self.redactor) = (userAgent, redactor)
  }

  deinit { engine.stop() }

  /// Ends all that is on its way as cancelled, and closes the connections. What is sent later is cancelled at once.
  public func shutdown() {
    engine.stop()
  }

  public func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    do throws(TransportError) {
      try request.demandSendable()
      let exchange = try await follow(request)
      return try await ResponseBody.decode(exchange, of: request)
    } catch {
      var redactor = redactor
      request.secretQuery.forEach { redactor.register($0.secret) }
      throw error.mapTexts { redactor.redacted($0) }
    }
  }

  /// Sends the request, and again wherever an allowed redirect points, within one deadline.
  private func follow(_ original: HTTPRequest) async throws(TransportError) -> CurlExchange {
    var (request, url) = (original, try RequestURL(original.url))
    var timeLeft = original.limits.deadline
    for redirects in 0... {
      let transfer = CurlTransfer(
        request, url: url, userAgent: userAgent, timeLeft: timeLeft, headerBytesMax: CurlHTTPClient.headerBytesMax)
      let exchange = try await engine.perform(transfer).get()
      guard let location = exchange.head.redirectLocation else { return exchange }
      let next = try target(location, from: url)
      guard redirects < request.limits.redirectsMax else { throw .refusedRedirect(to: next.shown) }
      timeLeft -= exchange.elapsed
      guard timeLeft > .zero else { throw .deadline(original.limits.deadline) }
      (request, url) = (request.redirected(by: exchange.head.status), next)
    }
    preconditionFailure("redirects are counted")
  }

  private func target(_ location: String, from url: RequestURL) throws(TransportError) -> RequestURL {
    let next: RequestURL
    do throws(TransportError) { next = try url.resolving(location) } catch {
      // Where it points is not a place we may go; that it cannot even be read is the smaller fault.
      throw .refusedRedirect(to: printable(location.prefix { $0 != "?" }.utf8))
    }
    guard url.allowsRedirect(to: next) else { throw .refusedRedirect(to: next.shown) }
    return next
  }
}

extension ResponseHead {
  /// Where the answer sends us; nil when it is not a redirect.
  fileprivate var redirectLocation: String? {
    guard [301, 302, 303, 307, 308].contains(status) else { return nil }
    return headers.first { $0.name.lowercased() == "location" }?.value
  }
}

extension HTTPRequest {
  /// What to send where a redirect points: RFC 9110, section 15.4. A POST becomes a GET but for 307 and 308.
  fileprivate func redirected(by status: Int) -> HTTPRequest {
    guard status == 303 ? method != "HEAD" : method == "POST" && status < 303 else { return self }
    var request = self
    (request.method, request.body) = ("GET", nil)
    request.headers.removeAll { $0.name.lowercased().hasPrefix("content-") }
    return request
  }

  /// Refuses what would become a different request on the wire: line breaks in headers, lengths that are not ours to tell.
  fileprivate func demandSendable() throws(TransportError) {
    guard isToken(method) else { throw .refusedURL(reason: "the method is not a word of HTTP") }
    for header in headers {
      guard isToken(header.name), header.value.utf8.allSatisfy({ $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7f) }) else {
        throw .refusedURL(reason: "the header `\(printable(header.name.utf8))` holds a control character")
      }
      guard !["content-length", "transfer-encoding", "connection"].contains(header.name.lowercased()) else {
        throw .refusedURL(reason: "the header `\(header.name)` is the client's own to send")
      }
    }
  }
}

/// RFC 9110, section 5.6.2.
private func isToken(_ text: String) -> Bool {
  !text.isEmpty
    && text.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20) || "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
}
