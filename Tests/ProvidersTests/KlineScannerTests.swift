import Foundation
import MarketData
import Scheduling
import Testing

@testable import Providers

private let usual =
  #"[1502928000000,"4261.48000000","4485.39000000","4200.74000000","4285.08000000","795.15037700",1503014399999,"#
  + #""3454770.05073206",3427,"616.24854100","2678216.40060401","8733.91139481"]"#

/// The usual row with one text replaced.
private func row(_ old: String, _ new: String) -> String { usual.replacing(old, with: new) }

private func scan(_ text: String) throws(JSONError) -> (candles: [Candle], problems: [RowProblem]) {
  try KlineScanner.scan(Array(text.utf8))
}

@Suite struct `The kline scanner` {
  @Test func `reads every field of a row`() throws {
    let (candles, problems) = try scan("[\(usual)]")
    let candle = try #require(candles.first)
    #expect(problems.isEmpty)
    #expect(candles.count == 1)
    #expect(candle.openTime.iso8601 == "2017-08-17T00:00:00Z")
    #expect(candle.closeTime.iso8601 == "2017-08-17T23:59:59.999Z")
    #expect([candle.open, candle.high, candle.low, candle.close, candle.volume] == [4261.48, 4485.39, 4200.74, 4285.08, 795.150377])
    #expect(
      candle.trading
        == .init(quoteVolume: 3454770.05073206, trades: 3427, takerBuyVolume: 616.248541, takerBuyQuoteVolume: 2678216.40060401))
  }

  @Test(arguments: ["klines-BTCUSDT-1h-2018-02-outage.json", "klines-BTCUSDT-1d-2017-08.json", "klines-BTCUSDT-1d-2026-03.json"])
  func `reads recorded bodies bit for bit like JSONDecoder`(name: String) throws {
    let body = try Fixture.bytes(name)
    let (candles, problems) = try KlineScanner.scan(body)
    let rows = try JSONDecoder().decode([DecodedRow].self, from: Data(body))
    #expect(problems.isEmpty)
    #expect(candles.map(DecodedRow.init) == rows)
  }

  @Test func `reads a random corpus bit for bit like JSONDecoder`() throws {
    var generator = SeededGenerator(2026)
    let rows = (0..<2000).map { _ in DecodedRow.randomText(&generator) }
    let body = Array(("[" + rows.joined(separator: ",") + "]").utf8)
    let (candles, problems) = try KlineScanner.scan(body)
    #expect(problems.isEmpty, "seed 2026")
    #expect(candles.map(DecodedRow.init) == (try JSONDecoder().decode([DecodedRow].self, from: Data(body))), "seed 2026")
  }

  @Test func `tells microseconds by their size`() throws {
    let (candles, problems) = try KlineScanner.scan(try Fixture.bytes("klines-BTCUSDT-1h-2025-01-microseconds.json"))
    #expect(problems.isEmpty)
    #expect(candles.first?.openTime.iso8601 == "2025-01-01T00:00:00Z")
    #expect(candles.first?.closeTime.iso8601 == "2025-01-01T00:59:59.999Z")
    #expect(candles.count == 6)
  }

  @Test(arguments: [
    usual, row("\"4261.48000000\"", "4261.48"), row("3427", "\"3427\""), row(",", " ,\t\n"), row("4261", "\\u0034261"),
    row("\"8733.91139481\"", "\"0\""), row("\"8733.91139481\"", "null"), row("\"8733.91139481\"", "\"0\",\"more\",[1]"),
    row("4261.48000000", "4.26148e3"),
  ])
  func `takes a row that is written in another way`(text: String) throws {
    let (candles, problems) = try scan("[\(text)]")
    #expect(problems == [])
    #expect(candles == (try scan("[\(usual)]")).candles)
  }

  @Test(
    arguments: [
      (row("\"4261.48000000\"", "\"nan\""), .notANumber(field: "open")),
      (row("4261.48000000", "+4261.48"), .notANumber(field: "open")),
      (row("4261.48000000", "0x1p3"), .notANumber(field: "open")),
      (row("4261.48000000", "1e999"), .notANumber(field: "open")),
      (row("\"795.15037700\"", "null"), .notANumber(field: "volume")),
      (row("4200.74000000", "0.00000000"), .candle(.priceNotAboveZero)),
      (row("4200.74000000", "-1"), .candle(.priceNotAboveZero)),
      (row("4485.39000000", "4100"), .candle(.bodyOutsideRange)),
      (row("795.15037700", "-1"), .candle(.negativeVolume)),
      (row("3427", "-3"), .negative(field: "trades")),
      (row("3427", "3.5"), .notANumber(field: "trades")),
      (row("616.24854100", "-1"), .negative(field: "taker buy volume")),
      (row("1503014399999", "1502920000000"), .candle(.closesBeforeOpen)),
      (row("1502928000000", "1502928000"), .timeOutOfRange(field: "open time")),
      (row("1502928000000", "1502928000000000000"), .timeOutOfRange(field: "open time")),
      (row("1502928000000", "99999999999999999999"), .notANumber(field: "open time")),
      (row("1502928000000", "\"soon\""), .notANumber(field: "open time")),
      // ADAUSDT, 2020-12-21, as recorded: the exchange was down, and the bar closes before it opens.
      (
        #"[1608559200000,"0.15133000","0.15133000","0.15133000","0.15133000","0.00000000",1608558441633,"0.00000000",0,"0.00000000","#
          + #""0.00000000","0"]"#, .candle(.closesBeforeOpen)
      ),
      ("[]", .missingField("open time")),
      ("[1502928000000,\"1\"]", .missingField("high")),
      ("{\"a\":1}", .notARow), ("7", .notARow), ("null", .notARow), ("\"x\"", .notARow),
    ] as [(String, RowProblem.Reason)])
  func `keeps a row that is no candle with its reason and exact text`(text: String, reason: RowProblem.Reason) throws {
    let next = row("1502928000000", "1503014400000").replacing("1503014399999", with: "1503100799999")
    let (candles, problems) = try scan("[\(usual),\(text),\(next)]")
    #expect(candles.map(\.openTime.milliseconds) == [1_502_928_000_000, 1_503_014_400_000])
    #expect(problems.map(\.reason) == [reason])
    #expect(problems.map(\.index) == [1])
    #expect(problems.map(\.text) == [text])
  }

  @Test func `knows the open time of a bad row that says it`() throws {
    #expect(try scan("[\(row("4485.39000000", "1"))]").problems.first?.openTime?.iso8601 == "2017-08-17T00:00:00Z")
  }

  @Test(arguments: [
    ("[\(usual)", true), ("[\(usual),", true), ("[\(usual.dropLast(4))", true), ("[\(usual)]]", false), ("[\(usual)\(usual)]", false),
    ("[\(usual),]", false), ("{}", false), ("", true), ("[NaN]", false),
  ])
  func `refuses a body that is no array of rows`(text: String, isTruncation: Bool) {
    let error = #expect(throws: JSONError.self) { try scan(text) }
    #expect(error?.isTruncation == isTruncation)
  }

  @Test func `refuses more rows than were asked for`() {
    let error = #expect(throws: JSONError.self) { try KlineScanner.scan(Array("[\(usual),\(usual),\(usual)]".utf8), rowsMax: 2) }
    #expect(error?.fact == .tooManyRows(rowsMax: 2))
  }

  @Test func `survives every cut and every changed byte`() throws {
    let body = Array(try Fixture.bytes("klines-BTCUSDT-1d-2026-03.json").prefix(700))
    for length in 0..<body.count {
      #expect(throws: JSONError.self) { try KlineScanner.scan(Array(body.prefix(length))) }
    }
    let whole = Array("[\(usual),\(usual)]".utf8)
    for index in whole.indices {
      for byte in [0, 0x22, 0x2c, 0x2d, 0x2e, 0x30, 0x39, 0x45, 0x5b, 0x5c, 0x5d, 0x65, 0x7b, 0x80, 0xff] as [UInt8]
      where whole[index] != byte {
        var changed = whole
        changed[index] = byte
        guard let (candles, problems) = try? KlineScanner.scan(changed) else { continue }
        #expect(candles.count + problems.count == 2, "byte \(byte) at \(index)")
      }
    }
  }
}

