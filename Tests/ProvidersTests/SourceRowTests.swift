import MarketData
import Providers
import Scheduling
import Testing

@Suite struct `The row of a candle in an answer` {
  private static let klines = """
    [[1502928000000,"4261.48000000","4485.39000000","4200.74000000","4285.08000000","795.15037700",1502931599999,"1",3427,"616.2","2678.4","0"],
    [1502931600000,"4285.08","4371.52","3938.77","4108.37","1199.88",1502935199999,"1",5233,"972.8","4129123.3","0"]]
    """
  private static let days = """
    {"Meta Data": {"2. Symbol": "IBM"}, "Time Series (Daily)": {
      "2023-12-12": {"1. open": "163.2700", "2. high": "164.4200", "3. low": "161.9800", "4. close": "164.3000", "5. volume": "4944255"},
      "2023-12-11": {"1. open": "162.6800", "2. high": "164.4600", "3. low": "162.5500", "4. close": "163.5100", "5. volume": "5023421"}}}
    """

  private func find(_ time: String, _ body: String, _ source: String) throws -> SourceRow? {
    SourceRow.find(openingAt: try #require(Instant(iso8601: time)), in: Array(body.utf8), of: source)
  }

  @Test func `is found as it was written`() throws {
    let row = try #require(try find("2017-08-17T01:00:00Z", Self.klines, "binance"))
    #expect(row.text.hasPrefix(#"[1502931600000,"4285.08","4371.52""#) && row.text.hasSuffix(#""0"]"#))
    #expect((row.open, row.high, row.low, row.close, row.volume) == (4285.08, 4371.52, 3938.77, 4108.37, 1199.88))
    let day = try #require(try find("2023-12-11T00:00:00Z", Self.days, "alphavantage"))
    #expect(day.text.hasPrefix(#""2023-12-11": {"1. open": "162.6800""#) && day.close == 163.51)
  }

  @Test func `is found with its time in microseconds`() throws {
    let body = Self.klines.replacing("1502931600000", with: "1502931600000000").replacing("1502935199999", with: "1502935199999999")
    #expect(try find("2017-08-17T01:00:00Z", body, "binance")?.text.hasPrefix("[1502931600000000,") == true)
  }

  @Test(arguments: [("2024-12", "1733011200000,"), ("2025-01", "1735689600000000,")])
  func `is found in a file of the archive, in milliseconds and in microseconds`(month: String, start: String) throws {
    let body = try Fixture.bytes("BTCUSDT-1h-\(month).zip")
    let openTime = try #require(Instant(iso8601: "\(month)-01T00:00:00Z"))
    let row = try #require(SourceRow.find(openingAt: openTime, in: body, of: "binance"))
    #expect(row.text.hasPrefix(start) && row.close > 0)
    #expect(SourceRow.find(openingAt: openTime + .milliseconds(1), in: body, of: "binance") == nil)
  }

  @Test(arguments: [
    ("2017-08-17T02:00:00Z", klines, "binance"), ("2017-08-17T01:00:00Z", "{\"code\": -1121}", "binance"),
    ("2017-08-17T01:00:00Z", "", "binance"), ("2023-12-10T00:00:00Z", days, "alphavantage"), ("2023-12-11T00:00:00Z", "{}", "alphavantage"),
    ("2023-12-11T00:00:00Z", days, "desk"),
  ])
  func `is not found where it is not`(time: String, body: String, source: String) throws {
    #expect(try find(time, body, source) == nil)
  }

  @Test func `says what is stored, or something else`() throws {
    let row = try #require(try find("2017-08-17T01:00:00Z", Self.klines, "binance"))
    func candle(close: Double) throws -> Candle {
      try Candle(
        openTime: Instant(milliseconds: 1_502_931_600_000), closeTime: Instant(milliseconds: 1_502_935_199_999), open: row.open,
        high: row.high, low: row.low, close: close, volume: row.volume)
    }
    #expect(row.says(try candle(close: 4108.37)))
    #expect(!row.says(try candle(close: 4108.38)))
  }
}
