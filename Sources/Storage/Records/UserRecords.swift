internal import GRDB
public import Scheduling

/// A user of the realtime database, as the last pull found it.
public struct StoredUser: Sendable, Equatable {
  public var uid: String
  /// Nil: no profile.
  public var displayName: String?
  public var email: String?
  public var locale: String?
  public var timeZone: String?
  /// In the user's order.
  public var watchlist: [String] = []
  public var alerts: [Alert] = []

  public init(uid: String, displayName: String? = nil, email: String? = nil, locale: String? = nil, timeZone: String? = nil) {
    (self.uid, self.displayName, self.email, self.locale, self.timeZone) = (uid, displayName, email, locale, timeZone)
  }

  public struct Alert: Sendable, Equatable {
    public var slot: String
    public var symbol: String
    public var kind: String
    public var threshold: Double?
    public var channel: String
    public var isEnabled: Bool
    public var note: String?

    public init(slot: String, symbol: String, kind: String, threshold: Double?, channel: String, isEnabled: Bool, note: String?) {
      (self.slot, self.symbol, self.kind, self.threshold) = (slot, symbol, kind, threshold)
      (self.channel, self.isEnabled, self.note) = (channel, isEnabled, note)
    }
  }
}

/// Something that a user wrote and that is not right.
public struct QuarantinedUserValue: Sendable, Equatable {
  /// `users/{uid}/…`, escaped.
  public var path: String
  public var rule: String
  public var sentence: String
  /// JSON.
  public var value: String

  public init(path: String, rule: String, sentence: String, value: String) {
    (self.path, self.rule, self.sentence, self.value) = (path, rule, sentence, value)
  }

  /// Bytes of a value that are kept.
  public static let valueMax = 4_096
}

extension WarehouseTransaction {
  /// Replaces all users, and all that is in quarantine, by what a pull found. What was in quarantine before keeps the date it was found.
  public func replaceUsers(_ users: [StoredUser], quarantine: [QuarantinedUserValue], at logicalDate: Instant) throws {
    let found = try Row.fetchAll(database, sql: "SELECT path, rule, first_found_at FROM user_quarantine")
    let dates = Dictionary(found.map { (["\($0[0] as String)", "\($0[1] as String)"], $0[2] as Int64) }) { first, _ in first }
    for table in ["user_quarantine", "user_alerts", "user_watchlists", "users"] { try database.execute(sql: "DELETE FROM \(table)") }
    for user in users { try insert(user, at: logicalDate) }
    let insert = try database.cachedStatement(
      sql: "INSERT OR IGNORE INTO user_quarantine (path, rule, sentence, value, first_found_at) VALUES (?, ?, ?, ?, ?)")
    for value in quarantine {
      let date = dates[[value.path, value.rule]] ?? logicalDate.milliseconds
      try insert.execute(arguments: [value.path, value.rule, value.sentence, value.value, date])
    }
  }

  private func insert(_ user: StoredUser, at logicalDate: Instant) throws {
    try database.cachedStatement(
      sql: "INSERT INTO users (uid, display_name, email, locale, time_zone, pulled_at) VALUES (?, ?, ?, ?, ?, ?)"
    ).execute(arguments: [user.uid, user.displayName, user.email, user.locale, user.timeZone, logicalDate.milliseconds])
    let watch = try database.cachedStatement(sql: "INSERT INTO user_watchlists (uid, position, symbol) VALUES (?, ?, ?)")
    for (position, symbol) in user.watchlist.enumerated() { try watch.execute(arguments: [user.uid, position, symbol]) }
    let alert = try database.cachedStatement(
      sql: """
        INSERT INTO user_alerts (uid, slot, symbol, kind, threshold, channel, is_enabled, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """)
    for one in user.alerts {
      try alert.execute(arguments: [
        user.uid, one.slot, one.symbol, one.kind, one.threshold, one.channel, one.isEnabled, one.note,
      ])
    }
  }
}

extension WarehouseReader {
  /// All users of the last pull, by id.
  public func users() throws -> [StoredUser] {
    var users = try Row.fetchAll(database, sql: "SELECT uid, display_name, email, locale, time_zone FROM users ORDER BY uid").map {
      StoredUser(uid: $0[0], displayName: $0[1], email: $0[2], locale: $0[3], timeZone: $0[4])
    }
    let places = Dictionary(users.enumerated().map { (Array($1.uid.utf8), $0) }) { first, _ in first }
    for row in try Row.fetchAll(database, sql: "SELECT uid, symbol FROM user_watchlists ORDER BY uid, position") {
      if let place = places[Array((row[0] as String).utf8)] { users[place].watchlist.append(row[1]) }
    }
    let alerts = try Row.fetchAll(
      database, sql: "SELECT uid, slot, symbol, kind, threshold, channel, is_enabled, note FROM user_alerts ORDER BY uid, slot")
    for row in alerts {
      guard let place = places[Array((row[0] as String).utf8)] else { continue }
      users[place].alerts.append(
        .init(slot: row[1], symbol: row[2], kind: row[3], threshold: row[4], channel: row[5], isEnabled: row[6], note: row[7]))
    }
    return users
  }

  /// What users wrote that is not right, by path.
  public func userQuarantine() throws -> [(value: QuarantinedUserValue, firstFoundAt: Instant)] {
    try Row.fetchAll(
      database, sql: "SELECT path, rule, sentence, value, first_found_at FROM user_quarantine ORDER BY path, rule"
    ).map {
      (QuarantinedUserValue(path: $0[0], rule: $0[1], sentence: $0[2], value: $0[3]), Instant(milliseconds: $0[4]))
    }
  }
}

/// All that the warehouse holds of one user, besides the embedded realtime database.
public struct HeldOfUser: Sendable, Equatable {
  /// As the last pull found it; nil when it found none.
  public var user: StoredUser?
  public var pulledAt: Instant?
  public var quarantine: [QuarantinedUserValue] = []
  /// What waits to be told below `users/{uid}`, and what a database elsewhere was told there: the newest of each path.
  public var told: [OutboxEntry] = []
}

extension WarehouseReader {
  /// - Parameter path: the user's place, escaped: `users/ann`.
  public func held(of uid: String, at path: String) throws -> HeldOfUser {
    var held = HeldOfUser()
    held.user = try users().first { $0.uid.utf8.elementsEqual(uid.utf8) }
    held.pulledAt = try Int64.fetchOne(database, sql: "SELECT pulled_at FROM users WHERE uid = ?", arguments: [uid])
      .map(Instant.init(milliseconds:))
    let (low, high) = (path + "/", path + "0")
    held.quarantine = try Row.fetchAll(
      database,
      sql: "SELECT path, rule, sentence, value FROM user_quarantine WHERE path = ?1 OR path >= ?2 AND path < ?3 ORDER BY path, rule",
      arguments: [path, low, high]
    ).map { QuarantinedUserValue(path: $0[0], rule: $0[1], sentence: $0[2], value: $0[3]) }
    var newest: [String: OutboxEntry] = [:]
    for table in ["mirror_nodes", "outbox"] {
      let rows = try Row.fetchAll(
        database, sql: "SELECT sequence, path, value FROM \(table) WHERE path = ?1 OR path >= ?2 AND path < ?3 ORDER BY sequence",
        arguments: [path, low, high])
      for row in rows { newest[row[1]] = OutboxEntry(sequence: row[0], path: row[1], value: row[2]) }
    }
    held.told = newest.values.filter { $0.value != nil }.sorted { $0.path < $1.path }
    return held
  }
}
