import Analysis
import Foundation
import JobGraph
import MarketData
import Reporting
import Scheduling
import Storage

extension NightlyReport {
  /// The report of what was read.
  init(_ data: ReportData, links: Links) {
    let stale = data.stale
    let gaps = data.verdicts.filter { $0.rule == "gaps" && !$0.passed }
    let coverage = Coverage(
      dataThrough: data.dataThrough, symbolsExpected: data.expected.count, symbolsDelivered: data.expected.count - stale.count,
      gaps: data.verdicts.isEmpty ? nil : gaps.reduce(0) { $0 + Int($1.observed ?? 0) },
      restatements: Set(data.restated.map { [$0.key.description, $0.openTime.iso8601] }).count,
      quarantined: data.quarantined.count)
    let newSignals = data.newSignals
    self.init(
      job: data.job, logicalDate: data.logicalDate, verdict: data.verdict(coverage, newSignals: newSignals.count), coverage: coverage,
      changes: .ready(data.changes(newSignals)), signals: .ready(data.signals.map { data.row(of: $0) }.sortedForReading()),
      patterns: data.analyses.patterns.map { _ in .ready(data.analyses.patternRows(of: data.keysWithData)) },
      strategies: data.analyses.strategyRows.map { .ready($0) }, alerts: data.alerts.map { .ready($0.rows) },
      movers: .ready(data.movers), risks: .ready(data.risks), calendar: .ready(data.calendarNotes),
      quality: .ready(data.verdicts.filter { !$0.passed }.map(QualityRow.init)), health: .ready(data.health),
      bots: data.bots.map { .ready($0) }, links: links,
      method: NightlyReport.methodSentences)
  }

  private static let methodSentences = [
    "Only bars that had closed by the logical date are used; a missing bar is not filled.",
    "Prices of shares are adjusted for the splits known at the logical date, not for dividends.",
    "RSI and ATR are smoothed as Wilder defines it; MACD (12, 26, 9) is aligned as TA-Lib does, so early in a history it differs from "
      + "the difference of two separately seeded averages.",
    "z is the last log return against the mean and deviation of the 60 before it; volatility is the deviation of the last 20 log returns, "
      + "scaled with 365 periods a year for crypto and 252 for shares.",
    "The regime by rules: bull where the close is above its 50-bar average, that above the 200-bar one and the ADX at least 20, bear mirrored, "
      + "else range; volatility beside the symbol's last 252 bars. A change counts after two bars.",
    "A signal arises at the close of its bar and is valid from the next open; its strength is a measure of evidence, not a probability.",
  ]
}

extension ReportData {
  /// Signals that the report before could not have.
  var newSignals: [StoredSignal] {
    let since = previous?.logicalDate ?? logicalDate - .days(1)
    return signals.filter { $0.validFrom > since }
  }

  /// Everything that opened earlier is stored, for every series that is followed.
  var dataThrough: Instant? {
    let reached = expected.map { key in isCurrent(key) ? logicalDate : watermarks[key]?.completeUntil ?? Instant(milliseconds: 0) }
    guard let least = reached.min(), least > Instant(milliseconds: 0) else { return nil }
    return least
  }

  func verdict(_ coverage: NightlyReport.Coverage, newSignals: Int) -> Verdict {
    let (expected, delivered) = (coverage.symbolsExpected ?? 0, coverage.symbolsDelivered ?? 0)
    let errors = verdicts.filter { !$0.passed && $0.severity == "error" }
    let warnings = verdicts.filter { !$0.passed && $0.severity == "warning" }
    let failed = failedSteps
    let isBad = expected > 0 && delivered * 2 < expected
    let isPartial = delivered < expected || !failed.isEmpty || !errors.isEmpty
    var sentences = ["\(delivered) of \(expected) series reach the logical date."]
    if !errors.isEmpty { sentences.append("\(errors.count.counted("quality rule")) failed as an error.") }
    if !warnings.isEmpty { sentences.append("\(warnings.count.counted("quality warning")).") }
    sentences.append(newSignals == 0 ? "No new signal." : "\(newSignals.counted("new signal")).")
    if !untold.isEmpty { sentences.append("\(untold.count.counted("notification")) of earlier runs could not be told.") }
    if let fired = alerts?.hits, fired > 0 { sentences.append("\(fired.counted("alert")) hit.") }
    var actions: [String] = []
    if !stale.isEmpty { actions.append("Do not trade on \(stale.names(8)): the last bars are missing.") }
    if !failed.isEmpty { actions.append("Look at the run page: \(failed.joined(separator: ", ")) did not succeed.") }
    return Verdict(
      isBad ? .bad : isPartial || !warnings.isEmpty ? .warning : .ok, word: isBad ? "Failed" : isPartial ? "Partial" : "Complete",
      sentences: sentences, actions: actions)
  }

  private var failedSteps: [String] {
    plan.steps.compactMap { step in steps.first { $0.step == step.id && $0.state == "failed" }?.step.name }
  }

