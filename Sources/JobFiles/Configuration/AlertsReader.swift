import Analysis
import JobGraph
import MarketData
import Scheduling

/// Reads `alerts.yaml`: what is to be told once, each under a name of its own.
///
///     btc_100k: { symbol: BTCUSDT, when: { price_crosses: 100000 }, severity: warning }
///     overbought:
///       symbols: $watchlist.crypto
///       when: { rsi_above: 70 }
///       enabled_until: 2027-01-31
struct AlertsReader {
  static let keys = ["symbol", "symbols", "interval", "when", "severity", "enabled_until", "muted_until", "description"]

  private let watchlist: Watchlist?
  private let findings: Findings

  init(watchlist: Watchlist?, _ findings: Findings) {
    (self.watchlist, self.findings) = (watchlist, findings)
  }

  /// Those without a mistake, in the order of the file, each with the place of its symbols.
  func alerts(_ root: Tree) -> [(alert: Alert, place: Diagnostic.Place)] {
    guard let section = Section(root, title: "the file", findings: findings) else { return [] }
    return section.entries.compactMap { entry in
      guard Names.check(Located(value: entry.key, spot: entry.keySpot), "alert", findings) else { return nil }
      return Section(entry.value, title: "an alert", findings: findings).flatMap { section in
        let spot = (section["symbol"] ?? section["symbols"])?.spot ?? entry.keySpot
        return alert(entry.key, section).map { ($0, findings.source.place(spot)) }
      }
    }
  }

  private func alert(_ id: String, _ section: Section) -> Alert? {
    section.refuseKeys(except: Self.keys)
    section.require("when", "`when: { price_crosses: 100000 }`, with one of \(AlertCondition.wordList)")
    _ = section.text("description")
    let symbols = symbols(section)
    let interval: Interval? = section["interval"] == nil ? .day1 : section.word("interval")
    let severity: Alert.Severity? = section["severity"] == nil ? .info : section.word("severity")
    let (end, mute) = (day("enabled_until", section), day("muted_until", section))
    guard let rule = rule(section), let symbols, let interval, let severity, end.isRight, mute.isRight else { return nil }
    return Alert(
      id: id, symbols: symbols, interval: interval, rule: rule, severity: severity, enabledUntil: end.day, mutedUntil: mute.day)
  }

  private func symbols(_ section: Section) -> [Symbol]? {
    guard (section["symbol"] == nil) != (section["symbols"] == nil) else {
      findings.add(
        .missingKey, at: section["symbols"] == nil ? section.spot : section.keySpot("symbols"),
        section["symbols"] == nil ? "an alert has neither `symbol` nor `symbols`" : "an alert has `symbol` and `symbols`",
        expected: "`symbol: BTCUSDT`, `symbols: [BTCUSDT, ETHUSDT]` or `symbols: $watchlist.crypto`")
      return nil
    }
    if let tree = section["symbol"] { return symbol(tree, "`symbol`").map { [$0] } }
    guard let tree = section["symbols"] else { return nil }
    if case .scalar(let scalar) = tree.content, let path = scalar.reference { return list(path, tree.spot) }
    guard case .list(let elements) = tree.content else {
      findings.wrongType(tree, "a list of symbols, or `$watchlist.LIST`", of: "`symbols`")
      return nil
    }
    var places: [Symbol: Spot] = [:]
    let found = elements.map { element -> Symbol? in
      guard let symbol = symbol(element, "an element of `symbols`") else { return nil }
      guard let first = places.updateValue(element.spot, forKey: symbol) else { return symbol }
      findings.add(
        .duplicateEntry, at: element.spot, "the symbol `\(symbol)` stands twice in `symbols`", label: "a second time", others: [first])
      return nil
    }
    return found.contains(nil) ? nil : found.compactMap(\.self)
  }

  private func list(_ path: Substring, _ spot: Spot) -> [Symbol]? {
    let parts = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, parts[0] == "watchlist" else {
      findings.add(.undefinedReference, at: spot, "`$\(path)` is no list of symbols", label: "expected `$watchlist.LIST`")
      return nil
    }
    if let entries = watchlist?.list(parts[1]) { return entries.map(\.symbol) }
    let known = ["all"] + (watchlist?.lists.map(\.name) ?? [])
    findings.add(
      .undefinedReference, at: spot, "Jobs/config/watchlist.yaml has no list `\(parts[1])`", label: "not a list",
      expected: "one of \(known.map { "`$watchlist.\($0)`" }.joined(separator: ", "))",
      nearest: findings.nearest("list", to: parts[1], in: known))
    return nil
  }

  private func symbol(_ tree: Tree, _ what: String) -> Symbol? {
    guard let text = findings.text(tree, of: what, wanted: "a symbol") else { return nil }
    do {
      return try Symbol(text.value)
    } catch {
      findings.add(.badSymbol, at: text.spot, "`\(text.value)` is no symbol", label: "\(error)")
      return nil
    }
  }

  private func day(_ key: String, _ section: Section) -> (day: CivilDate?, isRight: Bool) {
    guard let tree = section[key] else { return (nil, true) }
    guard let text = findings.text(tree, of: "`\(key)`", wanted: "a day such as `2027-01-31`") else { return (nil, false) }
    if let day = CivilDate(text.value) { return (day, true) }
    findings.add(
      .wrongType, at: text.spot, "`\(key)` is `\(text.value)`", label: "expected a day such as `2027-01-31`")
    return (nil, false)
  }

  private func rule(_ section: Section) -> AlertRule? {
    guard let when = section.section("when", title: "`when`") else { return nil }
    let chosen = when.entries.compactMap { entry in AlertCondition(rawValue: entry.key).map { ($0, entry) } }
    when.refuseKeys(except: AlertCondition.allCases.map(\.rawValue) + (chosen.first?.0.settings ?? []))
    guard let (condition, _) = chosen.first, chosen.count == 1 else {
      let place = chosen.count > 1 ? chosen[1].1.keySpot : when.spot
      findings.add(
        .badCondition, at: place, chosen.isEmpty ? "`when` has no condition" : "`when` has two conditions",
        label: chosen.isEmpty ? "" : "a second one", expected: "one of \(AlertCondition.wordList); another one is another alert")
      return nil
    }
    return condition.rule(when)
  }
}
