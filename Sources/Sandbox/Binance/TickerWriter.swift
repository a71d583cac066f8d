import Foundation
import Scheduling

/// Writes ticker/24hr objects.
enum TickerWriter {
  static func object(_ symbol: String, _ day: DaySummary, full: Bool) -> String {
    var fields = [text("symbol", symbol)]
    let change = day.close - day.open
    if full {
      fields += [
        text("priceChange", decimal(change)), text("priceChangePercent", percent(change, of: day.open)),
        text("weightedAvgPrice", decimal(day.volume > 0 ? day.quoteVolume / day.volume : 0)),
        text("prevClosePrice", decimal(day.previousClose)),
      ]
    }
    fields.append(text("lastPrice", decimal(day.close)))
    if full {
      let quantity = decimal(day.trades > 0 ? day.volume / Double(day.trades) : 0)
      fields += [
        text("lastQty", quantity), text("bidPrice", decimal(max(0, day.close - day.tick))), text("bidQty", quantity),
        text("askPrice", decimal(day.close + day.tick)), text("askQty", quantity),
      ]
    }
    let (firstID, lastID) = day.trades > 0 ? (day.openTime.milliseconds / 10, day.openTime.milliseconds / 10 + day.trades - 1) : (-1, -1)
    fields += [
      text("openPrice", decimal(day.open)), text("highPrice", decimal(day.high)), text("lowPrice", decimal(day.low)),
      text("volume", decimal(day.volume)), text("quoteVolume", decimal(day.quoteVolume)),
      "\"openTime\":\(day.openTime.milliseconds)", "\"closeTime\":\(day.closeTime.milliseconds)",
      "\"firstId\":\(firstID)", "\"lastId\":\(lastID)", "\"count\":\(day.trades)",
    ]
    return "{" + fields.joined(separator: ",") + "}"
  }

  private static func text(_ name: String, _ value: String) -> String { "\"\(name)\":\"\(value)\"" }

  private static func percent(_ change: Double, of open: Double) -> String {
    String(format: "%.3f", open > 0 ? change / open * 100 : 0)
  }
}

/// A number with eight decimals, as Binance writes prices and quantities.
func decimal(_ value: Double) -> String { String(format: "%.8f", value) }
