/// What a status alone says about asking again. A provider's adapter knows more: some refuse inside a 200.
public enum HTTPStatusClass: Sendable, Hashable {
  /// 2xx, and 304: the answer is the answer.
  case ok
  /// Asking again brings the same: 1xx, 3xx and 4xx but those below (400, 401, 403, 404, 451 ...).
  case permanent
  /// Worth another attempt of an idempotent request: 408, 425, 5xx.
  case retryable
  /// 429: silence towards the provider until its Retry-After has passed.
  case limited
  /// 418: banned for going on after a 429; silence until the end of the ban.
  case banned

  public init(status: Int) {
    switch status {
    case 200...299, 304: self = .ok
    case 408, 425, 500...599: self = .retryable
    case 429: self = .limited
    case 418: self = .banned
    default: self = .permanent
    }
  }
}
