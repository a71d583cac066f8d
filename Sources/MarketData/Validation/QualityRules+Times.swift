import Scheduling

extension CandleSeries {
  /// Whether each bar should belong to a session of a market that closes.
  func isDailyOfSessions(_ calendar: SessionCalendar) -> Bool { interval == .day1 && !calendar.isAlwaysOpen }
}

extension QualityRules {
  /// Bars between the first and the last that should exist and do not.
  ///
  /// A market that is always open must have a bar in each slot of the grid, also where bars open off it; daily bars of a market with
  /// sessions must be there for each session. Shorter bars of such a market are not judged: quiet hours have none.
  func gaps(in series: CandleSeries, _ context: Context) -> QualityVerdict {
    let hasSessions = !context.calendar.isAlwaysOpen
    if hasSessions, series.interval < .day1 {
      return QualityVerdict(
        .gaps, failure: nil, sentence: series.place + "gaps are not judged within sessions, where quiet minutes have no bar")
    }
    let isDaily = series.isDailyOfSessions(context.calendar)
    let holes = isDaily ? series.missingSessions(of: context.calendar) : series.missingSlots()
    let total = holes.reduce(0) { $0 + $1.missing.total }
    guard let first = holes.first else {
      return QualityVerdict(.gaps, failure: nil, value: 0, sentence: series.place + "no bars missing in \(series.count)")
    }
    let share = Double(total) / Double(total + series.count)
    let recent = holes.filter { $0.after >= recentStart(of: series, context) }
    let failure: QualityVerdict.Severity? = recent.isEmpty ? (share > missingShareMax ? .warning : nil) : (isDaily ? .error : .warning)
    let shown = recent.isEmpty ? holes : recent
    let number = shown.reduce(0) { $0 + $1.missing.total }
    var sentence =
      "\(counted(number, "bar")) missing between \(series.name(of: shown.first!.before)) and \(series.name(of: shown.last!.after))"
    if shown.count > 1 { sentence += ", in \(shown.count) gaps" }
    if recent.isEmpty {
      sentence += "; none in the last days" + (failure == nil ? "" : ", but \(percent(share)) of all")
    } else if total > number {
      sentence += "; \(total - number) more since \(series.name(of: first.before)) are older"
    }
    return QualityVerdict(
      .gaps, failure: failure, count: total, value: share, sentence: series.place + sentence,
      affected: QualityVerdict.AffectedBars(joining: shown.map(\.missing)))
  }

  /// Bars that do not open on the UTC grid of their interval.
  ///
  /// An exchange that restarts may shift its bars for days. That is a fact of the past and no fault; it fails while the share among
  /// the recent bars is beyond ``offGridShareMax``.
  func grid(of series: CandleSeries, _ context: Context) -> QualityVerdict {
    let recentStart = recentStart(of: series, context)
    var (affected, stretches, previous) = (QualityVerdict.AffectedBars(), 0, Duration.zero)
    var (recent, recentOff) = (0, 0)
    for openTime in series.openTimes {
      let shift = openTime - series.interval.openTime(containing: openTime)
      if shift != .zero {
        affected.add(openTime)
        if shift != previous { stretches += 1 }
      }
      previous = shift
      guard openTime >= recentStart else { continue }
      recent += 1
      if shift != .zero { recentOff += 1 }
    }
    guard let first = affected.openTimes.first else {
      return QualityVerdict(.grid, failure: nil, value: 0, sentence: series.place + "all \(series.count) bars open on the grid")
    }
    let share = Double(affected.total) / Double(series.count)
    let fails = recent > 0 && Double(recentOff) / Double(recent) > offGridShareMax
    let shift = first - series.interval.openTime(containing: first)
    return QualityVerdict(
      .grid, failure: fails ? .warning : nil, count: affected.total, value: share,
      sentence: series.place + "\(counted(affected.total, "bar")) (\(percent(share))) off the grid, in "
        + (stretches == 1 ? "one stretch" : "\(stretches) stretches") + "; the first at \(first), \(shift.inSeconds) s late"
        + (recentOff == 0 ? "; none in the last days" : ""),
      affected: affected)
  }

  /// Bars on days without a session: weekends, holidays.
  func sessions(of series: CandleSeries, _ context: Context) -> QualityVerdict {
    let strays = QualityVerdict.AffectedBars(series.openTimes.lazy.filter { !context.calendar.hasSession(on: $0.utcDay) })
    let sentence =
      strays.openTimes.first.map { "\(counted(strays.total, "bar")) on days without a session, the first on \($0.utcDay)" }
      ?? "each bar has its session"
    return QualityVerdict(
      .sessions, failure: strays.total > 0 ? .error : nil, count: strays.total, sentence: series.place + sentence, affected: strays)
  }