  func changes(_ newSignals: [StoredSignal]) -> NightlyReport.Changes {
    let known = previous.flatMap { ReportSummary(json: $0.summary) }
    let names = Set(series.keys.map(\.symbol.name))
    return NightlyReport.Changes(
      since: previous?.logicalDate,
      newSignals: newSignals.map { $0.change($0.sentence) },
      closedSignals: closedSignals.map { $0.change("The signal of \($0.barTime.utcDay) was turned by a new one.") },
      regimes: previous.map { analyses.regimeChanges(of: keysWithData, since: $0.logicalDate) } ?? [],
      restatedBars: restated.map {
        NightlyReport.RestatedBar(
          symbol: $0.key.symbol, interval: $0.key.interval, openTime: $0.openTime, field: $0.field, old: $0.old, new: $0.new)
      },
      newSymbols: known.map { known in series.keys.map(\.symbol).filter { !known.symbols.contains($0.name) }.sorted() } ?? [],
      // `try?`: an earlier report named only symbols.
      missingSymbols: Set(stale.map(\.symbol)).union((known?.symbols ?? []).filter { !names.contains($0) }.compactMap { try? Symbol($0) })
        .sorted())
  }

  func row(of signal: StoredSignal) -> SignalRow {
    let since = previous?.logicalDate ?? logicalDate - .days(1)
    return SignalRow(
      symbol: signal.key.symbol, interval: signal.key.interval, strategy: signal.strategy, direction: signal.readingDirection,
      strength: signal.strength, barTime: signal.barTime, validFrom: signal.validFrom,
      inputs: signal.inputs.map { NamedValue($0.name, $0.value) }, sentence: signal.sentence,
      hitRate: analyses.hitRate(of: signal.strategy, signal.key.interval), isNew: signal.validFrom > since)
  }

  var movers: [Mover] {
    keysWithData.map { key in
      let summary = SymbolSummary(of: series[key]!, assetClass: MarketRules.assetClass(of: key))
      return Mover(
        symbol: key.symbol, last: summary.lastClose, barTime: summary.barTime, change: summary.change1, zScore: summary.z,
        volumeRatio: summary.volumeRatio, closes: summary.sparkline)
    }
  }

  var risks: [RiskRow] {
    keysWithData.map { key in
      let (series, asset) = (series[key]!, MarketRules.assetClass(of: key))
      let summary = SymbolSummary(of: series, assetClass: asset)
      return RiskRow(
        symbol: key.symbol, volatility: summary.volatility, volatilityPercentile: series.volatilityPercentile,
        drawdown: summary.drawdown, drawdownMax: summary.maximumDrawdown,
        periodsPerYear: asset.periodsPerYear(key.interval).map { Int($0) },
        sample: series.count, regime: analyses.regime(of: key, at: series.openTimes.last))
    }
  }

  /// One series for each symbol, the longest interval first.
  var keysWithData: [SeriesKey] {
    var seen = Set<Symbol>()
    return expected.filter { series[$0] != nil }.sorted { ($1.interval, $0.symbol) < ($0.interval, $1.symbol) }
      .filter { seen.insert($0.symbol).inserted }.sorted()
  }

  var calendarNotes: [String] {
    var notes: [String] = []
    let recent = (logicalDate - .days(7)).utcDay
    for key in keysWithData {
      for action in actions[key] ?? [] where action.date >= recent { notes.append("\(key.symbol): \(action.sentence) on \(action.date).") }
    }
    if expected.contains(where: { !markets.calendar(of: $0).isAlwaysOpen }) { notes += exchangeNotes }
    return notes
  }

  /// Closed and shortened days of the exchange within the next week.
  private var exchangeNotes: [String] {
    (0..<7).compactMap { offset in
      let day = logicalDate.utcDay.adding(days: offset)
      guard (1...5).contains(day.weekday) else { return nil }
      guard let session = markets.exchange.session(on: day) else { return "NYSE is closed on \(day)." }
      return session.isShortened ? "NYSE closes early on \(day), at \(session.close)." : nil
    }
  }

  var health: Health {
    let rows = plan.steps.filter { !$0.isFinal }.compactMap { step -> Health.StepHealth? in
      guard let row = steps.first(where: { $0.step == step.id }), row.failed > 0 || step.skip?.isShortfall == true || row.state == "failed"
      else { return nil }
      let messages = failures.filter { $0.task.step == step.id }.reduce(into: [String: String]()) { $0[$1.task.key] = $1.message ?? "" }
      let reasons = (row.reason.map { [$0] } ?? []) + (row.failed == 0 ? [] : messages.sorted { $0.key < $1.key }.map { $0.value })
      return Health.StepHealth(
        step: step.id.name, state: JobGraph.TaskState(rawValue: row.state) ?? .waiting, succeeded: row.succeeded, failed: row.failed,
        skipped: row.state == "skipped" ? row.tasks : 0, reasons: Array(reasons.prefix(20)))
    }
    let waits = putOff
    let stale = stale.map {
      Health.StaleSymbol(
        symbol: $0.symbol, interval: $0.interval, lastBar: series[$0]?.openTimes.last,
        reason: (series[$0] == nil ? "no bar was ever stored" : "bars up to \(logicalDate) are missing") + (waits[$0] ?? ""))
    }
    return Health(steps: rows, stale: stale, untold: untold.map(Health.Untold.init))
  }
}

