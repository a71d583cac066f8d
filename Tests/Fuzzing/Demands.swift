import Foundation

/// What must hold of every candle, told from its numbers alone and not by the rules of `Candle` itself.
func demandValid(_ candle: Candle) {
  demandPrices(candle.open, candle.high, candle.low, candle.close, candle.volume)
  demand(candle.closeTime >= candle.openTime, "a candle closes before it opens: \(candle)")
  guard let trading = candle.trading else { return }
  for number in [trading.quoteVolume, trading.takerBuyVolume, trading.takerBuyQuoteVolume] { demandAmount(number) }
  demand(trading.trades >= 0, "fewer than no trades: \(candle)")
}

func demandPrices(_ open: Double, _ high: Double, _ low: Double, _ close: Double, _ volume: Double) {
  for price in [open, high, low, close] { demand(price.isFinite && price > 0, "a price is \(price)") }
  demand(low <= open && low <= close && open <= high && close <= high, "a body outside its range: \(open) \(high) \(low) \(close)")
  demandAmount(volume)
}

/// Finite, not below zero.
func demandAmount(_ number: Double) { demand(number.isFinite && number >= 0, "an amount is \(number)") }

func demandFinite(_ number: Double?) { demand(number?.isFinite ?? true, "a number is \(number ?? 0)") }

func demandValid(_ series: CandleSeries) {
  for index in 0..<series.count {
    demandPrices(series.open[index], series.high[index], series.low[index], series.close[index], series.volume[index])
  }
  demand(zip(series.openTimes, series.openTimes.dropFirst()).allSatisfy { $0 < $1 }, "a series is not in order")
}

/// What a text from outside may be when it is shown or stored: one line that no terminal takes for a command.
func demandPrintable(_ text: String?, max length: Int) {
  guard let text else { return }
  demand(text.count <= length + 1, "a text of \(text.count) characters")
  let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) }
  demand(isPlain, "not printable: \(text)")
}

func demandBounded(_ problems: [RowProblem]) {
  for problem in problems {
    // What is no UTF-8 becomes U+FFFD, of three bytes.
    demand(problem.text.utf8.count <= 3 * RowProblem.textBytesMax, "a row is kept with \(problem.text.utf8.count) bytes")
  }
}

extension Candle {
  /// The same number is not enough: the same bits.
  func isIdentical(to other: Candle) -> Bool {
    self == other && numbers.map(\.bitPattern) == other.numbers.map(\.bitPattern)
  }

  private var numbers: [Double] {
    [open, high, low, close, volume, trading?.quoteVolume ?? 0, trading?.takerBuyVolume ?? 0, trading?.takerBuyQuoteVolume ?? 0]
  }
}

func demandIdentical(_ first: [Candle], _ second: [Candle], _ sentence: String) {
  demand(first.count == second.count, "\(sentence): \(first.count) and \(second.count) candles")
  for (a, b) in zip(first, second) { demand(a.isIdentical(to: b), "\(sentence): \(a) and \(b)") }
}

extension Instant {
  /// 2026-11-26T12:00:00Z
  static let fuzzed = Instant(milliseconds: 1_795_694_400_000)
}