  /// How many closed bars, or sessions, the end of the series lacks at the logical date.
  func staleness(of series: CandleSeries, in context: Context) -> QualityVerdict {
    guard let last = series.openTimes.last else {
      return QualityVerdict(.staleness, failure: .error, sentence: series.place + "there are no bars at all")
    }
    let (lag, unit) = lag(of: last, in: series, context)
    let failure: QualityVerdict.Severity? = lag <= staleToleratedBars ? nil : lag >= staleErrorBars ? .error : .warning
    let state = lag == 0 ? "is the latest that has closed" : "is \(counted(lag, unit)) behind"
    return QualityVerdict(
      .staleness, failure: failure, count: lag, value: Double(lag),
      sentence: series.place + "the last bar, \(series.name(of: last)), \(state) at \(context.asOf)",
      affected: QualityVerdict.AffectedBars(lag > 0 ? [last] : []))
  }

  private func lag(of last: Instant, in series: CandleSeries, _ context: Context) -> (Int, String) {
    if context.calendar.isAlwaysOpen || series.interval > .day1 {
      let open = series.interval.openTime(containing: context.asOf)
      let expected = series.interval.openTime(containing: Instant(milliseconds: open.milliseconds - 1))
      return (max(0, series.interval.slots(from: series.interval.openTime(containing: last), to: expected)), "bar")
    }
    let day = series.interval == .day1 ? last.utcDay : context.calendar.day(of: last)
    guard let closed = context.calendar.lastClosed(at: context.asOf)?.date, closed > day else { return (0, "session") }
    return (context.calendar.sessions(in: day.adding(days: 1)...closed).count, "session")
  }

  /// Bars that open after the logical date.
  func future(of series: CandleSeries, in context: Context) -> QualityVerdict {
    let future = QualityVerdict.AffectedBars(series.openTimes.suffix(while: { $0 > context.asOf }))
    let sentence =
      future.openTimes.first.map { "\(counted(future.total, "bar")) from the future, the first opens at \($0), after \(context.asOf)" }
      ?? "no bar opens after \(context.asOf)"
    return QualityVerdict(
      .future, failure: future.total > 0 ? .error : nil, count: future.total, sentence: series.place + sentence, affected: future)
  }
}

/// Bars that are missing between two that are there.
struct Hole {
  /// Open times of the bars beside the hole.
  let before: Instant
  let after: Instant
  let missing: QualityVerdict.AffectedBars
}

extension CandleSeries {
  func missingSlots() -> [Hole] {
    var holes: [Hole] = []
    for index in openTimes.indices.dropFirst() {
      let (before, after) = (openTimes[index - 1], openTimes[index])
      if let length = interval.length, after - before == length { continue }
      let (from, to) = (interval.next(after: interval.openTime(containing: before)), interval.openTime(containing: after))
      guard from < to else { continue }
      let missing = QualityVerdict.AffectedBars(count: interval.slots(from: from, to: to), from: from) { interval.next(after: $0) }
      holes.append(Hole(before: before, after: after, missing: missing))
    }
    return holes
  }

  func missingSessions(of calendar: SessionCalendar) -> [Hole] {
    var holes: [Hole] = []
    for index in openTimes.indices.dropFirst() {
      let (before, after) = (openTimes[index - 1], openTimes[index])
      let (first, last) = (before.utcDay.adding(days: 1), after.utcDay.adding(days: -1))
      guard first <= last else { continue }
      let days = (first.daysSinceEpoch...last.daysSinceEpoch).lazy.map(CivilDate.init(daysSinceEpoch:))
      let missing = QualityVerdict.AffectedBars(days.filter(calendar.hasSession).map(\.midnight))
      if missing.total > 0 { holes.append(Hole(before: before, after: after, missing: missing)) }
    }
    return holes
  }
}

extension QualityVerdict.AffectedBars {
  /// Only as many open times are made as are listed: a hole may be years wide.
  fileprivate init(count: Int, from first: Instant, next: (Instant) -> Instant) {
    var time = first
    for _ in 0..<min(count, Self.cap) {
      add(time)
      time = next(time)
    }
    add(unlisted: count - total)
  }

  fileprivate init(joining parts: [QualityVerdict.AffectedBars]) {
    for part in parts {
      for time in part.openTimes { add(time) }
      add(unlisted: part.total - part.openTimes.count)
    }
  }
}

extension Interval {
  /// How many bars open in `start ..< end`, both on the grid; negative when `end` is earlier.
  func slots(from start: Instant, to end: Instant) -> Int {
    if let length { return Int((end.milliseconds - start.milliseconds) / length.milliseconds) }
    let (a, b) = (start.utcDay, end.utcDay)
    return (b.year - a.year) * 12 + b.month - a.month
  }
}

extension Array {
  /// The elements at the end that satisfy a condition, in their order.
  fileprivate func suffix(while condition: (Element) -> Bool) -> ArraySlice<Element> {
    self[(lastIndex { !condition($0) }.map { $0 + 1 } ?? startIndex)...]
  }
}
