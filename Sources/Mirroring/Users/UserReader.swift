/// Reads what users wrote. What is right is taken; what is not is told, entry by entry, and changes nothing beside it.
///
/// The rules of the database refuse the same things, but an admin can write past them, they may have been others when it was written, and
/// a time zone is more than they can judge.
public struct UserReader: Sendable {
  public let limits: UserLimits
  /// Whether a text names a time zone.
  private let isZone: @Sendable (String) -> Bool

  public init(_ limits: UserLimits, isZone: @escaping @Sendable (String) -> Bool) {
    (self.limits, self.isZone) = (limits, isZone)
  }

  /// All users of a tree, in the order of their ids.
  /// - Parameter users: the value at `/users`.
  public func read(_ users: RealtimeValue) -> (accounts: [UserAccount], defects: [UserDefect]) {
    guard case .object(let children) = users else {
      return ([], users.isNull ? [] : [wrong([], "an object", users)])
    }
    var (accounts, defects) = ([UserAccount](), [UserDefect]())
    for uid in children.keys.sorted() {
      let (account, found) = read(children[uid]!, uid: uid)
      if let account { accounts.append(account) }
      let told = found.prefix(min(UserReader.defectsMax, max(0, UserReader.allDefectsMax - defects.count)))
      defects += told
      // The key of the place is a user's only when it can be one.
      if told.count < found.count { defects.append(UserDefect(path: [uid], .more(found.count - told.count), value: .null)) }
    }
    return (accounts, defects)
  }

  /// One user.
  /// - Returns: no account when the whole of it cannot be one.
  public func read(_ value: RealtimeValue, uid: String) -> (account: UserAccount?, defects: [UserDefect]) {
    guard UserReader.isUID(uid) else { return (nil, [UserDefect(path: [uid], .badUID, value: value)]) }
    guard case .object(let parts) = value else { return (nil, [wrong([uid], "an object", value)]) }
    var (account, defects) = (UserAccount(uid: uid), [UserDefect]())
    for key in parts.keys.sorted() {
      let part = parts[key]!
      switch key {
      case "profile": account.profile = profile(part, [uid, key], &defects)
      case "watchlist": account.watchlist = watchlist(part, [uid, key], &defects)
      case "alerts": account.alerts = alerts(part, [uid, key], &defects)
      // What the mirror itself puts there.
      case UserLimits.results: break
      default: defects.append(UserDefect(path: [uid, key], .unknownKey, value: part))
      }
    }
    return (account, defects)
  }

  /// As Firebase makes them: at most 128 characters, none of which is forbidden in a key, nor `%`, with which our paths write those that are:
  /// what is told to one user would stand at the place of another.
  static func isUID(_ text: String) -> Bool {
    !text.isEmpty && text.unicodeScalars.count <= 128
      && !text.unicodeScalars.contains { $0.value < 32 || $0.value == 127 || ".$#[]/%".unicodeScalars.contains($0) }
  }

  // MARK: Parts

  private func profile(_ value: RealtimeValue, _ path: [String], _ defects: inout [UserDefect]) -> UserProfile? {
    guard let fields = fields(value, path, known: ["display_name", "email", "locale", "time_zone"], &defects) else { return nil }
    guard let name = text(fields["display_name"], path + ["display_name"], max: limits.nameMax, &defects) else {
      if fields["display_name"] == nil { defects.append(UserDefect(path: path, .missing("display_name"), value: value)) }
      return nil
    }
    var profile = UserProfile(displayName: name)
    profile.email = text(fields["email"], path + ["email"], max: UserLimits.emailMax, &defects, unless: .badEmail) {
      let parts = $0.unicodeScalars.split(separator: "@", omittingEmptySubsequences: false)
      return parts.count == 2 && !parts.contains(where: \.isEmpty) && !$0.unicodeScalars.contains(where: \.properties.isWhitespace)
    }
    profile.locale = text(fields["locale"], path + ["locale"], max: UserLimits.localeMax, &defects)
    profile.timeZone = text(fields["time_zone"], path + ["time_zone"], max: UserLimits.zoneMax, &defects, unless: .badZone, isZone)
    return profile
  }

  private func watchlist(_ value: RealtimeValue, _ path: [String], _ defects: inout [UserDefect]) -> [String] {
    var (symbols, places) = ([String](), [String: String]())
    for (slot, entry) in entries(value, path, max: limits.watchlistMax, &defects) {
      guard let symbol = symbol(entry, path + [slot], &defects) else { continue }
      if let first = places[symbol] {
        defects.append(UserDefect(path: path + [slot], .repeated(of: first), value: entry))
      } else {
        places[symbol] = slot
        symbols.append(symbol)
      }
    }
    return symbols
  }

  private func alerts(_ value: RealtimeValue, _ path: [String], _ defects: inout [UserDefect]) -> [UserAlert] {
    entries(value, path, max: limits.alertsMax, &defects).compactMap { slot, entry in
      let found = defects.count
      let alert = alert(entry, slot, path + [slot], &defects)
      // One that is wrong in any part might tell somebody something else than what was meant.
      return defects.count == found ? alert : nil
    }
  }

