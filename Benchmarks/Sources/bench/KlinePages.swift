import Foundation

/// Made-up bodies of Binance's `klines`, 1,000 hourly rows each, the same at every time.
struct KlinePages {
  let symbols: Int
  let pagesEach: Int
  private static let rowsEach = 1000

  var rows: Int { symbols * pagesEach * KlinePages.rowsEach }

  /// - Returns: how many bytes they are.
  func write(to folder: String) throws -> Int {
    var bytes = 0
    for symbol in 0..<symbols {
      var market = Market(seed: UInt64(symbol) + 1)
      for page in 0..<pagesEach {
        let text = "[" + (0..<KlinePages.rowsEach).map { _ in market.nextRow() }.joined(separator: ",") + "]"
        bytes += text.utf8.count
        let number = String(10_000 + page).dropFirst()
        try text.write(toFile: "\(folder)/SYN00\(symbol)USDT-\(number).json", atomically: false, encoding: .utf8)
      }
    }
    return bytes
  }

  /// A price that wanders.
  private struct Market {
    private var state: UInt64
    private var hour = 417_000
    private var cents = 4_261_480_000

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

    private mutating func draw(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }

    /// Twelve fields as Binance writes them.
    mutating func nextRow() -> String {
      let opened = hour * 3_600_000
      hour += 1
      let open = cents
      cents = max(1_000_000, cents + (draw(200_001) - 100_000) * 100)
      let (high, low) = (max(open, cents) + draw(50_000) * 100, min(open, cents) - draw(5000) * 100)
      let volume = draw(1_000_000_000_000)
      let texts = [open, high, low, cents, volume].map(KlinePages.decimal)
      let quote = KlinePages.decimal(volume / 1000 * (cents / 100_000))
      return "[\(opened),\(texts.map { "\"\($0)\"" }.joined(separator: ",")),\(opened + 3_599_999),\"\(quote)\",\(draw(90_000)),"
        + "\"\(KlinePages.decimal(volume / 2))\",\"\(KlinePages.decimal(volume / 2000 * (cents / 100_000)))\",\"0\"]"
    }
  }

  /// Eight places, as Binance writes them.
  private static func decimal(_ units: Int) -> String {
    let fraction = String(100_000_000 + units % 100_000_000).dropFirst()
    return "\(units / 100_000_000).\(fraction)"
  }
}
