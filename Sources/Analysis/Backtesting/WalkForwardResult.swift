/// What came of choosing on some bars and judging on the next.
public struct WalkForwardResult: Sendable, Equatable {
  public struct Fold: Sendable, Equatable {
    public let inSample: Range<Int>
    public let outOfSample: Range<Int>
    /// The choice, with its results in sample; nil when no pair was good enough and the account stayed in cash.
    public let chosen: GridCell?
    /// Out of sample, per year; nil without deviation.
    public let sharpe: Double?
    /// Out of sample, as a fraction.
    public let totalReturn: Double?
    /// Out of sample, with the sale at the end.
    public let trades: Int
  }

  public let folds: [Fold]
  /// The index of each bar out of sample with the equity there, fold by fold.
  public let equity: [(bar: Int, equity: Double)]
  /// Over all folds, as a fraction of the first cash.
  public let totalReturn: Double?
  /// Of the equity over all folds, per year.
  public let sharpe: Double?
  /// The mean Sharpe ratio out of sample over that in sample, of the folds that have one; nil without either.
  public let efficiency: Double?
  /// From fold to fold, out of sample.
  public let sharpeDeviation: Double?
  /// Folds that earned something.
  public let profitableFolds: Int
  /// How many pairs were tried.
  public let trials: Int
  /// The deviation of their Sharpe ratios of one bar, over all bars.
  public let trialSharpeDeviation: Double?

  init(folds: [Fold], runs: [BacktestRun], surface: GridSurface, grid: CrossGrid) {
    self.folds = folds
    equity = runs.flatMap { run in zip(run.range, run.equity).map { ($0, $1) } }
    // The cash before the first bar is the first equity.
    let whole = StitchedEquity([grid.terms.cash] + equity.map(\.equity))
    totalReturn = whenFinite((equity.last?.equity ?? grid.terms.cash) / grid.terms.cash - 1)
    sharpe = whole.sharpe.flatMap { whenFinite($0 * grid.periodsPerYear.squareRoot()) }
    let (outside, inside) = (folds.compactMap(\.sharpe), folds.compactMap { $0.chosen?.sharpe })
    efficiency = Self.ratio(outside, inside)
    sharpeDeviation = sampleDeviation(of: outside)
    profitableFolds = folds.count { ($0.totalReturn ?? 0) > 0 }
    (trials, trialSharpeDeviation) = (grid.pairs.count, surface.sharpeDeviation)
  }

  private static func ratio(_ outside: [Double], _ inside: [Double]) -> Double? {
    guard !outside.isEmpty, !inside.isEmpty else { return nil }
    let judged = outside.reduce(0, +) / Double(outside.count)
    let chosen = inside.reduce(0, +) / Double(inside.count)
    return whenFinite(judged / chosen)
  }

  public static func == (a: WalkForwardResult, b: WalkForwardResult) -> Bool {
    a.folds == b.folds && a.trialSharpeDeviation == b.trialSharpeDeviation
      && a.equity.elementsEqual(b.equity) { $0.bar == $1.bar && $0.equity == $1.equity }
  }
}

/// The equity of several runs, one behind the other.
private struct StitchedEquity {
  private(set) var sharpe: Double?

  init(_ values: [Double]) {
    guard let first = values.first else { return }
    var sharpe: Double?
    HeldEquity.open(bars: values.count) { held in
      held.begin(cash: first)
      for value in values.dropFirst() { held.append(value) }
      sharpe = held.moments(bars: values.count).sharpe
    }
    self.sharpe = sharpe
  }
}