  private func alert(_ value: RealtimeValue, _ slot: String, _ path: [String], _ defects: inout [UserDefect]) -> UserAlert? {
    let keys = ["symbol", "kind", "threshold", "channel", "enabled", "note"]
    guard let fields = fields(value, path, known: keys, &defects) else { return nil }
    for key in ["symbol", "kind"] where fields[key] == nil {
      defects.append(UserDefect(path: path, .missing(key), value: value))
    }
    let symbol = fields["symbol"].flatMap { self.symbol($0, path + ["symbol"], &defects) }
    let kind = word(fields["kind"], AlertKind.self, path + ["kind"], &defects)
    let channel = word(fields["channel"], AlertChannel.self, path + ["channel"], &defects)
    let note = text(fields["note"], path + ["note"], max: UserLimits.noteMax, &defects)
    var threshold: Double?
    switch fields["threshold"] {
    case .number(let value)?: threshold = value
    case let other?: defects.append(wrong(path + ["threshold"], "a number", other))
    case nil: if kind?.needsThreshold == true { defects.append(UserDefect(path: path, .missing("threshold"), value: value)) }
    }
    var isEnabled = true
    switch fields["enabled"] {
    case .bool(let value)?: isEnabled = value
    case let other?: defects.append(wrong(path + ["enabled"], "true or false", other))
    case nil: break
    }
    guard let symbol, let kind else { return nil }
    return UserAlert(
      slot: slot, symbol: symbol, kind: kind, threshold: threshold, channel: channel ?? .mail, isEnabled: isEnabled, note: note)
  }

  // MARK: Values

  private func wrong(_ path: [String], _ wanted: String, _ value: RealtimeValue) -> UserDefect {
    UserDefect(path: path, .wrongType(wanted: wanted, found: value.kindName), value: value)
  }

  private func fields(_ value: RealtimeValue, _ path: [String], known: [String], _ defects: inout [UserDefect]) -> [String: RealtimeValue]?
  {
    guard case .object(let fields) = value else {
      defects.append(wrong(path, "an object", value))
      return nil
    }
    for key in fields.keys.sorted() where !known.contains(key) {
      defects.append(UserDefect(path: path + [key], .unknownKey, value: fields[key]!))
    }
    return fields
  }

  /// The entries of a list by slot, in the order of the slots' numbers.
  private func entries(_ value: RealtimeValue, _ path: [String], max: Int, _ defects: inout [UserDefect]) -> [(String, RealtimeValue)] {
    guard case .object(let children) = value else {
      defects.append(wrong(path, "an object", value))
      return []
    }
    var found: [(number: Int, slot: String, entry: RealtimeValue)] = []
    for slot in children.keys.sorted() {
      if let number = UserReader.number(ofSlot: slot), number < max {
        found.append((number, slot, children[slot]!))
      } else {
        defects.append(UserDefect(path: path + [slot], .badSlot(max: max), value: children[slot]!))
      }
    }
    if children.count > max { defects.append(UserDefect(path: path, .tooMany(children.count, max: max), value: .null)) }
    return found.sorted { $0.number < $1.number }.map { ($0.slot, $0.entry) }
  }

  /// What is wrong of one user that is told one by one, and of all of them: an admin may have written any number. The rest is counted.
  static let defectsMax = 100
  static let allDefectsMax = 10_000

  /// `s17` is 17; nothing else is: no `s017`, no `s+1`.
  private static func number(ofSlot slot: String) -> Int? {
    guard slot.hasPrefix(UserLimits.slot) else { return nil }
    let digits = slot.dropFirst(UserLimits.slot.count)
    guard digits.utf8.count <= 6, let number = Int(digits), number >= 0, String(number) == digits else { return nil }
    return number
  }

  private func text(
    _ value: RealtimeValue?, _ path: [String], max: Int, _ defects: inout [UserDefect], unless reason: UserDefect.Reason = .empty,
    _ isRight: (String) -> Bool = { !$0.isEmpty }
  ) -> String? {
    guard let value else { return nil }
    guard case .string(let text) = value else {
      defects.append(wrong(path, "a text", value))
      return nil
    }
    // As the rules count.
    let count = text.utf16.count
    let problem: UserDefect.Reason? = count > max ? .tooLong(count, max: max) : isRight(text) ? nil : reason
    if let problem { defects.append(UserDefect(path: path, problem, value: value)) }
    return problem == nil ? text : nil
  }

  private func symbol(_ value: RealtimeValue, _ path: [String], _ defects: inout [UserDefect]) -> String? {
    text(value, path, max: UserLimits.symbolMax, &defects, unless: .badSymbol) { text in
      !text.isEmpty && !text.unicodeScalars.contains { $0 == "/" || $0.properties.isWhitespace || $0.value < 32 || $0.value == 127 }
    }
  }

  private func word<Word: RawRepresentable & CaseIterable>(
    _ value: RealtimeValue?, _: Word.Type, _ path: [String], _ defects: inout [UserDefect]
  ) -> Word? where Word.RawValue == String {
    guard let value else { return nil }
    guard case .string(let text) = value else {
      defects.append(wrong(path, "a text", value))
      return nil
    }
    if let word = Word(rawValue: text) { return word }
    defects.append(UserDefect(path: path, .unknownWord(text, known: Word.allCases.map(\.rawValue)), value: value))
    return nil
  }
}