/// A row as JSONDecoder reads it, compared by bits.
private struct DecodedRow: Decodable, Equatable {
  var times: [Int64]
  var bits: [UInt64]

  init(from decoder: any Decoder) throws {
    var row = try decoder.unkeyedContainer()
    (times, bits) = ([], [])
    for field in 0..<11 {
      if [0, 6, 8].contains(field) {
        times.append(try row.decode(Int64.self))
      } else {
        bits.append(Double(try row.decode(String.self))!.bitPattern)
      }
    }
  }

  init(_ candle: Candle) {
    times = [candle.openTime.milliseconds, candle.closeTime.milliseconds, Int64(candle.trading!.trades)]
    bits = [
      candle.open, candle.high, candle.low, candle.close, candle.volume, candle.trading!.quoteVolume, candle.trading!.takerBuyVolume,
      candle.trading!.takerBuyQuoteVolume,
    ].map(\.bitPattern)
  }

  static func randomText(_ generator: inout SeededGenerator) -> String {
    func decimal() -> String {
      let text = DecimalText.random(&generator)
      let unsigned = text.hasPrefix("-") ? String(text.dropFirst()) : text
      return Double(unsigned)! > 0 ? unsigned : "0.00000001"
    }
    let prices = [decimal(), decimal(), decimal(), decimal()].sorted { Double($0)! < Double($1)! }
    let fields = [prices[1], prices[3], prices[0], prices[2], decimal()].map { "\"\($0)\"" }.joined(separator: ",")
    return "[1502928000000,\(fields),1503014399999,\"\(decimal())\",\(Int.random(in: 0...1_000_000, using: &generator)),"
      + "\"\(decimal())\",\"\(decimal())\",\"0\"]"
  }
}
