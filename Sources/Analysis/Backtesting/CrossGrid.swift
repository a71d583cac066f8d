import Dispatch
public import MarketData

/// Every pair of a fast and a slow period of one rule, to be tried on one series.
public struct CrossGrid: Sendable {
  /// What crosses what.
  public enum Lines: Sendable, Equatable {
    case averages(MovingAverageCross.Kind)
    case macd(signal: Int)

    /// The rule of one pair.
    public func rule(_ pair: Pair) -> TradingRule {
      switch self {
      case .averages(let kind): .averageCross(kind, fast: pair.fast, slow: pair.slow)
      case .macd(let signal): .macd(fast: pair.fast, slow: pair.slow, signal: signal)
      }
    }
  }

  public struct Pair: Sendable, Hashable {
    public let fast: Int
    public let slow: Int
  }

  /// More pairs are refused.
  public static let pairsMax = 100_000

  public let lines: Lines
  /// Fast by fast in the order given, and for each slow by slow; only those with fast below slow.
  public let pairs: [Pair]
  public let terms: TradingTerms
  /// Bars of a year, above zero.
  public let periodsPerYear: Double

  /// - Throws: ``BacktestDefect`` for a period below 1, no pair, or more than ``pairsMax``.
  public init(
    _ lines: Lines = .averages(.simple), fast: [Int], slow: [Int], terms: TradingTerms, periodsPerYear: Double
  ) throws(BacktestDefect) {
    for (key, periods) in [("grid.fast", fast), ("grid.slow", slow)] {
      for period in periods { try demand(key, Double(period), "at least 1") { $0 >= 1 } }
    }
    if case .macd(let signal) = lines { try demand("strategy.signal", Double(signal), "at least 1") { $0 >= 1 } }
    let count = Self.count(fast, slow)
    guard 1...Self.pairsMax ~= count else { throw .combinations(count: count, limit: Self.pairsMax) }
    pairs = fast.flatMap { fast in slow.filter { fast < $0 }.map { Pair(fast: fast, slow: $0) } }
    (self.lines, self.terms, self.periodsPerYear) = (lines, terms, periodsPerYear)
  }

  /// How many pairs there will be, counted before any is made.
  private static func count(_ fast: [Int], _ slow: [Int]) -> Int {
    let sorted = slow.sorted()
    var count = 0
    for period in fast {
      var (low, high) = (0, sorted.count)
      while low < high {
        let middle = (low + high) / 2
        if sorted[middle] > period { high = middle } else { low = middle + 1 }
      }
      count += sorted.count - low
    }
    return count
  }

  /// The rule of one pair.
  public func rule(_ pair: Pair) -> TradingRule { lines.rule(pair) }

  /// The results of a slice of the pairs over each of several ranges of bars; indicators see all bars before a range.
  ///
  /// The slices of one grid may be computed at the same time; joined in order they are the whole.
  ///
  /// - Returns: for each range one cell per pair, in the order of the pairs. Each is, bit for bit, that of a single run.
  /// - Complexity: O(bars · pairs) for each range. Memory: a column for each period of the shorter list, fast or slow.
  public func cells(_ slice: Range<Int>? = nil, on series: CandleSeries, in ranges: [Range<Int>]) -> [[GridCell]] {
    let wanted = pairs[slice ?? 0..<pairs.count]
    guard !series.isEmpty else { return ranges.map { _ in wanted.map { GridCell(idle: $0) } } }
    guard case .averages(let kind) = lines, !terms.hasBrackets else { return byRuns(wanted, series, ranges) }
    return CrossKernel(terms: terms, yearFactor: periodsPerYear.squareRoot()).cells(of: Array(wanted), kind, on: series, in: ranges)
  }

  /// The results over all bars.
  /// - Parameter workers: threads that share the pairs; the result is the same, bit for bit.
  public func surface(on series: CandleSeries, workers: Int = 1) -> GridSurface {
    GridSurface(cells: cells(on: series, in: [0..<series.count], workers: workers)[0], periodsPerYear: periodsPerYear)
  }

  /// The results of all pairs over each of several ranges, computed by several threads.
  func cells(on series: CandleSeries, in ranges: [Range<Int>], workers: Int) -> [[GridCell]] {
    let slices = min(max(1, workers), pairs.count)
    guard slices > 1 else { return cells(on: series, in: ranges) }
    let parts = [[[GridCell]]](unsafeUninitializedCapacity: slices) { buffer, count in
      buffer.initialize(repeating: [])
      // Each worker writes an element of its own.
      nonisolated(unsafe) let shared = buffer
      DispatchQueue.concurrentPerform(iterations: slices) { worker in
        let slice = pairs.count * worker / slices..<pairs.count * (worker + 1) / slices
        shared[worker] = cells(slice, on: series, in: ranges)
      }
      count = slices
    }
    return ranges.indices.map { range in parts.flatMap { $0[range] } }
  }

  /// One run after another: for rules that the kernel does not know.
  private func byRuns(_ wanted: ArraySlice<Pair>, _ series: CandleSeries, _ ranges: [Range<Int>]) -> [[GridCell]] {
    var result: [[GridCell]] = ranges.map { _ in [] }
    for pair in wanted {
      let decisions = rule(pair).decisions(on: series)
      for (index, range) in ranges.enumerated() {
        let run = BacktestRun(decisions, on: series, terms: terms, in: range)
        result[index].append(GridCell(pair: pair, run: run, yearFactor: periodsPerYear.squareRoot()))
      }
    }
    return result
  }
}
