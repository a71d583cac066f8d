import Analysis
public import JobGraph
import MarketData
import Mirroring
public import Running
import Scheduling
public import Storage

/// `analysis.regimes`: the regime of the last bars of a symbol, by rules and by a hidden Markov model.
///
/// Fitting a model takes tenths of a second, so it is done once a month on what had closed before, by a job that asks for it; the model is
/// kept, and every other run only filters it forward: what is said of a bar was known at its close.
public struct FindRegimes: StepOperation {
  private let warehouse: Warehouse

  /// Bars that a model is fitted on and filtered over.
  private static let bars = 1450
  /// Bars that are judged each time, so that a missed night is made up.
  private static let judgedBars = 40

  public init(_ warehouse: Warehouse) { self.warehouse = warehouse }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    let use = ModelUse(rawValue: context.parameters.optionalText("model") ?? "") ?? .stored
    let all = try await context.analysedSeries(in: warehouse, last: Self.bars)
    guard !all.isEmpty else { return try context.nothingToAnalyse() }
    var found: [(key: SeriesKey, rows: [StoredRegime], newModel: StoredRegimeModel?)] = []
    for series in all {
      try Task.checkCancellation()
      let (model, new) = try await model(of: series, at: context.logicalDate, use)
      found.append((series.key, Self.rows(series, model), new))
    }
    let (results, logicalDate) = (found, context.logicalDate)
    return try await context.commit(in: warehouse) { transaction in
      for result in results {
        if let model = result.newModel { try transaction.store(model, of: result.key) }
        try transaction.store(result.rows)
        guard let last = result.rows.last, try !transaction.hasNewer(last.key, than: last.openTime) else { continue }
        let path = RealtimePath("regimes", last.key.source, last.key.symbol.name, last.key.interval.rawValue)
        try transaction.enqueue(path: path.description, value: ToldRegime(result.rows)?.json, logicalDate: logicalDate)
      }
      let last = results.first?.rows.last
      let words = last.map { [$0.trend, $0.volatility == "unknown" ? nil : "\($0.volatility) volatility", $0.model?.label] } ?? []
      return TaskOutcome(
        note: words.compactMap(\.self).joined(separator: ", "), counts: [.init("fitted", results.count { $0.newModel != nil })])
    }
  }

  /// What a step does about the model.
  enum ModelUse: String, CaseIterable {
    case never, stored, monthly
  }

  /// The model of a series: the stored one, or that of this month, which is to be stored when it is new.
  private func model(
    of series: AnalysedSeries, at logicalDate: Instant, _ use: ModelUse
  ) async throws -> (RegimeModel?, new: StoredRegimeModel?) {
    guard use != .never else { return (nil, nil) }
    let day = logicalDate.utcDay
    let month = day.adding(days: 1 - day.day).midnight
    let stored = try await warehouse.read { try $0.regimeModel(of: series.key) }
    // A model of a later month knows what an earlier night could not.
    if let stored, use == .stored ? stored.fittedUntil <= logicalDate : stored.fittedUntil == month {
      return (stored.numbers.flatMap(RegimeModel.init(numbers:)), nil)
    }
    guard use == .monthly else { return (nil, nil) }
    let known = series.bars.prefix(series.bars.firstIndex(openingAtOrAfter: month))
    let model = RegimeModel.fit(known, seed: 1)
    return (model, StoredRegimeModel(fittedUntil: month, numbers: model?.numbers))
  }

  private static func rows(_ series: AnalysedSeries, _ model: RegimeModel?) -> [StoredRegime] {
    let bars = series.bars
    let (rules, filtered) = (bars.ruleRegimes(), model?.filtered(bars) ?? [])
    return (max(0, bars.count - judgedBars)..<bars.count).compactMap { index in
      guard let rule = rules[index] else { return nil }
      let state = filtered.indices.contains(index) ? filtered[index] : nil
      return StoredRegime(
        key: series.key, openTime: bars.openTimes[index], trend: rule.trend.rawValue, volatility: rule.volatility.rawValue,
        model: state.flatMap { state in
          model.map {
            .init(state: state.state, label: $0.states[state.state].label.rawValue, probability: state.probabilities[state.state])
          }
        })
    }
  }
}
