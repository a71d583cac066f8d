import Foundation
import MarketData
import Scheduling
import Testing
import Transport

@testable import Providers

@Suite struct `Alpha Vantage's refusals` {
  @Test(
    arguments: [
      ("ApiLimit.json", .limited), ("Error.json", .unknownSymbol), ("PremiumMessage.json", .limited),
      ("Fx-ExchangeRate.json", .unexpectedShape), ("realtime-options-2026-05.json", .entitlement),
      ("daily-IBM-2026-05.csv", .unexpectedShape), ("fx-daily-EURUSD-2026-05.csv", .unexpectedShape),
      ("crypto-daily.json", .unexpectedShape), ("indicator-macd.json", .unexpectedShape),
      ("global-quote-unknown-symbol.json", .unexpectedShape),
      ("intraday-TSLA-bad-ticks.json", .unexpectedShape), ("overview_IBM.json", .unexpectedShape),
    ] as [(String, AnswerClass)])
  func `in recorded bodies are told apart`(name: String, answer: AnswerClass) throws {
    let body = try Fixture.text(name)
    #expect(#expect(throws: Refusal.self) { try read(body) }?.answer == answer)
  }

  @Test(
    arguments: [
      (Said.burst, .burst), (Said.premium, .entitlement), (Said.daily, .quota), (Said.note, .limited), (Said.invalid, .unknownSymbol),
      ("{}", .unknownSymbol),
      (" {} ", .unknownSymbol),
      ("{\"Error Message\":\"the parameter apikey is invalid or missing.\"}", .auth),
      ("{\"Information\":\"the parameter apikey is invalid or missing.\"}", .auth), ("{\"Error Message\":\"something else\"}", .badRequest),
      ("{\"Information\":\"The **demo** API key is for demo purposes only.\"}", .auth),
      ("{\"Information\":\"outputsize=full is a premium feature for the TIME_SERIES_DAILY endpoint\"}", .entitlement),
      ("{\"Information\":\"something new\"}", .unexpectedShape), ("<html></html>", .notJSON), ("", .unexpectedShape),
      ("[]", .unexpectedShape),
      ("timestamp,open,high,low,close,volume\r\n", .unexpectedShape), ("{\"Note\":\"a\",\"Note\":\"b\"}", .unexpectedShape),
      ("{\"Time Series (Daily)\":{}}", .unexpectedShape),
    ] as [(String, AnswerClass)])
  func `are told by shape first and words second`(body: String, answer: AnswerClass) {
    #expect(#expect(throws: Refusal.self) { try read(body) }?.answer == answer)
  }

  @Test(arguments: 0..<15)
  func `and Binance's, as they were recorded, are classified`(index: Int) async throws {
    let lines = try Fixture.text("errors.jsonl").split(separator: "\n")
    #expect(lines.count == 15)
    let record = try #require(try JSONSerialization.jsonObject(with: Data(lines[index].utf8)) as? [String: Any])
    let status = try #require(record["status"] as? Int)
    let body =
      try record["body"].map { [UInt8](try JSONSerialization.data(withJSONObject: $0)) } ?? Array((record["body_text"] as! String).utf8)
    let desk = Desk(TestHTTP(status: status, body))
    let isBinance = record["api"] as? String == "binance"
    let failure = try await failure(of: {
      if isBinance {
        _ = try await pages(desk.binance(), "BTCUSDT", .day1, from: "2025-01-01", until: "2026-01-15")
      } else {
        _ = try await pages(desk.alphaVantage(strategy: .adjusted), "IBM", .day1, from: "2026-01-01", until: "2026-01-15")
      }
    })
    #expect(failure?.answer == expectation(record, status, String(decoding: body, as: UTF8.self)))
  }

  /// What each recorded line means, by its own words.
  private func expectation(_ record: [String: Any], _ status: Int, _ body: String) -> AnswerClass? {
    switch (status, record["meaning"] as? String ?? "") {
    case (429, _): .limited
    case (418, _): .banned
    case (403, _): .waf
    case (451, _): .geo
    case (400, _): body.contains("-1121") ? .unknownSymbol : .badRequest
    // A note that comes again after the minute is the day's.
    case (200, let meaning) where meaning.hasPrefix("rate") || meaning.hasPrefix("daily"): .quota
    case (200, let meaning) where meaning.hasPrefix("burst"): .burst
    case (200, let meaning) where meaning.hasPrefix("entitlement"): .entitlement
    case (200, let meaning) where meaning.hasPrefix("unknown symbol"): .unknownSymbol
    case (200, "auth"): .auth
    default: nil
    }
  }
}
