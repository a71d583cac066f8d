import Foundation
import MarketData
import Scheduling

/// Binance's facts out of recorded bodies: rows go out as they stand in the file.
actor RecordedCryptoMarket: CryptoMarket {
  nonisolated let requestWeightPerMinute: Int
  private let folder: RecordedFolder
  /// Rows that had not closed by then are not served.
  private let bound: Instant
  private let info: RecordedExchangeInfo?
  private var series: [String: RecordedKlines] = [:]

  private static let infoName = "binance/exchangeInfo-2024-09-08.json"

  init(_ folder: RecordedFolder, bound: Instant) throws(SandboxError) {
    (self.folder, self.bound) = (folder, bound)
    do {
      info = try folder.path(Self.infoName).map { path throws(RecordedDefect) in
        try RecordedExchangeInfo(folder.bytes(path), file: path)
      }
    } catch {
      throw .recordedBody(file: error.file, reason: error.reason)
    }
    requestWeightPerMinute = info?.requestWeightPerMinute ?? 6000
  }

  func klines(_ query: KlineQuery, now: Instant) async throws(BinanceError) -> [UInt8] {
    guard folder.cryptoSymbols.contains(query.symbol) else { throw .badSymbol }
    guard let rows = try rows(query.symbol, query.interval) else { return Array("[]".utf8) }
    return rows.body(rows.select(query, closedBy: bound))
  }

  func summary(of symbol: String, now: Instant) async throws(BinanceError) -> DaySummary {
    guard folder.cryptoSymbols.contains(symbol) else { throw .badSymbol }
    let start = bound - .hours(24)
    if let hours = try rows(symbol, .hour1) {
      let today = hours.closed(by: bound).filter { hours.openTimes[$0] >= start.milliseconds }
      if !today.isEmpty { return hours.summary(today, from: start, to: bound) }
    }
    guard let days = try rows(symbol, .day1), let last = days.closed(by: bound).last else {
      return .empty(openTime: start, closeTime: bound)
    }
    let (open, close) = (days.openTimes[last], days.closeTimes[last])
    guard open >= (start - .hours(24)).milliseconds else { return .empty(openTime: start, closeTime: bound) }
    return days.summary(last..<(last + 1), from: Instant(milliseconds: open), to: Instant(milliseconds: close))
  }

  nonisolated func symbol(otherThan symbol: String) -> String { folder.cryptoSymbols.sorted().first { $0 != symbol } ?? symbol }

  func listedSymbols() async throws(BinanceError) -> [String] { folder.cryptoSymbols.sorted() }

  func exchangeInfo(_ names: [String]?, status: String?, limits: BinanceLimits.Allowance, now: Instant) async throws(BinanceError)
    -> [UInt8]
  {
    guard let info else { throw .sandbox("\(folder.directory) holds no \(Self.infoName)") }
    return try info.body(names, status: status, limits: limits, now: now)
  }

  /// The rows of a series, read at its first use; nil when the folder lacks it.
  private func rows(_ symbol: String, _ interval: Interval) throws(BinanceError) -> RecordedKlines? {
    guard let files = folder.klines[interval.rawValue]?[symbol] else { return nil }
    let key = interval.rawValue + " " + symbol
    if let known = series[key] { return known }
    do {
      var merged = RecordedKlines(interval: interval)
      for file in files { try merged.add(try folder.bytes(file), file: file) }
      merged.sort()
      series[key] = merged
      return merged
    } catch {
      throw .sandbox("\(error)")
    }
  }
}
