extension TransportError: CustomStringConvertible {
  /// What happened to the answer, as the end of a sentence.
  public var description: String {
    switch self {
    case .cannotResolve(let host): "the host \(host) cannot be found"
    case .cannotConnect(let host, let reason): "no connection to \(host): \(reason)"
    case .tls(let host, let reason): "no safe connection to \(host): \(reason)"
    case .deadline(let limit): "it took longer than \(limit)"
    case .tooSlow(let bytes): "it came slower than \(bytes) bytes per second"
    case .truncated(let reason): "it was cut short: \(reason)"
    case .tooLarge(let bytes): "it is longer than \(bytes) bytes"
    case .bomb(let ratio): "it inflates to more than \(ratio) times its size"
    case .corruptBody(let reason): "its body is damaged: \(reason)"
    case .notHTTP(let start): "what came is not HTTP: \(start)"
    case .refusedRedirect(let target): "it points elsewhere, to \(target), which is not followed"
    case .refusedURL(let reason): "the address is refused: \(reason)"
    case .cancelled: "it was given up"
    case .other(let reason): reason
    }
  }

  /// The same error with every text that came from outside changed by `change`: the one place where secrets are taken out.
  func mapTexts(_ change: (String) -> String) -> TransportError {
    switch self {
    case .cannotResolve(let host): .cannotResolve(host: change(host))
    case .cannotConnect(let host, let reason): .cannotConnect(host: change(host), reason: change(reason))
    case .tls(let host, let reason): .tls(host: change(host), reason: change(reason))
    case .truncated(let reason): .truncated(reason: change(reason))
    case .corruptBody(let reason): .corruptBody(reason: change(reason))
    case .notHTTP(let start): .notHTTP(start: change(start))
    case .refusedRedirect(let target): .refusedRedirect(to: change(target))
    case .refusedURL(let reason): .refusedURL(reason: change(reason))
    case .other(let reason): .other(reason: change(reason))
    case .deadline, .tooSlow, .tooLarge, .bomb, .cancelled: self
    }
  }
}
