extension RulesQuestion {
  /// What a declaration is asked: the root, each part from its top to a thing of it, and all of a user's place.
  static func all(of access: RealtimeAccess) -> [RulesQuestion] {
    var questions = everything(.nothing, [])
    questions += everything(.nothing, ["elsewhere", "x"])
    for part in access.projection.parts {
      guard let template = access.projection[part] else { continue }
      questions += RulesQuestion.questions(of: part, template, access)
      questions += RulesQuestion.questions(of: part, template, access, below: RealtimeAccess.copy)
    }
    if !access.projection.parts.isEmpty {
      questions += everything(.pointer, RealtimeAccess.pointer, stored: (RealtimeAccess.pointer, .string("/")))
      questions += everything(.nothing, RealtimeAccess.copy)
    }
    guard let users = access.users else { return questions + everything(.nothing, [UserLimits.top, RulesSubject.owner, "profile"]) }
    if access.projection.hasResults, !access.projection.parts.isEmpty {
      let results = RealtimeAccess.copy + [UserLimits.top, RulesSubject.owner, UserLimits.results]
      questions += everything(.owned, results, stored: (results, .node(["BTCUSDT": .number(1)])))
    }
    return questions + RulesQuestion.questions(of: users)
  }

  private static func everything(_ target: Target, _ keys: [String], stored: (keys: [String], value: RealtimeValue)? = nil)
    -> [RulesQuestion]
  {
    [
      RulesQuestion(target: target, keys: keys, operation: .read, stored: stored),
      RulesQuestion(target: target, keys: keys, operation: .write, title: "a text", value: .string("x")),
      RulesQuestion(target: target, keys: keys, operation: .delete),
    ]
  }

  /// Values that go into the holes; a symbol whose key must be escaped is among them.
  private static let samples = [
    "source": "alphavantage", "symbol": "BRK.B", "interval": "1d", "strategy": "sma-cross", "time": "2026-01-15T00:00:00Z",
    "job": "nightly", "date": "2026-01-15T00:00:00Z", "alert": "btc_target", "check": "data",
  ]

  private static func questions(of part: ProjectedPart, _ template: PathTemplate, _ access: RealtimeAccess, below prefix: [String] = [])
    -> [RulesQuestion]
  {
    guard let path = template.path(samples) else { preconditionFailure("no sample for one of \(template.holes)") }
    let keys = prefix + path.keys.map(RealtimePath.escape)
    let thing = RealtimeValue.node(["x": .number(1)])
    // A level that is shared with other parts belongs to nobody.
    let shared =
      access.projection.parts.filter { $0 != part }
      .compactMap { access.projection[$0] }
      .map { zip(template.keys, $0.keys).prefix { $0 == $1 }.count }.max() ?? 0
    let isShared = shared > 0
    let top = Array(keys.prefix(prefix.count + min(shared + 1, template.keys.count)))
    var questions: [RulesQuestion] = []
    if isShared { questions.append(RulesQuestion(target: .nothing, keys: top.dropLast(), operation: .read)) }
    questions.append(RulesQuestion(target: .part(part), keys: top, operation: .read))
    questions += everything(.part(part), keys, stored: (keys, thing))
    // A new thing beside it, whole and in one field: what a client that guesses paths would try.
    questions.append(
      RulesQuestion(target: .part(part), keys: keys.dropLast() + ["z"], operation: .write, title: "something new", value: thing))
    questions.append(RulesQuestion(target: .part(part), keys: keys + ["x"], operation: .write, title: "a field", value: .number(2)))
    return questions
  }