extension ReportData {
  /// Until when series wait that a quota or a ban has put off: the end of a sentence.
  private var putOff: [SeriesKey: String] {
    let steps = Dictionary(uniqueKeysWithValues: plan.steps.map { ($0.id, $0) })
    var result: [SeriesKey: String] = [:]
    for failure in failures {
      guard let until = failure.putOffUntil, let step = steps[failure.task.step],
        let task = step.tasks.first(where: { $0.id == failure.task }),
        let key = SeriesKey(fetchedBy: task, of: step.uses)
      else { continue }
      result[key] = "; it waits for the provider's quota or the end of a ban, and is asked for again from \(until) on, the stalest first"
    }
    return result
  }
}

extension Health.Untold {
  init(_ row: StoredNotification) {
    let recipient = row.telling.recipient
    self.init(
      whom: row.telling.channel + (recipient.isEmpty ? "" : " (\(recipient))"), title: row.telling.notice.title,
      state: row.state == .refused ? .no : row.state == .waiting ? .notYet : .perhaps,
      reason: row.reason ?? "jobs was ended while it was being sent")
  }
}

extension StoredSignal {
  var readingDirection: Reporting.Direction { direction == "bullish" ? .long : .short }

  fileprivate func change(_ sentence: String) -> NightlyReport.SignalChange {
    NightlyReport.SignalChange(symbol: key.symbol, strategy: strategy, direction: readingDirection, sentence: sentence)
  }
}

extension QualityRow {
  init(_ verdict: StoredVerdict) {
    self.init(
      rule: verdict.rule, severity: verdict.passed ? .ok : verdict.severity == "error" ? .bad : verdict.severity == "info" ? .ok : .warning,
      symbol: verdict.key.symbol, interval: verdict.key.interval, sentence: verdict.sentence,
      observed: verdict.observed.map { $0 == $0.rounded() && abs($0) < 1e15 ? String(Int($0)) : String(format: "%.3g", $0) })
  }
}

extension CorporateAction {
  var sentence: String {
    switch kind {
    case .dividend(let amount): "dividend \(amount)"
    case .split(let factor): "split \(factor == factor.rounded() ? String(Int(factor)) : "\(factor)") : 1"
    }
  }
}

extension [SignalRow] {
  /// New before old, then the newest bar, then the strongest.
  fileprivate func sortedForReading() -> [SignalRow] {
    sorted {
      if $0.isNew != $1.isNew { return $0.isNew }
      if $0.barTime != $1.barTime { return $0.barTime > $1.barTime }
      if $0.strength != $1.strength { return ($0.strength ?? 0) > ($1.strength ?? 0) }
      return ($0.symbol, $0.strategy) < ($1.symbol, $1.strategy)
    }
  }
}

extension [SeriesKey] {
  fileprivate func names(_ limit: Int) -> String {
    let names = map { "\($0.symbol) \($0.interval)" }
    return names.count <= limit
      ? names.joined(separator: ", ") : names.prefix(limit).joined(separator: ", ") + " and \(names.count - limit) more"
  }
}

extension Int {
  fileprivate func counted(_ noun: String) -> String { self == 1 ? "1 \(noun)" : "\(self) \(noun)s" }
}

extension CandleSeries {
  /// The mid-rank of the last 20-bar volatility among those of the last 252 bars, 0...1; nil below 60 of them.
  fileprivate var volatilityPercentile: Double? {
    let values = realizedVolatility(20).values.suffix(252).compactMap(\.self)
    guard values.count >= 60, let last = values.last else { return nil }
    let below = values.filter { $0 < last }.count
    let equal = values.filter { $0 == last }.count
    return (Double(below) + Double(equal) / 2) / Double(values.count)
  }
}

/// What the index and the next report need to know of a report.
struct ReportSummary: Codable {
  var state: String
  var word: String
  var symbols: [String]
  var delivered: Int
  var expected: Int
  var gaps: Int?
  var restatements: Int
  var quarantined: Int
  var newSignals: Int
  var dataThrough: Int64?

  init(_ report: NightlyReport, symbols: [String], newSignals: Int) {
    (state, word, self.symbols, self.newSignals) = (report.verdict.state.rawValue, report.verdict.word, symbols, newSignals)
    (delivered, expected) = (report.coverage.symbolsDelivered ?? 0, report.coverage.symbolsExpected ?? 0)
    (gaps, restatements) = (report.coverage.gaps, report.coverage.restatements ?? 0)
    (quarantined, dataThrough) = (report.coverage.quarantined ?? 0, report.coverage.dataThrough?.milliseconds)
  }

  init?(json: String) {
    // Written by us; an unreadable one only leaves out what it would have told.
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    guard let value = try? decoder.decode(ReportSummary.self, from: Data(json.utf8)) else { return nil }
    self = value
  }

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}
