/// Why no complete, trustworthy answer arrived.
public enum TransportError: Error, Sendable, Equatable {
  case cannotResolve(host: String)
  case cannotConnect(host: String, reason: String)
  case tls(host: String, reason: String)
  /// The total deadline passed.
  case deadline(Duration)
  /// Fewer bytes per second than the request demands.
  case tooSlow(bytesPerSecondMin: Int)
  /// The connection ended before the answer did.
  case truncated(reason: String)
  /// More bytes than the request allows, on the wire or inflated.
  case tooLarge(bytesMax: Int)
  /// An inflation ratio no honest answer has.
  case bomb(ratio: Int)
  /// The body does not inflate, or its trailer does not match.
  case corruptBody(reason: String)
  /// What arrived is not HTTP; `start` holds its first printable bytes.
  case notHTTP(start: String)
  /// A redirect to another host, scheme or port, or too many of them.
  case refusedRedirect(to: String)
  /// Plain http to anything but a loopback address, or a URL that cannot be read.
  case refusedURL(reason: String)
  case cancelled
  case other(reason: String)

  /// Worth another attempt: every failure of the network is; what was refused by rule is not.
  public var isTransient: Bool {
    switch self {
    case .tls, .bomb, .refusedRedirect, .refusedURL, .tooLarge, .cancelled: false
    default: true
    }
  }
}
