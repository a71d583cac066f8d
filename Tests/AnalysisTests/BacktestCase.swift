import Analysis
import Foundation
import MarketData
import Scheduling
import Testing

/// A folder of Fixtures/backtest: a scenario, candles, and what must come of them.
struct BacktestCase {
  let name: String
  let scenario: BacktestScenario
  let series: CandleSeries

  static let names = [
    "01-one-trade-free", "02-one-trade-fee-slippage", "03-open-at-end", "04-signal-on-last-bar", "05-repeat-signals-ignored",
    "06-stop-loss-gap", "07-stop-and-target-same-bar", "08-sma-9-21-btc", "09-bb-breakout-goog", "10-rsi-syn-deflated", "11-no-trades",
    "20-grid-walk-forward-monte-carlo-btc",
  ]

  init(_ name: String) throws {
    self.name = name
    scenario = try BacktestScenario(json: Data(Self.text("scenario.json", of: name).utf8))
    var series: CandleSeries?
    for line in try Self.text("candles.csv", of: name).split(separator: "\n").dropFirst() {
      let fields = line.split(separator: ",").map(String.init)
      let numbers = try fields[3...].map { try #require(Double($0)) }
      if series == nil { series = CandleSeries(symbol: try Symbol(fields[0]), interval: try #require(Interval(rawValue: fields[1]))) }
      series?.append(
        openTime: try #require(Instant(iso8601: fields[2])), open: numbers[0], high: numbers[1], low: numbers[2], close: numbers[3],
        volume: numbers[4])
    }
    self.series = try #require(series)
  }

  func text(_ file: String) throws -> String { try Self.text(file, of: name) }

  func run() throws -> BacktestRun {
    switch scenario.strategy {
    case .targets:
      let decisions = try TargetsFile.decisions(text("targets.csv"), for: series)
      return BacktestRun(decisions, on: series, terms: scenario.terms)
    case .rule(let rule): return BacktestRun(rule.decisions(on: series), on: series, terms: scenario.terms)
    case .lines:
      let pair = try #require(scenario.monteCarloPair)
      return BacktestRun(try grid().rule(pair).decisions(on: series), on: series, terms: scenario.terms)
    }
  }

  func grid() throws -> CrossGrid {
    let periods = try #require(scenario.grid)
    return try CrossGrid(
      try #require(scenario.lines), fast: periods.fast, slow: periods.slow, terms: scenario.terms,
      periodsPerYear: scenario.periodsPerYear)
  }

  private static func text(_ file: String, of name: String) throws -> String {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/backtest/\(name)")
    return String(decoding: try Data(contentsOf: folder.appendingPathComponent(file)), as: UTF8.self)
  }
}

/// Compares CSV cell by cell, numbers within `tolerance` of their size.
func expectSameTable(_ actual: String, _ expected: String, tolerance: Double, _ comment: String) {
  let (rows, wanted) = (cells(actual), cells(expected))
  #expect(rows.count == wanted.count, "\(comment): rows")
  for (row, target) in zip(rows, wanted) where row != target {
    let agree = row.count == target.count && zip(row, target).allSatisfy { $0 == $1 || areClose(Double($0), Double($1), tolerance) }
    #expect(agree, "\(comment): \(row) is not \(target)")
  }
}

/// Compares JSON key by key; every expected key must be there, and no other.
func expectSameDocument(
  _ actual: String, _ expected: String, tolerance: Double, without ignored: Set<String> = [], _ comment: String
) throws {
  let found = leaves(try JSONSerialization.jsonObject(with: Data(actual.utf8)))
  let wanted = leaves(try JSONSerialization.jsonObject(with: Data(expected.utf8))).filter { !ignored.contains($0.key) }
  #expect(Set(found.keys) == Set(wanted.keys), "\(comment): keys")
  for (key, target) in wanted {
    let value = found[key] ?? nil
    let agree = value == target || areClose(value, target, tolerance)
    #expect(agree, "\(comment) \(key): \(String(describing: value)), not \(String(describing: target))")
  }
}

private func cells(_ text: String) -> [[String]] {
  text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
}

private func areClose(_ value: Double?, _ target: Double?, _ tolerance: Double) -> Bool {
  guard let value, let target else { return false }
  return abs(value - target) <= tolerance * max(abs(target), 1e-6)
}

/// The numbers of a document by their path; nil for null.
private func leaves(_ value: Any, at path: String = "") -> [String: Double?] {
  switch value {
  case let object as [String: Any]:
    return object.reduce(into: [:]) { $0.merge(leaves($1.value, at: path.isEmpty ? $1.key : "\(path).\($1.key)")) { a, _ in a } }
  case let list as [Any]:
    return list.enumerated().reduce(into: [:]) { $0.merge(leaves($1.element, at: "\(path)[\($1.offset)]")) { a, _ in a } }
  case let number as NSNumber: return [path: number.doubleValue]
  default: return [path: nil]
  }
}
