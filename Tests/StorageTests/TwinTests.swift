import MarketData
import Storage
import Testing

@Suite struct `Symbols that look alike` {
  /// Composed and not, in either case, with a letter of another script, and right to left.
  private static let names = ["CAF\u{c9}", "CAFE\u{301}", "caf\u{e9}", "CAFE", "САFE", "😀", "עברית", String(repeating: "X", count: 64)]

  @Test func `are series of their own, exactly as the market writes them`() async throws {
    let warehouse = try Warehouse(inMemory: ())
    let keys = try Self.names.map { SeriesKey(source: "binance", symbol: try Symbol($0), interval: .day1) }
    #expect(Set(keys).count == keys.count)
    try await warehouse.write { transaction in
      for (index, key) in keys.enumerated() { _ = try transaction.upsert([candle(day: index, close: 100)], of: key, seenAt: date(20)) }
    }
    for (index, key) in keys.enumerated() {
      #expect(try await warehouse.read { try $0.series(key, closedBy: date(30)) }.openTimes == [date(index)], "\(key.symbol)")
    }
    let stored = try await warehouse.read { try $0.storedSeriesKeys() }
    #expect(Set(stored.map { Array($0.symbol.name.utf8) }) == Set(Self.names.map { Array($0.utf8) }))
  }

  @Test(arguments: ["", "A B", "A\u{202E}B", "A\u{200B}", "A\u{1b}[2J", "A\nB", "../A", "A\\B", "..", String(repeating: "X", count: 65)])
  func `are none when they hide something, lead elsewhere or have no end`(name: String) {
    #expect(throws: SymbolDefect.self) { try Symbol(name) }
  }
}
