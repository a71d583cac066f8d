import Scheduling

extension ExpressionReduction {
  func call(_ name: String, _ arguments: [ExpressionNode], _ node: ExpressionNode) throws(ExpressionDefect) -> ExpressionNode {
    if name == "if" {
      let condition = try reduce(arguments[0])
      // Only the branch that counts is computed.
      if case .flag(let flag)? = condition.value {
        return ExpressionNode(range: node.range, kind: try reduce(arguments[flag ? 1 : 2]).kind)
      }
      return ExpressionNode(range: node.range, kind: .call(name, [condition, try reduce(arguments[1]), try reduce(arguments[2])]))
    }
    var reduced: [ExpressionNode] = []
    for argument in arguments { reduced.append(try reduce(argument)) }
    let values = reduced.compactMap(\.value)
    guard values.count == arguments.count, let value = try value(of: name, values, node) else {
      return ExpressionNode(range: node.range, kind: .call(name, reduced))
    }
    return ExpressionNode(range: node.range, kind: .literal(value))
  }

  /// - Returns: nil when it depends on the logical date and that is not known.
  private func value(of name: String, _ values: [ExpressionValue], _ node: ExpressionNode) throws(ExpressionDefect) -> ExpressionValue? {
    switch name {
    case "date":
      guard let day = values[0].asDay else {
        throw ExpressionDefect(.noValue, node.range, "`\(values[0].text)` is not a day", label: "expected a day such as `2026-01-15`")
      }
      return .day(day)
    case "weekday", "day", "month", "year": return values[0].asDay?.part(name)
    case "add_days", "days_between", "month_end": return try ofDays(name, values, node)
    case "session", "last_session", "next_session": return try ofSessions(name, values, node)
    case "min", "max":
      return values.dropFirst().reduce(values[0]) { best, next in
        let order = Self.order(next, best) ?? 0
        return name == "min" ? (order < 0 ? next : best) : (order > 0 ? next : best)
      }
    case "round":
      if case .whole = values[0] { return values[0] }
      return .whole(try rounded(values[0].asNumber ?? 0, node))
    case "text": return .text(values[0].text)
    case "length":
      if case .list(let elements) = values[0] { return .whole(elements.count) }
      return .whole(values[0].text.count)
    case "lower": return .text(values[0].text.lowercased())
    case "upper": return .text(values[0].text.uppercased())
    case "contains": return .flag(values[1].text.isEmpty || values[0].text.contains(values[1].text))
    case "starts_with": return .flag(values[0].text.hasPrefix(values[1].text))
    case "ends_with": return .flag(values[0].text.hasSuffix(values[1].text))
    default: return nil
    }
  }

  private func ofDays(_ name: String, _ values: [ExpressionValue], _ node: ExpressionNode) throws(ExpressionDefect) -> ExpressionValue? {
    guard let day = values[0].asDay else { return nil }
    switch name {
    case "days_between": return values[1].asDay.map { .whole($0.daysSinceEpoch - day.daysSinceEpoch) }
    case "month_end":
      return CivilDate(year: day.year, month: day.month, day: CivilDate.days(inMonth: day.month, of: day.year)).map { .day($0) }
    default:
      guard case .whole(let count) = values[1] else { return nil }
      // No two days of the calendar are further apart.
      let step = max(-4_000_000, min(4_000_000, count))
      let moved = day.adding(days: step)
      if CivilDate.years.contains(moved.year) { return .day(moved) }
      guard isFinal else {
        throw ExpressionDefect(.noValue, node.range, "the day lies outside the years 1 to 9999", label: "has no value")
      }
      return .day(count < 0 ? CivilDate.first : CivilDate.last)
    }
  }

  private func ofSessions(_ name: String, _ values: [ExpressionValue], _ node: ExpressionNode) throws(ExpressionDefect) -> ExpressionValue?
  {
    guard let calendar = facts.calendars[values[0].text] else {
      let known = facts.calendars.keys.sorted()
      throw ExpressionDefect(
        .unknownName, node.range, "no market calendar is called `\(values[0].text)`", label: "unknown calendar",
        wrongName: .init(kind: "calendar", name: values[0].text, known: known))
    }
    if name == "session", values.count > 1 { return values[1].asDay.map { .flag(calendar.hasSession(on: $0)) } }
    guard let date = facts.date else { return nil }
    if name == "session" { return .flag(calendar.hasSession(on: calendar.day(of: date.instant))) }
    let found = name == "last_session" ? calendar.lastClosed(at: date.instant) : calendar.nextClose(after: date.instant)
    guard let found else {
      throw ExpressionDefect(.noValue, node.range, "\(values[0].text) knows no session near \(date.day)", label: "has no value")
    }
    return .day(found.date)
  }
}
