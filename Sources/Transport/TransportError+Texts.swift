extension TransportError {
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
