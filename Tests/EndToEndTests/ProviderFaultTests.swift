import Foundation
import Testing

@Suite struct `A provider that` {
  private let night = ["run", "nightly", "--sandbox", "--set", "history=300d", "--set", "hourly_history=5d"]

  /// What is answered instead, what of it the program says, and the series that suffers.
  struct Fault: CustomTestStringConvertible {
    let answer: String
    let provider: String
    let symbol: String
    let says: String
    var testDescription: String { "\(provider) \(answer)" }

    var rules: String { #"[{"provider": "\#(provider)", "symbol": "\#(symbol)", "times": 0, "answer": "\#(answer)"}]"# }
  }

  @Test(arguments: [
    Fault(answer: "html200", provider: "binance", symbol: "BTCUSDT", says: "binance BTCUSDT 1d: answered with HTML instead of JSON"),
    Fault(answer: "html200", provider: "alphavantage", symbol: "AAPL", says: "alphavantage AAPL 1d: answered with HTML instead of JSON"),
    Fault(answer: "halfBody", provider: "binance", symbol: "BTCUSDT", says: "binance BTCUSDT 1d: no complete answer arrived"),
    Fault(answer: "halfBody", provider: "alphavantage", symbol: "AAPL", says: "alphavantage AAPL 1d: no complete answer arrived"),
    Fault(answer: "emptyBody", provider: "binance", symbol: "BTCUSDT", says: "binance BTCUSDT 1d: answered with an empty body"),
    Fault(answer: "refuse", provider: "binance", symbol: "BTCUSDT", says: "binance BTCUSDT 1d: no complete answer arrived"),
    Fault(
      answer: "status429WithoutRetryAfter", provider: "binance", symbol: "BTCUSDT",
      says: "binance BTCUSDT 1d: answered 429, too many requests; it is asked again when the window is over"),
    Fault(answer: "status500", provider: "binance", symbol: "BTCUSDT", says: "binance BTCUSDT 1d: answered 500"),
    Fault(answer: "otherSymbol", provider: "alphavantage", symbol: "AAPL", says: "alphavantage AAPL 1d: the answer is about"),
    Fault(answer: "otherSymbol", provider: "binance", symbol: "BTCUSDT", says: "BTCUSDT 1d"),
  ])
  func `answers nonsense costs its own task, nothing that was stored, and is made up for`(fault: Fault) async throws {
    try await Project.with(crypto: ["BTCUSDT", "ETHUSDT"], equities: ["AAPL", "IBM"]) { project in
      let good = try await project.start(night + ["--date", "2026-01-15"]).end()
      try #require(good.status == 0, "\(good)")
      let undisturbed = try project.copy()
      let stored = try project.rows(candles).sorted()

      try project.write(fault.rules, to: "faults.json")
      let bad = try await project.start(night + ["--date", "2026-01-16", "--sandbox-faults", "faults.json"]).end()
      #expect(bad.status == 3, "\(bad)")
      #expect(bad.out.contains(fault.says), "\(bad)")
      #expect(!bad.out.contains("(reason:"), "the words of the source code are no message: \(bad)")
      #expect(bad.out.contains("Next     jobs run nightly --resume --sandbox"))
      let page = try project.text("reports/sandbox/nightly/2026-01-16/index.html")
      #expect(page.contains("Partial") && page.contains(fault.symbol))
      #expect(Set(try project.rows(candles)).isSuperset(of: stored), "a stored candle has changed")
      #expect(try project.candles("binance", "ETHUSDT").count == 301, "the other symbol arrived")

      for date in ["2026-01-16", "2026-01-17"] {
        let clean = try await undisturbed.start(night + ["--date", date]).end()
        try #require(clean.status == 0, "\(clean)")
      }
      let healed = try await project.start(night + ["--date", "2026-01-17"]).end()
      #expect(healed.status == 0, "\(healed)")
      #expect(try project.rows(candles).sorted() == undisturbed.rows(candles).sorted())
      #expect(try project.rows("SELECT count(*) FROM candle_revisions") == ["0"])
    }
  }

  @Test func `recovers is asked again by the same run, resumed`() async throws {
    try await Project.with(crypto: ["BTCUSDT", "ETHUSDT"]) { project in
      try project.write(#"[{"provider": "binance", "path": "/api/v3/klines", "times": 0, "answer": "status500"}]"#, to: "faults.json")
      let bad = try await project.start(night + ["--date", "2026-01-16", "--sandbox-faults", "faults.json"]).end()
      #expect(bad.status == 3, "\(bad)")
      #expect(bad.out.contains("0/2  2 failed"), "\(bad)")
      let asked = try project.answeredRequests().filter { $0.contains("alphavantage") }
      let resumed = try await project.jobs("run", "nightly", "--sandbox", "--resume")
      #expect(resumed.status == 0, "\(resumed)")
      #expect(resumed.err.contains("resuming nightly-20260116T0000Z-1"))
      #expect(try project.answeredRequests().filter { $0.contains("alphavantage") } == asked)
      #expect(try project.candles("binance", "BTCUSDT").count == 300)
    }
  }

  @Test func `stumbles once is asked again at once, and nobody notices`() async throws {
    try await Project.with { project in
      try project.write(#"[{"provider": "binance", "path": "/api/v3/klines", "times": 1, "answer": "status500"}]"#, to: "faults.json")
      let ended = try await project.start(night + ["--date", "2026-01-16", "--sandbox-faults", "faults.json"]).end()
      #expect(ended.status == 0, "\(ended)")
    }
  }

  private let candles = "SELECT * FROM candles"
}
