extension RealtimeAccess {
  /// The security rules that say this and nothing more: everything else is denied.
  ///
  /// Nobody but an admin writes results: no rule grants it, and none above could. Users write three places of their own, each checked
  /// to its leaves. Same value, same bytes.
  public var rulesText: String {
    var rules = RulesDocument()
    rules.set(".read", .flag(false))
    rules.set(".write", .flag(false))
    for part in projection.parts { add(part, to: &rules) }
    if let users { users.add(to: &rules) }
    if !projection.parts.isEmpty {
      rules.change(at: RealtimeAccess.pointer) { grant(projection.parts, in: &$0) }
      rules.change(at: RealtimeAccess.copy) { copy in
        for part in projection.parts { add(part, to: &copy) }
        // Of users the second tree has what they are told, no more.
        if users != nil, projection.hasResults {
          copy.change(at: [UserLimits.top, "$uid"]) { $0.set(".read", .condition(UserLimits.owner)) }
        }
      }
    }
    var document = RulesDocument()
    document.set("rules", .node(rules))
    return document.text() + "\n"
  }

  /// Keys of the rules, as far down as a part's things: `["quotes", "$source", "$symbol", "$interval"]`.
  private func ruleKeys(of part: ProjectedPart) -> [String] {
    (projection[part]?.keys ?? []).map {
      switch $0 {
      case .literal(let text): RealtimePath.escape(text)
      case .hole(let name): "$" + name
      }
    }
  }

  private func add(_ part: ProjectedPart, to rules: inout RulesDocument) {
    let keys = ruleKeys(of: part)
    let others = projection.parts.filter { $0 != part }.map { ruleKeys(of: $0) }
    // The first level that is this part's alone: what is granted there is granted for nothing else.
    let shared = others.map { zip(keys, $0).prefix { $0 == $1 }.count }.max() ?? 0
    let top = keys.prefix(min(shared + 1, keys.count))
    rules.change(at: top) { grant([part], in: &$0) }
    if !part.indexes.isEmpty, keys.count > 1 {
      rules.change(at: keys.dropLast()) { node in
        if case .texts(let known) = node[".indexOn"] {
          node.set(".indexOn", .texts(known + part.indexes.filter { !known.contains($0) }))
        } else {
          node.set(".indexOn", .texts(part.indexes))
        }
      }
    }
  }

  /// Lets those read who may read one of the parts, and nobody write.
  private func grant(_ parts: [ProjectedPart], in node: inout RulesDocument) {
    let who = roles.filter { !$0.reads.filter(parts.contains).isEmpty }.map(\.who)
    node.set(".read", RealtimeAccess.condition(of: who))
    node.set(".write", .flag(false))
  }

  private static func condition(of who: [Who]) -> RulesDocument.Content {
    if who.isEmpty { return .flag(false) }
    if who.contains(.anyone) { return .flag(true) }
    if who.contains(.signedIn) { return .condition(Who.signedIn.condition) }
    var texts: [String] = []
    for text in who.map(\.condition) where !texts.contains(text) { texts.append(text) }
    return .condition(texts.count == 1 ? texts[0] : texts.map { "(\($0))" }.joined(separator: " || "))
  }
}

extension UserLimits {
  static let owner = "auth != null && auth.uid === $uid"

  /// Users read all of their place, and write what is theirs to say; what the mirror puts there beside it they cannot change.
  fileprivate func add(to rules: inout RulesDocument) {
    rules.change(at: [UserLimits.top, "$uid"]) { user in
      user.set(".read", .condition(UserLimits.owner))
      user.change(at: ["profile"]) { addProfile(to: &$0) }
      user.change(at: ["watchlist"]) { list in
        list.set(".write", .condition(UserLimits.owner))
        list.set(".validate", .condition("newData.hasChildren()"))
        list.change(at: ["$slot"]) { slot in
          slot.set(".validate", .condition("\(slots(watchlistMax)) && \(UserLimits.symbol("newData"))"))
        }
      }
      user.change(at: ["alerts"]) { list in
        list.set(".write", .condition(UserLimits.owner))
        list.set(".validate", .condition("newData.hasChildren()"))
        list.change(at: ["$slot"]) { addAlert(to: &$0) }
      }
    }
  }

  private func addProfile(to profile: inout RulesDocument) {
    profile.set(".write", .condition(UserLimits.owner))
    profile.set(".validate", .condition("newData.hasChildren(['display_name'])"))
    for (key, max) in [
      ("display_name", nameMax), ("email", UserLimits.emailMax), ("locale", UserLimits.localeMax), ("time_zone", UserLimits.zoneMax),
    ] {
      let form = key == "email" ? " && newData.val().matches(/^[^\\s@]+@[^\\s@]+$/)" : ""
      UserLimits.set(key, UserLimits.text(max) + form, in: &profile)
    }
    UserLimits.close(&profile)
  }

  private func addAlert(to alert: inout RulesDocument) {
    let kinds = AlertKind.allCases.filter { !$0.needsThreshold }.map(\.rawValue)
    let threshold =
      "(newData.child('threshold').isNumber() || newData.child('kind').isString() && newData.child('kind').val().matches(/^(\(kinds.joined(separator: "|")))$/))"
    alert.set(".validate", .condition("\(slots(alertsMax)) && newData.hasChildren(['symbol', 'kind']) && \(threshold)"))
    UserLimits.set("symbol", UserLimits.symbol("newData"), in: &alert)
    UserLimits.set("kind", UserLimits.word(AlertKind.allCases.map(\.rawValue)), in: &alert)
    UserLimits.set("threshold", "newData.isNumber()", in: &alert)
    UserLimits.set("channel", UserLimits.word(AlertChannel.allCases.map(\.rawValue)), in: &alert)
    UserLimits.set("enabled", "newData.isBoolean()", in: &alert)
    UserLimits.set("note", UserLimits.text(UserLimits.noteMax), in: &alert)
    UserLimits.close(&alert)
  }

  private func slots(_ count: Int) -> String { "$slot.matches(/^\(UserLimits.slot)(\(ConditionText.pattern(ofNumbersBelow: count)))$/)" }

  private static func set(_ key: String, _ condition: String, in node: inout RulesDocument) {
    node.change(at: [key]) { $0.set(".validate", .condition(condition)) }
  }

  /// No other keys.
  private static func close(_ node: inout RulesDocument) {
    node.change(at: ["$other"]) { $0.set(".validate", .flag(false)) }
  }

  private static func text(_ max: Int) -> String { "newData.isString() && newData.val().length > 0 && newData.val().length <= \(max)" }

  private static func symbol(_ place: String) -> String {
    "\(place).isString() && \(place).val().length <= \(symbolMax) && \(place).val().matches(/^[^\\s\\/]+$/)"
  }

  private static func word(_ words: [String]) -> String {
    "newData.isString() && newData.val().matches(/^(\(words.joined(separator: "|")))$/)"
  }
}
