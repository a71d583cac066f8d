public import Scheduling
import Transport

/// Why a database elsewhere does not have what it was told.
public struct MirrorFailure: Error, Sendable, Hashable, CustomStringConvertible {
  public var kind: Kind
  /// Where, what, what next. Never a token or key.
  public var message: String
  /// What the server asked for.
  public var retryAfter: Duration?

  public init(_ kind: Kind, _ message: String, retryAfter: Duration? = nil) {
    (self.kind, self.message, self.retryAfter) = (kind, message, retryAfter)
  }

  public var description: String { message }

  public enum Kind: Sendable, Hashable {
    /// May pass by itself: network, busy server.
    case transient
    /// Worth trying again then, and not before.
    case deferred(until: Instant)
    /// The key is missing, wrong, revoked, or the computer's clock is.
    case credentials
    /// The database's rules do not let us write a path.
    case denied
    /// A path or value that the database does not take from anybody.
    case refused
    /// More than the database changes in one step.
    case tooLarge
    /// Somebody else changed it meanwhile, again and again.
    case conflict
    /// Will not pass by itself: wrong address, disabled, over its plan's quota, an answer that makes no sense.
    case permanent
  }
}

/// What a server said, fit to be shown: without what is secret, on one line, of bounded length.
struct ServerText {
  let redactor: Redactor

  func shown(_ bytes: some Collection<UInt8>) -> String {
    shown(String(decoding: bytes.prefix(2000), as: UTF8.self))
  }

  func shown(_ text: String) -> String {
    let line = redactor.redacted(text).unicodeScalars.map { $0.properties.generalCategory == .control ? " " : String($0) }.joined()
    let words = line.split(separator: " ").joined(separator: " ")
    return words.count > 240 ? words.prefix(240) + "…" : words
  }
}
