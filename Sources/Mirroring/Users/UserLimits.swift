/// How much a user may keep in `/users/{uid}`. The rules of the database and the reader of what is there hold to the same numbers.
public struct UserLimits: Sendable, Hashable {
  /// UTF-16 units of a display name.
  public var nameMax: Int
  public var watchlistMax: Int
  public var alertsMax: Int

  public init(nameMax: Int = 80, watchlistMax: Int = 100, alertsMax: Int = 50) {
    (self.nameMax, self.watchlistMax, self.alertsMax) = (nameMax, watchlistMax, alertsMax)
  }

  /// The top of the users' places.
  public static let top = "users"
  /// Below a user's place: what the mirror puts there, and the user only reads.
  public static let results = "results"
  public static let emailMax = 254
  public static let localeMax = 35
  public static let zoneMax = 64
  public static let symbolMax = 64
  public static let noteMax = 200
  /// Entries of lists have keys such as `s0`, `s17`: never bare numbers, which the database would show as an array. The rules cannot
  /// count, so the keys are the bound.
  public static let slot = "s"

  /// `users/{uid}/results`, and what is below it.
  public static func isResult(_ path: RealtimePath) -> Bool {
    path.keys.count >= 3 && path.keys[0] == top && path.keys[2] == results
  }
}

/// What an alert is about.
public enum AlertKind: String, Sendable, CaseIterable {
  case priceAbove = "price_above"
  case priceBelow = "price_below"
  /// The change of a day, in percent, up or down.
  case change
  /// Volume as a multiple of the usual.
  case volume
  /// Any signal of the symbol; needs no threshold.
  case signal

  public var needsThreshold: Bool { self != .signal }
}

/// How somebody is told.
public enum AlertChannel: String, Sendable, CaseIterable {
  case mail, telegram, webhook, none
}
