public import JobGraph

extension RealtimeConfiguration {
  /// Who reads what, where the parts stand, and what users may keep:
  ///
  ///     projection: { quotes: "market/{symbol}/quotes/{source}/{interval}" }
  ///     roles:
  ///       everybody: { who: signed_in, reads: [quotes] }
  ///       desk: { claim: role, value: desk, reads: [signals, reports] }
  ///     users: { watchlist_max: 50 }
  public struct Access: Sendable, Equatable {
    /// Parts that stand elsewhere than usual.
    public var places: [RealtimeConfiguration.Part: String] = [:]
    /// In the order of the file.
    public var roles: [RealtimeConfiguration.Role] = []
    /// Nil: there are no users.
    public var users: RealtimeConfiguration.Users?
  }

  public struct Role: Sendable, Equatable {
    public var name: String
    public var who: Who
    public var reads: [Part]
  }

  public enum Who: Sendable, Equatable {
    case anyone, signedIn
    case claim(String, JobValue)
  }

  /// How much a user may keep, and what a user is told.
  public struct Users: Sendable, Equatable {
    public var nameMax = 80
    public var watchlistMax = 100
    public var alertsMax = 50
    /// What each is told of the symbols that they follow; nothing: no user is told anything.
    public var results = Result.allCases

    static let keys = [("name_max", 1...1_000), ("watchlist_max", 1...1_000), ("alerts_max", 1...1_000)]

    /// Of a symbol that a user follows: its last candle, its regime, what the strategies say; and how the user's own alerts stand.
    public enum Result: String, Sendable, CaseIterable {
      case quotes, regimes, signals, alerts
    }
  }
}

extension RealtimeConfiguration.Part {
  /// What tells the things of a part apart: each stands once in its place.
  public var holes: [String] {
    switch self {
    case .quotes, .candles, .regimes: ["source", "symbol", "interval"]
    case .signals: ["symbol", "interval", "strategy", "time"]
    case .alerts: ["symbol", "alert", "interval", "time"]
    case .reports, .runs: ["job", "date"]
    case .health: ["check"]
    }
  }

  /// Where it stands when nothing else is said.
  public var standardPlace: String { ([rawValue] + holes.map { "{\($0)}" }).joined(separator: "/") }
}

extension RealtimeConfiguration.Access {
  typealias Part = RealtimeConfiguration.Part
  typealias Role = RealtimeConfiguration.Role

  static let keys = ["projection", "roles", "users"]

  init(_ section: Section) {
    let findings = section.findings
    if let projection = section.section("projection", title: "`projection`") { places = Self.places(projection) }
    if let roles = section.section("roles", title: "`roles`") {
      self.roles = roles.entries.compactMap { Self.role($0, findings) }
    }
    guard let users = section.section("users", title: "`users`") else { return }
    users.refuseKeys(except: RealtimeConfiguration.Users.keys.map(\.0) + ["results"])
    var limits = RealtimeConfiguration.Users()
    if users["results"] != nil { limits.results = RealtimeConfiguration.words("results", users) }
    for (key, range) in RealtimeConfiguration.Users.keys {
      guard let value = users.integer(key, in: range) else { continue }
      switch key {
      case "name_max": limits.nameMax = value
      case "watchlist_max": limits.watchlistMax = value
      default: limits.alertsMax = value
      }
    }
    self.users = limits
  }

  // MARK: Places

  private static func places(_ section: Section) -> [Part: String] {
    section.refuseKeys(except: Part.allCases.map(\.rawValue))
    var places: [Part: (text: String, spot: Spot)] = [:]
    for part in Part.allCases {
      guard let text = section.text(part.rawValue) else { continue }
      if let problem = problem(of: text.value, part) {
        section.findings.add(
          .badName, at: text.spot, "`\(text.value)` cannot be the place of \(part.rawValue)", label: problem,
          expected: "keys with `/` between them, as in `\(part.standardPlace)`")
      } else {
        places[part] = (text.value, text.spot)
      }
    }
    refuseMixtures(of: places, section.findings)
    return places.mapValues(\.text)
  }