  private static func questions(of users: UserLimits) -> [RulesQuestion] {
    let place = [UserLimits.top, RulesSubject.owner]
    let (profile, alert) = (UserSample.profile(users), UserSample.alert)
    var questions = everything(.nothing, [UserLimits.top])
    questions.append(RulesQuestion(target: .owned, keys: place, operation: .read))
    questions.append(RulesQuestion(target: .owned, keys: place, operation: .write, title: "all of it", value: .node(["profile": profile])))
    questions.append(RulesQuestion(target: .owned, keys: place, operation: .delete))
    let results = place + [UserLimits.results]
    questions += everything(.owned, results, stored: (results, .node(["BTCUSDT": .number(1)])))
    questions += own(
      place + ["profile"], profile,
      invalid: [
        ("without a name", profile.setting(.null, at: ["display_name"])), ("a text", .string("Ann")),
        ("a name too long", profile.setting(UserSample.text(users.nameMax + 1), at: ["display_name"])),
        ("a name that is a number", profile.setting(.number(1), at: ["display_name"])),
        ("no mail address", profile.setting(.string("ann"), at: ["email"])), ("another key", profile.setting(.bool(true), at: ["admin"])),
      ])
    func watchlist(_ count: Int) -> RealtimeValue { UserSample.list(count) { .string("S\($0)") } }
    questions += own(
      place + ["watchlist"], watchlist(users.watchlistMax),
      invalid: [
        ("one too many", watchlist(users.watchlistMax + 1)), ("a key that is no slot", .node(["first": .string("BTCUSDT")])),
        ("a symbol with a blank", .node(["s0": .string("BTC USDT")])), ("a number", .node(["s0": .number(1)])),
        ("a text", .string("BTCUSDT")),
        ("a symbol too long", .node(["s0": UserSample.text(UserLimits.symbolMax + 1)])),
      ])
    func alerts(_ change: RealtimeValue, at keys: String...) -> RealtimeValue { .node(["s0": alert.setting(change, at: keys)]) }
    questions += own(
      place + ["alerts"], UserSample.list(users.alertsMax) { _ in alert },
      invalid: [
        ("one too many", UserSample.list(users.alertsMax + 1) { _ in alert }), ("without a symbol", alerts(.null, at: "symbol")),
        ("an unknown kind", alerts(.string("moon"), at: "kind")), ("without a threshold", alerts(.null, at: "threshold")),
        ("a threshold in words", alerts(.string("high"), at: "threshold")), ("an unknown channel", alerts(.string("fax"), at: "channel")),
        ("a note too long", alerts(UserSample.text(UserLimits.noteMax + 1), at: "note")),
        ("another key", alerts(.bool(true), at: "x", "y")),
      ])
    return questions
  }

  private static func own(_ keys: [String], _ value: RealtimeValue, invalid: [(title: String, value: RealtimeValue)]) -> [RulesQuestion] {
    [
      RulesQuestion(target: .own, keys: keys, operation: .read, stored: (keys, value)),
      RulesQuestion(target: .own, keys: keys, operation: .write, title: "as it should be", value: value),
    ]
      + invalid.map { RulesQuestion(target: .own, keys: keys, operation: .write, title: $0.title, value: $0.value, isValid: false) }
      + [RulesQuestion(target: .own, keys: keys, operation: .delete)]
  }
}

/// What a user might write.
enum UserSample {
  /// With a name as long as it may be.
  static func profile(_ users: UserLimits) -> RealtimeValue {
    .node([
      "display_name": text(users.nameMax), "email": .string("ann@example.com"), "locale": .string("en-GB"),
      "time_zone": .string("Europe/Berlin"),
    ])
  }
  static let alert = RealtimeValue.node([
    "symbol": .string("BRK.B"), "kind": .string("price_above"), "threshold": .number(500), "channel": .string("mail"),
    "enabled": .bool(true), "note": .string("sell"),
  ])

  static func text(_ count: Int) -> RealtimeValue { .string(String(repeating: "x", count: count)) }

  static func list(_ count: Int, _ entry: (Int) -> RealtimeValue) -> RealtimeValue {
    .node(Dictionary(uniqueKeysWithValues: (0..<count).map { ("\(UserLimits.slot)\($0)", entry($0)) }))
  }
}
