import Foundation
import MarketData
import Scheduling

/// The recorded candles and the values expected of them.
///
/// BTCUSDT 1d are real Binance klines, GOOG 1d and SOLUSDT 1h come with backtesting.py; FLATA, TINYA, GAPA, SHORTA and ZVOLA are seeded
/// random walks. The expected values were computed apart from this program, with TA-Lib and NumPy.
enum Fixtures {
  /// By symbol.
  static let candles = series(of: "candles.csv")

  /// 1,200 real daily candles of BTCUSDT, from 2017-08-17 on.
  static let bitcoin = series(of: "btcusdt-1d.csv")["BTCUSDT"]!

  /// `bar_time,strategy,direction` of the standard strategies on ``bitcoin``, found by a Python program written from the definitions.
  static let bitcoinSignals = Set(rows(of: "btcusdt-1d-signals.csv").map { $0.joined(separator: ",") })

  /// By symbol, then indicator, then open time.
  static let expected: [String: [String: [Instant: Double]]] = {
    var result: [String: [String: [Instant: Double]]] = [:]
    for fields in rows(of: "expected.csv") {
      result[fields[0], default: [:]][fields[2], default: [:]][Instant(iso8601: fields[1])!] = Double(fields[3])!
    }
    return result
  }()

  static let symbols = candles.keys.sorted()

  private static func series(of name: String) -> [String: CandleSeries] {
    var result: [String: CandleSeries] = [:]
    for fields in rows(of: name) {
      let numbers = fields[3...].map { Double($0)! }
      let symbol = try? Symbol(fields[0])  // a name that is no symbol ends the run at the `!` below
      result[fields[0], default: CandleSeries(symbol: symbol!, interval: Interval(rawValue: fields[1])!)].append(
        openTime: Instant(iso8601: fields[2])!,
        open: numbers[0], high: numbers[1], low: numbers[2], close: numbers[3], volume: numbers[4])
    }
    return result
  }

  /// The lines of a file below its header, split at commas.
  private static func rows(of name: String) -> [[String]] {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/\(name)")
    guard let data = FileManager.default.contents(atPath: url.path) else { fatalError("cannot read the fixture \(name)") }
    return String(decoding: data, as: UTF8.self).split(separator: "\n").dropFirst().map {
      $0.split(separator: ",").map(String.init)
    }
  }
}

extension CandleSeries {
  /// The oldest `count` bars.
  func prefix(_ count: Int) -> CandleSeries { mapped(0..<count) { $0 } }

  /// Some of the bars, each changed.
  func mapped(_ range: Range<Int>, _ change: (Bar) -> Bar) -> CandleSeries {
    var result = CandleSeries(symbol: symbol, interval: interval)
    for index in range {
      let bar = change(Bar(open: open[index], high: high[index], low: low[index], close: close[index], volume: volume[index]))
      result.append(
        openTime: openTimes[index], open: bar.open, high: bar.high, low: bar.low, close: bar.close, volume: bar.volume)
    }
    return result
  }

  /// All prices times a factor.
  func scaled(by factor: Double) -> CandleSeries {
    mapped(0..<count) {
      Bar(open: $0.open * factor, high: $0.high * factor, low: $0.low * factor, close: $0.close * factor, volume: $0.volume)
    }
  }
}

struct Bar {
  var open, high, low, close, volume: Double
}

extension CandleSeries {
  func bar(_ index: Int) -> Bar {
    Bar(open: open[index], high: high[index], low: low[index], close: close[index], volume: volume[index])
  }

  /// The same bars, those from `first` on changed in place.
  func mapped(_ range: Range<Int>, from first: Int, _ change: (inout Bar) -> Void) -> CandleSeries {
    var index = range.lowerBound - 1
    return mapped(range) { bar in
      index += 1
      var bar = bar
      if index >= first { change(&bar) }
      return bar
    }
  }
}