  /// What makes a text no place of a part; nil when nothing does.
  private static func problem(of place: String, _ part: Part) -> String? {
    let keys = place.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    var found: [String] = []
    for key in keys {
      if key.isEmpty { return "a key is empty" }
      if let hole = hole(key) {
        guard part.holes.contains(hole) else { return "\(part.rawValue) has no {\(hole)}, but \(holeList(part.holes))" }
        guard !found.contains(hole) else { return "{\(hole)} stands twice" }
        found.append(hole)
      } else if key.contains(where: { "{}.$#[]%".contains($0) })
        || key.unicodeScalars.contains(where: { $0.properties.isWhitespace || $0.value < 32 || $0.value == 127 })
      {
        return "a key has a blank or one of { } . $ # [ ] %"
      }
    }
    let missing = part.holes.filter { !found.contains($0) }
    // Without one of them two things would be told at one place, the second over the first.
    if !missing.isEmpty { return "\(holeList(missing)) is missing: it tells one from another" }
    if keys[0] == "users" || keys[0] == "mirror" { return "`\(keys[0])` is kept for other things" }
    if hole(keys[0]) != nil { return "the first key must be a fixed one" }
    return keys.count > 20 ? "more than 20 keys" : nil
  }

  private static func hole(_ key: String) -> String? {
    key.hasPrefix("{") && key.hasSuffix("}") ? String(key.dropFirst().dropLast()) : nil
  }

  private static func holeList(_ holes: [String]) -> String { holes.map { "{\($0)}" }.joined(separator: ", ") }

  /// Two places must part at keys that are fixed: else a thing of one might be taken for one of the other.
  private static func refuseMixtures(of places: [Part: (text: String, spot: Spot)], _ findings: Findings) {
    for (index, part) in Part.allCases.enumerated() {
      for other in Part.allCases[..<index] {
        guard let spot = (places[part] ?? places[other])?.spot else { continue }
        let texts = [part, other].map { (places[$0]?.text ?? $0.standardPlace).split(separator: "/").map(String.init) }
        let shared = zip(texts[0], texts[1]).prefix { $0 == $1 }.count
        let parts = texts.map { shared < $0.count ? $0[shared] : nil }
        if let first = parts[0], let second = parts[1], hole(first) == nil, hole(second) == nil { continue }
        findings.add(
          .duplicateEntry, at: spot, "\(part.rawValue) and \(other.rawValue) cannot be told apart", label: "meets \(other.rawValue)",
          expected: "the first key in which they differ is a fixed one in both", others: places[other].map { [$0.spot] } ?? [])
      }
    }
  }

  // MARK: Roles

  private static func role(_ entry: Tree.Entry, _ findings: Findings) -> Role? {
    guard Names.check(Located(value: entry.key, spot: entry.keySpot), "role", findings),
      let section = Section(entry.value, title: "a role", findings: findings)
    else { return nil }
    section.refuseKeys(except: ["who", "claim", "value", "reads"])
    section.require("reads", "`reads: [quotes]`: the parts that it sees")
    let reads: [Part] = RealtimeConfiguration.words("reads", section)
    guard let word = section.word("who", Word.self) else {
      if section["who"] != nil { return nil }
      let claim = section["claim"] == nil ? "role" : section.text("claim")?.value
      guard let claim, let value = value(section, entry.key) else { return nil }
      return Role(name: entry.key, who: .claim(claim, value), reads: reads)
    }
    for key in ["claim", "value"] where section[key] != nil {
      findings.add(
        .unknownKey, at: section.keySpot(key), "`\(key)` stands beside `who`", label: "not asked for",
        expected: "`who: \(word.rawValue)`, or a claim and its value")
    }
    return Role(name: entry.key, who: word == .anyone ? .anyone : .signedIn, reads: reads)
  }

  private enum Word: String, CaseIterable {
    case anyone
    case signedIn = "signed_in"
  }

  /// What the claim must be; the name of the role when nothing is said.
  private static func value(_ section: Section, _ name: String) -> JobValue? {
    guard let tree = section["value"] else { return .string(name) }
    if case .scalar(let scalar) = tree.content {
      switch scalar.value {
      case .string, .int, .bool: return scalar.value
      default: break
      }
    }
    section.findings.wrongType(tree, "a text, a whole number, or true or false", of: "`value`")
    return nil
  }
}
