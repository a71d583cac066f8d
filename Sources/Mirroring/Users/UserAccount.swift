/// What a user keeps in `/users/{uid}`, as far as it is right.
public struct UserAccount: Sendable, Equatable {
  public var uid: String
  /// Nil when there is none, or it is not right.
  public var profile: UserProfile?
  /// Symbols in the order of their slots, each once.
  public var watchlist: [String] = []
  /// In the order of their slots.
  public var alerts: [UserAlert] = []

  public init(uid: String) {
    self.uid = uid
  }
}

public struct UserProfile: Sendable, Equatable {
  public var displayName: String
  public var email: String?
  /// `en-GB`
  public var locale: String?
  /// `Europe/Berlin`
  public var timeZone: String?

  public init(displayName: String, email: String? = nil, locale: String? = nil, timeZone: String? = nil) {
    (self.displayName, self.email, self.locale, self.timeZone) = (displayName, email, locale, timeZone)
  }
}

/// What a user wants to be told of.
public struct UserAlert: Sendable, Equatable {
  /// The key it stands under: `s0`.
  public var slot: String
  public var symbol: String
  public var kind: AlertKind
  /// A price, a percentage, a multiple: as the kind has it; nil where it needs none.
  public var threshold: Double?
  public var channel: AlertChannel
  public var isEnabled: Bool
  public var note: String?

  public init(
    slot: String, symbol: String, kind: AlertKind, threshold: Double?, channel: AlertChannel = .mail, isEnabled: Bool = true,
    note: String? = nil
  ) {
    (self.slot, self.symbol, self.kind, self.threshold) = (slot, symbol, kind, threshold)
    (self.channel, self.isEnabled, self.note) = (channel, isEnabled, note)
  }
}

/// Something in `/users` that is not taken: where it stands, what it is, and why.
public struct UserDefect: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Reason: Sendable, Equatable {
    /// The key of the user cannot be one: empty, too long, or with characters that no user's id has.
    case badUID
    /// `an object`, and what is there instead.
    case wrongType(wanted: String, found: String)
    case missing(String)
    case tooLong(Int, max: Int)
    case empty
    case unknownKey
    case unknownWord(String, known: [String])
    case badSymbol
    case badEmail
    case badZone
    /// No slot, or one beyond the bound.
    case badSlot(max: Int)
    /// The symbol stands in the list before.
    case repeated(of: String)
    case tooMany(Int, max: Int)
    /// So many more, which are not told one by one.
    case more(Int)
  }

  /// Below `/users`, the uid first.
  public let path: [String]
  public let reason: Reason
  /// What is there, to be looked at later.
  public let value: RealtimeValue

  public init(path: [String], _ reason: Reason, value: RealtimeValue) {
    (self.path, self.reason, self.value) = (path, reason, value)
  }

  /// A word for tables: `wrong_type`.
  public var rule: String {
    switch reason {
    case .badUID: "bad_uid"
    case .wrongType: "wrong_type"
    case .missing: "missing"
    case .tooLong: "too_long"
    case .empty: "empty"
    case .unknownKey: "unknown_key"
    case .unknownWord: "unknown_word"
    case .badSymbol: "bad_symbol"
    case .badEmail: "bad_email"
    case .badZone: "bad_zone"
    case .badSlot: "bad_slot"
    case .repeated: "repeated"
    case .tooMany: "too_many"
    case .more: "more"
    }
  }

  /// Without the value: it may be private.
  public var description: String { "/\(UserLimits.top)/\(path.joined(separator: "/")): \(sentence)" }

  public var sentence: String {
    switch reason {
    case .badUID: "this cannot be the id of a user"
    case .wrongType(let wanted, let found): "expected \(wanted), found \(found)"
    case .missing(let key): "`\(key)` is missing"
    case .tooLong(let count, let max): "\(count) characters; \(max) are allowed"
    case .empty: "an empty text"
    case .unknownKey: "an unknown key"
    case .unknownWord(_, let known): "an unknown word; known are \(known.joined(separator: ", "))"
    case .badSymbol: "this cannot be a symbol"
    case .badEmail: "this is no mail address"
    case .badZone: "this is no time zone"
    case .badSlot(let max): "entries have the keys \(UserLimits.slot)0 to \(UserLimits.slot)\(max - 1)"
    case .repeated(let slot): "the symbol stands at \(slot) already"
    case .tooMany(let count, let max): "\(count) entries; \(max) are allowed"
    case .more(let count): "\(count) more value\(count == 1 ? "" : "s") of this user that \(count == 1 ? "is" : "are") not right"
    }
  }
}
