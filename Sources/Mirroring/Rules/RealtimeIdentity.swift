/// Who asks a realtime database for something.
public enum RealtimeIdentity: Sendable, Hashable {
  /// No token was sent: `auth` is null.
  case nobody
  /// The variable `auth`: `uid`, and `token` with the claims of the token. An override of an admin's `auth` may be any value.
  case auth(RealtimeValue)
  /// Rules do not apply.
  case admin

  /// - Parameter claims: of the token: `role`, `email`, `email_verified`, `firebase`, …
  public static func user(_ uid: String, claims: [String: RealtimeValue] = [:]) -> RealtimeIdentity {
    .auth(.node(["uid": .string(uid), "token": .node(claims)]))
  }

  /// The variable `auth` of the rules. Keys of the tree are composed characters, so whoever is called by others would be taken for somebody
  /// else: nobody.
  var variable: RealtimeValue {
    guard case .auth(let value) = self else { return .null }
    if case .string(let uid) = value["uid"], !RealtimeKey.canonical(uid).utf8.elementsEqual(uid.utf8) { return .null }
    return value
  }
}

/// What a reader asks for besides the path: the variable `query` of `.read` rules.
public struct RulesQuery: Sendable, Hashable {
  public enum Order: Sendable, Hashable {
    case key, value, priority
    case child(String)
  }

  public var order = Order.key
  public var startAt = RealtimeValue.null
  public var endAt = RealtimeValue.null
  public var equalTo = RealtimeValue.null
  public var limitToFirst: Int?
  public var limitToLast: Int?

  public init() {}
}
