/// Reads one limit of a provider.
struct LimitReader {
  let findings: Findings

  private enum Window: String, CaseIterable {
    case fixed, rolling
  }

  func read(_ tree: Tree) -> ProvidersConfiguration.LimitSetting? {
    guard let section = Section(tree, title: "a limit", findings: findings) else { return nil }
    section.refuseKeys(except: ["weight", "requests", "concurrent", "per", "window", "reset_zone"])
    if section["concurrent"] != nil { return concurrent(section) }
    section.require("per", "the length of the window: `per: 1m`")
    let unit = unit(of: section)
    let amount = unit.flatMap { section.integer($0.rawValue, in: 1...Int.max) }
    let window = section.word("window", Window.self)
    let zone = section.text("reset_zone").flatMap { Names.zone($0, findings) }
    guard let per = section.duration("per"), checkWindow(section, per, isRolling: window == .rolling) else { return nil }
    guard let unit, let amount else { return nil }
    return .init(unit: unit, amount: amount, per: per, isRolling: window == .rolling, resetZone: zone)
  }

  /// `{ concurrent: 8 }`
  private func concurrent(_ section: Section) -> ProvidersConfiguration.LimitSetting? {
    for key in ["weight", "requests", "per", "window", "reset_zone"] where section[key] != nil {
      findings.add(
        .duplicateKey, at: section.keySpot(key), "a limit of requests at once that has `\(key)`", label: "not in this limit",
        notes: ["what is under way at once has no window; write two limits, all of them hold at once"])
    }
    return section.integer("concurrent", in: 1...Int.max).map { .init(unit: .concurrent, amount: $0, per: .zero) }
  }

  private func unit(of section: Section) -> ProvidersConfiguration.LimitSetting.Unit? {
    switch (section["weight"], section["requests"]) {
    case (_?, nil): return .weight
    case (nil, _?): return .requests
    case (nil, nil):
      findings.add(
        .missingKey, at: section.spot, "a limit of nothing", expected: "`weight: NUMBER`, `requests: NUMBER` or `concurrent: NUMBER`")
    case (_?, _?):
      findings.add(
        .duplicateKey, at: section.keySpot("requests"), "a limit of both weight and requests", label: "one of them",
        notes: ["write two limits; all of them hold at once"])
    }
    return nil
  }

  private func checkWindow(_ section: Section, _ per: Duration, isRolling: Bool) -> Bool {
    guard per > .zero else {
      findings.add(.outOfRange, at: section["per"]!.spot, "`per` is 0", label: "expected more than 0")
      return false
    }
    guard section["reset_zone"] != nil, per != .seconds(86_400) || isRolling else { return true }
    findings.add(
      .outOfRange, at: section.keySpot("reset_zone"), "`reset_zone` belongs to a fixed window of a day", label: "not to this limit",
      expected: "`per: 1d` and no `window: rolling`")
    return false
  }
}
