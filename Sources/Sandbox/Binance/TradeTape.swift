import MarketData
import Scheduling

/// The trades of a pair, made from its minutes: one joined trade a second, of two single ones. Enough to be read, not a model of trading.
///
/// Numbers follow from time, so they rise by one and are the same whenever they are asked for.
struct TradeTape {
  private let bars: [KlineText]

  /// The numbers begin here: when Binance opened.
  private static let origin = CivilDate(year: 2017, month: 7, day: 14)!.midnight.milliseconds

  /// - Parameter bars: minutes.
  init(_ bars: [KlineText]) { self.bars = bars }

  /// The number of the joined trade of a second; zero before the first.
  static func id(at milliseconds: Int64) -> Int64 { max(0, (milliseconds - origin) / 1000) }

  static func time(of id: Int64) -> Int64 { origin + id * 1000 }

  /// Joined trades, each a JSON object.
  func joined(from first: Int64, through last: Int64) -> [String] {
    seconds(from: first, through: last).map { second in
      #"{"a":\#(second.id),"p":"\#(decimal(second.price))","q":"\#(decimal(second.quantity))","f":\#(second.id * 2),"#
        + #""l":\#(second.id * 2 + 1),"T":\#(second.time),"m":\#(second.id % 3 == 0),"M":true}"#
    }
  }

  /// Single trades, each a JSON object; the two of a second share its quantity.
  func single(from first: Int64, through last: Int64) -> [String] {
    seconds(from: first / 2, through: last / 2).flatMap { second in
      [second.id * 2, second.id * 2 + 1].filter { (first...last).contains($0) }.map { id in
        let half = second.quantity / 2
        return #"{"id":\#(id),"price":"\#(decimal(second.price))","qty":"\#(decimal(half))","quoteQty":"\#(decimal(half * second.price))","#
          + #""time":\#(second.time),"isBuyerMaker":\#(second.id % 3 == 0),"isBestMatch":true}"#
      }
    }
  }

  private struct Second {
    let id, time: Int64
    let price, quantity: Double
  }

  private func seconds(from first: Int64, through last: Int64) -> [Second] {
    bars.flatMap { bar -> [Second] in
      let start = TradeTape.id(at: bar.openTime)
      return (0..<60).compactMap { offset in
        let id = start + Int64(offset)
        guard (first...max(first, last)).contains(id), id <= last else { return nil }
        return Second(
          id: id, time: TradeTape.time(of: id), price: TradeTape.price(bar, offset), quantity: max(bar.volume / 60, 1e-8))
      }
    }
  }

  /// From the open to the close, by the high and the low.
  private static func price(_ bar: KlineText, _ second: Int) -> Double {
    switch second {
    case 20: bar.high
    case 40: bar.low
    default: bar.open + (bar.close - bar.open) * Double(second) / 59
    }
  }
}

/// A row of a klines answer as text, read again.
struct KlineText {
  /// The twelve values without quotes.
  let fields: [Substring]

  var openTime: Int64 { Int64(fields[0]) ?? 0 }
  var open: Double { Double(fields[1]) ?? 0 }
  var high: Double { Double(fields[2]) ?? 0 }
  var low: Double { Double(fields[3]) ?? 0 }
  var close: Double { Double(fields[4]) ?? 0 }
  var volume: Double { Double(fields[5]) ?? 0 }

  /// The rows of a body that this sandbox made, or of a recorded one.
  static func rows(_ body: [UInt8]) -> [KlineText] {
    let plain = String(decoding: body.filter { !KlineText.marks.contains($0) }, as: UTF8.self)
    return plain.split(separator: "[").map { row in
      KlineText(fields: row.split(whereSeparator: { $0 == "," || $0 == "]" }))
    }.filter { $0.fields.count == 12 }
  }

  private static let marks = Set("\" \n\r\t".utf8)
}
