import Testing

@testable import Bridging

@Suite struct `The latest prices` {
  private func price(_ symbol: String, _ price: String) throws -> PriceMessage {
    try #require(try TickerMessage(#"{"type":"price","symbol":"\#(symbol)","price":\#(price),"volume":1}"#).price)
  }

  @Test func `are told at once, and then once a second`() throws {
    var table = PriceTable()
    _ = try table.take(price("A", "1"), receivedAt: 1000)
    let first = table.due(at: 1000, limit: 10)
    #expect(first.map(\.price.text) == ["1"])
    table.confirm(first)
    for at in 1...9 { _ = try table.take(price("A", "\(at)"), receivedAt: 1000 + Int64(at) * 100) }
    #expect(table.due(at: 1999, limit: 10) == [])
    let second = table.due(at: 2000, limit: 10)
    #expect(second.map(\.price.text) == ["9"])
    table.confirm(second)
    #expect(table.due(at: 9000, limit: 10) == [] && !table.hasUntold)
  }

  @Test func `are told again when nobody acknowledged them`() throws {
    var table = PriceTable()
    _ = try table.take(price("A", "1"), receivedAt: 0)
    #expect(table.due(at: 0, limit: 10).count == 1)
    #expect(table.due(at: 999, limit: 10).count == 0 && table.hasUntold)
    _ = try table.take(price("A", "2"), receivedAt: 999)
    #expect(table.due(at: 1000, limit: 10).map(\.price.text) == ["2"])
    table.hurry()
    #expect(table.due(at: 1001, limit: 10).map(\.price.text) == ["2"])
  }

  @Test func `wait their turn, the longest waiting first`() throws {
    var table = PriceTable()
    for symbol in ["A", "B", "C"] { _ = try table.take(price(symbol, "1"), receivedAt: 0) }
    var told: [String] = []
    for at in 0..<3 {
      let rows = table.due(at: Int64(at), limit: 1)
      table.confirm(rows)
      told += rows.map(\.symbol)
      for symbol in ["A", "B", "C"] { _ = try table.take(price(symbol, "2"), receivedAt: Int64(at)) }
    }
    #expect(Set(told) == ["A", "B", "C"])
  }

  @Test func `are not changed by a message that has none`() throws {
    var table = PriceTable()
    _ = try table.take(price("A", "5"), receivedAt: 7)
    _ = try table.take(price("A", "null"), receivedAt: 8)
    #expect(table.last("A") == SeenPrice(price: "5", at: 7) && table.last("B") == nil)
    _ = try table.take(price("B", "null"), receivedAt: 8)
    #expect(table.count == 1)
  }

  @Test func `are bounded in number`() throws {
    var table = PriceTable()
    for index in 0..<PriceTable.tickersMax { _ = try table.take(price("S\(index)", "1"), receivedAt: 0) }
    #expect(throws: MessageDefect.tooManyTickers) { _ = try table.take(price("ONE_MORE", "1"), receivedAt: 0) }
    _ = try table.take(price("S0", "2"), receivedAt: 0)
    #expect(table.last("S0")?.price == "2")
  }

  @Test func `are counted by the hour with their extremes`() throws {
    var table = PriceTable()
    var rows: [HourRow] = []
    for (at, value) in [(0, "5"), (10, "3"), (20, "8"), (3_600_000, "4")] {
      if let row = try table.take(price("A", value), receivedAt: Int64(at)) { rows.append(row) }
    }
    #expect(rows.map { "\($0.hour) \($0.seen) \($0.low) \($0.high)" } == ["0 3 3 8"])
    let changes = table.changes()
    #expect(changes.map { "\($0.price.price) \($0.hour!.hour) \($0.hour!.seen)" } == ["4 3600000 1"] && table.changes().isEmpty)
    table.unkeep(changes.map(\.price))
    #expect(table.changes().map(\.price.price.text) == ["4"])
  }

  @Test func `are told also after the clock was set back`() throws {
    var table = PriceTable()
    _ = try table.take(price("A", "1"), receivedAt: 7_200_000)
    table.confirm(table.due(at: 7_200_000, limit: 10))
    _ = try table.take(price("A", "2"), receivedAt: 3_600_000)
    #expect(table.due(at: 3_600_000, limit: 10).map(\.price.text) == ["2"])
  }
}
