import CCurl
import Foundation

/// One request on its way through curl: what to send, and what has come so far.
///
/// After it was submitted it belongs to the engine's thread, but for the two fields that the mailbox guards.
final class CurlTransfer: @unchecked Sendable {
  let request: HTTPRequest
  /// With its secret parameters: for curl alone.
  let revealedURL: String
  let url: RequestURL
  let userAgent: String
  /// What is left of the request's deadline.
  let timeLeft: Duration

  /// Both guarded by the mailbox's lock.
  var isCancelled = false
  var isSubmitted = false
  /// Set once, before the thread sees the transfer; from then on the thread's.
  var continuation: CheckedContinuation<Result<CurlExchange, TransportError>, Never>?

  /// curl's list of header lines, which must outlive the transfer.
  var headerList: UnsafeMutablePointer<curl_slist>?
  /// Where curl writes what went wrong.
  let errorText = UnsafeMutableBufferPointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
  /// Not zero when an address was refused for being private; written by a callback.
  let refusals = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
  private(set) var head: ResponseHead
  private(set) var body: [UInt8] = []
  /// Why we ended the transfer ourselves.
  private(set) var failure: TransportError?
  /// Bytes of the body that the connection delivered, also those beyond its announced length.
  private var delivered = 0

  init(_ request: HTTPRequest, url: RequestURL, userAgent: String, timeLeft: Duration, headerBytesMax: Int) {
    (self.request, self.url, self.userAgent, self.timeLeft) = (request, url, userAgent, timeLeft)
    revealedURL = url.revealing(request.secretQuery)
    head = ResponseHead(bytesMax: headerBytesMax)
    errorText.initialize(repeating: 0)
    refusals.initialize(to: 0)
  }

  deinit {
    errorText.deallocate()
    refusals.deallocate()
  }

  /// - Returns: false to end the transfer.
  func takeHeader(_ line: UnsafeRawBufferPointer) -> Bool {
    keepingFailure { () throws(TransportError) in
      try head.take(Array(line))
      if head.isComplete, let length = try head.contentLength(), length > bytesMax, request.method != "HEAD" {
        throw .tooLarge(bytesMax: bytesMax)
      }
    }
  }

  /// - Returns: false to end the transfer.
  func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
    keepingFailure { () throws(TransportError) in
      guard head.hasBegun else { throw .notHTTP(start: printable(bytes)) }
      guard body.count + bytes.count <= bytesMax else { throw .tooLarge(bytesMax: bytesMax) }
      body.append(contentsOf: bytes)
    }
  }

  /// The bytes as the connection delivered them, of which curl drops what exceeds the announced length.
  func noteDelivered(_ count: Int) {
    delivered += count
  }

  /// The whole answer, once curl says that it came to its end.
  func exchange(elapsed: Duration) throws(TransportError) -> CurlExchange {
    guard head.isComplete else { throw .truncated(reason: "the headers end early") }
    if let length = try head.contentLength(), !head.isChunked, request.method != "HEAD", delivered > length {
      throw .corruptBody(reason: "the answer is longer than the \(length) bytes it announced")
    }
    return CurlExchange(head: head, body: body, elapsed: elapsed)
  }

  /// Somebody has been told how it ended.
  var isEnded: Bool { continuation == nil }

  func end(_ outcome: Result<CurlExchange, TransportError>) {
    continuation?.resume(returning: outcome)
    continuation = nil
  }

  func releaseHeaders() {
    curl_slist_free_all(headerList)
    headerList = nil
  }

  private var bytesMax: Int {
    head.values(of: "content-encoding").allSatisfy { $0 == "identity" || $0.isEmpty }
      ? min(request.limits.wireBytesMax, request.limits.bodyBytesMax) : request.limits.wireBytesMax
  }

  private func keepingFailure(_ body: () throws(TransportError) -> Void) -> Bool {
    do {
      try body()
      return true
    } catch {
      failure = failure ?? error
      return false
    }
  }
}

/// An answer as it came over the wire.
struct CurlExchange: Sendable {
  let head: ResponseHead
  let body: [UInt8]
  let elapsed: Duration
}
