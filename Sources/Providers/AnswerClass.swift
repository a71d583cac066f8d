/// What an answer, or the lack of one, means. The report shows this, not the status.
public enum AnswerClass: String, Sendable, CaseIterable {
  case ok
  /// A valid answer that holds nothing.
  case empty
  /// The provider does not understand the request: a mistake of ours.
  case badRequest = "bad_request"
  case unknownSymbol = "unknown_symbol"
  /// The key is missing, wrong, or not meant for this.
  case auth
  /// The plan of the key does not include this.
  case entitlement
  /// The day's requests are spent.
  case quota
  /// Too quick by a second.
  case burst
  /// Over the limit of a window (HTTP 429), or no time left to wait for it.
  case limited
  /// Shut out for having gone on after a 429 (HTTP 418).
  case banned
  /// Refused for the country of our address (HTTP 451).
  case geo
  /// The provider's firewall refused it (HTTP 403).
  case waf
  /// The provider is in trouble (HTTP 5xx and the like).
  case server
  /// HTML or other text where JSON was asked for: a captive portal, a maintenance page.
  case notJSON = "not_json"
  /// JSON, but not what was asked for: half a body, another symbol's data, a format that changed.
  case unexpectedShape = "unexpected_shape"
  /// No complete answer arrived.
  case transport
  /// Not asked, because the run is offline and the archive has no answer.
  case offline

  /// The request need not be repeated for the same logical date: the answer would be the same.
  public var settlesRequest: Bool {
    switch self {
    case .ok, .empty, .unknownSymbol, .entitlement: true
    default: false
    }
  }

  /// Another attempt in the same run may succeed. A case may know better: ``ProviderFailure/isTransient`` decides.
  var isUsuallyTransient: Bool {
    switch self {
    case .burst, .limited, .banned, .server, .notJSON, .transport: true
    default: false
    }
  }
}
