/// Sends requests. One protocol, several honest implementations: libcurl, recorded, in memory.
public protocol HTTPClient: Sendable {
  /// Sends one request and returns the whole answer, whatever its status: a 404 or 429 is an answer, not an error.
  /// - Throws: ``TransportError`` when no complete, trustworthy answer arrived.
  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse
}

public struct HTTPRequest: Sendable {
  public var method: String
  /// Absolute, `https://` or `http://`, percent-encoded. It may hold a key: never log it; log ``redactedURL``.
  public var url: String
  public var headers: [HTTPHeader]
  public var body: [UInt8]?
  /// Query parameters appended to ``url`` at the last moment; their values are secret.
  public var secretQuery: [(name: String, secret: Secret)]
  public var limits: HTTPLimits

  public init(
    method: String = "GET", url: String, headers: [HTTPHeader] = [], body: [UInt8]? = nil,
    secretQuery: [(name: String, secret: Secret)] = [], limits: HTTPLimits = HTTPLimits()
  ) {
    (self.method, self.url, self.headers, self.body) = (method, url, headers, body)
    (self.secretQuery, self.limits) = (secretQuery, limits)
  }
}

public struct HTTPHeader: Sendable, Hashable {
  public var name: String
  public var value: String

  public init(_ name: String, _ value: String) {
    (self.name, self.value) = (name, value)
  }
}

/// The bounds within which an answer must arrive.
public struct HTTPLimits: Sendable {
  /// From connecting to the last byte.
  public var deadline: Duration = .seconds(60)
  public var connectTimeout: Duration = .seconds(10)
  /// Slower than this over `slowness` ends the transfer.
  public var bytesPerSecondMin = 1000
  public var slowness: Duration = .seconds(15)
  public var wireBytesMax = 32 << 20
  public var bodyBytesMax = 64 << 20
  /// Inflated bytes for each byte on the wire, judged beyond the first megabyte.
  public var inflationRatioMax = 200
  public var redirectsMax = 3
  /// Nothing is asked of the own machine, of private networks and of what else is not the internet, whatever a name resolves to.
  public var refusesPrivateAddresses = false

  public init() {}
}

public struct HTTPResponse: Sendable {
  public var status: Int
  /// In order of arrival; names as sent.
  public var headers: [HTTPHeader]
  /// Inflated and complete: its length and trailer were checked.
  public var body: [UInt8]
  /// The same body as it came over the wire when it came gzipped: a whole gzip member, ready to be kept.
  public var gzippedBody: [UInt8]?

  public init(status: Int, headers: [HTTPHeader] = [], body: [UInt8], gzippedBody: [UInt8]? = nil) {
    (self.status, self.headers, self.body, self.gzippedBody) = (status, headers, body, gzippedBody)
  }

  /// The first header of this name, whatever its case.
  public func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }
}
