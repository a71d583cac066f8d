import Testing

@testable import Bridging

@Suite struct `The volume of an hour` {
  private func price(_ volume: String, at time: String? = nil, price: String = "1") throws -> PriceMessage {
    let time = time.map { #","timestamp":"\#($0)""# } ?? ""
    return try #require(try TickerMessage(#"{"type":"price","symbol":"A","price":\#(price),"volume":\#(volume)\#(time)}"#).price)
  }

  /// The volumes of the hours of messages, `-` where none is known.
  private func hours(
    _ meaning: VolumeMeaning, _ messages: [(minute: Int64, message: PriceMessage)], gapBefore: Int64? = nil
  ) throws -> [String] {
    var table = PriceTable(meaning)
    var rows: [HourRow] = []
    var isGapNoted = false
    for (minute, message) in messages {
      if let gapBefore, minute >= gapBefore, !isGapNoted {
        table.noteGap()
        isGapNoted = true
      }
      if let row = try table.take(message, receivedAt: minute * 60_000) { rows.append(row) }
    }
    rows += table.changes().compactMap(\.hour)
    return rows.map { $0.volume.map { "\($0)" } ?? "-" }
  }

  @Test(arguments: [
    ("0", "0"), ("1790.86", "1790.86"), ("+12.500", "12.5"), ("1e3", "1000"), ("1.5E-3", "0.0015"),
    ("0.000000000000000001", "0.000000000000000001"),
    ("0.0000000000000000019", "0.000000000000000001"), ("1e-400", "0"), ("99999999999", "99999999999"), ("000.10", "0.1"), (".5", "0.5"),
    ("0e999", "0"),
  ])
  func `is exact`(text: String, shown: String) throws {
    #expect(Amount(text)?.description == shown)
    #expect(Amount(shown) == Amount(text))
  }

  @Test(arguments: ["-1", "100000000000", "1e999", "-0.5"])
  func `is none that is below zero, or beyond all that is traded`(text: String) { #expect(Amount(text) == nil) }

  @Test func `does not drift when it is added up`() throws {
    let tenth = try #require(Amount("0.1"))
    #expect((0..<1_000_000).reduce(Amount.zero) { sum, _ in sum + tenth }.description == "100000")
    #expect(tenth - tenth - tenth == .zero)
  }

  @Test func `is the sum of its messages, where each says what was traded since the last`() throws {
    let messages: [(minute: Int64, message: PriceMessage)] = try [
      (0, price("0.1")), (59, price("0.2")), (60, price("null")), (61, price("\"7\"")), (119, price("-3")), (120, price("null")),
    ]
    #expect(try hours(.traded, messages) == ["0.3", "7", "-"])
    #expect(try hours(.none, messages) == ["-", "-", "-"])
  }

  @Test func `is what the day's total has grown by, where each says that`() throws {
    #expect(try hours(.total, [(0, price("1000")), (10, price("1010.5")), (59, price("1011")), (60, price("1020"))]) == ["11", "9"])
    // A new day began at zero, and a correction took a little back.
    #expect(try hours(.total, [(0, price("1000")), (10, price("5")), (20, price("6"))]) == ["6"])
    #expect(try hours(.total, [(0, price("1000")), (10, price("999")), (20, price("1001"))]) == ["2"])
    // Overtaken on the way.
    let (early, late) = ("2026-01-15T10:00:00Z", "2026-01-15T10:00:01Z")
    let overtaken: [(minute: Int64, message: PriceMessage)] = try [
      (0, price("10", at: early)), (1, price("300", at: late)), (2, price("20", at: early)), (3, price("301", at: late)),
    ]
    #expect(try hours(.total, overtaken) == ["291"])
  }

  @Test func `has of a gap what was traded in it only where that is one hour`() throws {
    #expect(try hours(.total, [(0, price("1000")), (50, price("5000")), (51, price("5001"))], gapBefore: 50) == ["4001"])
    #expect(try hours(.total, [(0, price("1000")), (70, price("5000")), (71, price("5001"))], gapBefore: 50) == ["-", "1"])
    // Without a gap nothing was traded until the message came.
    #expect(try hours(.total, [(0, price("1000")), (190, price("5000"))]) == ["-", "4000"])
  }

  @Test func `stands beside its first, lowest, highest and last price`() throws {
    var table = PriceTable()
    for value in ["5", "3", "8", "4"] { _ = try table.take(price("1", price: value), receivedAt: 0) }
    var row = try #require(table.changes()[0].hour)
    _ = try table.take(price("1", price: "2"), receivedAt: 1)
    row = row.joined(with: try #require(table.changes()[0].hour))
    #expect("\(row.open) \(row.low) \(row.high) \(row.close) \(row.volume!) \(row.seen)" == "5 2 8 2 5 5")
  }
}
