/// The results of all pairs of a grid. The best one alone says little: it is the best of many.
public struct GridSurface: Sendable, Equatable {
  /// In the order of the pairs.
  public let cells: [GridCell]
  /// The spread of the Sharpe ratios of one bar over all cells; nil for fewer than two that have one.
  public let sharpeDeviation: Double?

  public init(cells: [GridCell], periodsPerYear: Double) {
    self.cells = cells
    sharpeDeviation = sampleDeviation(of: cells.compactMap { $0.sharpe.map { $0 / periodsPerYear.squareRoot() } })
  }

  /// The cell with the highest Sharpe ratio among those with at least so many trades; the first one on ties. Nil when there is none.
  public func best(tradesMin: Int = 1) -> GridCell? {
    Self.best(of: cells, tradesMin: tradesMin)
  }

  static func best(of cells: [GridCell], tradesMin: Int) -> GridCell? {
    var best: (cell: GridCell, sharpe: Double)?
    for cell in cells where cell.trades >= tradesMin {
      guard let sharpe = cell.sharpe, best.map({ sharpe > $0.sharpe }) ?? true else { continue }
      best = (cell, sharpe)
    }
    return best?.cell
  }

  /// The mean Sharpe ratio of the cells beside a pair on the grid, the diagonal ones too, the pair itself not: what a small
  /// mistake in the periods would have earned. Nil when no neighbour has one.
  /// - Complexity: O(cells).
  public func neighbourMean(of pair: CrossGrid.Pair) -> Double? {
    let fast = beside(pair.fast, Set(cells.map(\.pair.fast)))
    let slow = beside(pair.slow, Set(cells.map(\.pair.slow)))
    let sharpes = cells.filter { $0.pair != pair && fast.contains($0.pair.fast) && slow.contains($0.pair.slow) }.compactMap(\.sharpe)
    return sharpes.isEmpty ? nil : whenFinite(sharpes.reduce(0, +) / Double(sharpes.count))
  }

  /// The period, and the next ones of the grid below and above it.
  private func beside(_ period: Int, _ periods: Set<Int>) -> Set<Int> {
    Set([periods.filter { $0 < period }.max(), period, periods.filter { $0 > period }.min()].compactMap(\.self))
  }

  /// All trials that made this surface, for the deflated Sharpe ratio of one of its cells. Nil without a spread.
  public var trials: SharpeTrials? {
    // `try?`: a spread comes of two cells at least and is a finite number, so nothing is left to refuse.
    sharpeDeviation.flatMap { try? SharpeTrials(count: cells.count, deviation: $0) }
  }
}

/// The deviation of a sample, divided by `count - 1`; nil for fewer than two values.
func sampleDeviation(of values: [Double]) -> Double? {
  guard values.count > 1 else { return nil }
  let mean = values.reduce(0, +) / Double(values.count)
  let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  return whenFinite((squares / Double(values.count - 1)).squareRoot())
}
