import MarketData
import Scheduling
import Testing

@Suite struct `Quality rules about prices` {
  /// Closes that swing by one per cent.
  static func calm(_ count: Int) -> [Double] { (0..<count).map { $0 % 2 == 0 ? 100 : 101 } }

  @Test func `name an outlier and forget it after a week`() throws {
    let closes = Self.calm(60) + [40, 40.4, 40]
    let outliers = try verdict(
      .outliers, CandleSeries("BTCUSDT", from: "2026-01-01", closes: closes, volumes: Array(repeating: 5, count: 60) + [4, 5, 5]))
    #expect(!outliers.passed && outliers.severity == .warning && outliers.count == 1)
    #expect(outliers.affected.openTimes.map(\.iso8601) == ["2026-03-02T00:00:00Z"])
    // ln(40/101) = -0.92624; the returns swing by 0.00995 around a median of 0.00995 or -0.00995 alternately.
    #expect(outliers.sentence.hasPrefix("BTCUSDT 1d: the close fell 60.4 % at 2026-03-02 (z -"))
    let later = try verdict(.outliers, CandleSeries("BTCUSDT", from: "2026-01-01", closes: closes + Self.calm(20).map { $0 * 0.4 }))
    #expect(later.passed && later.count == 1 && later.sentence.hasSuffix("; none in the last days"))
    #expect(try verdict(.outliers, CandleSeries("BTCUSDT", from: "2026-01-01", closes: Self.calm(60) + [110])).count == 0)
  }

  @Test func `name a likely split, and excuse one that is known`() throws {
    let series = try CandleSeries(
      "AAPL", from: "2026-01-01", closes: Self.calm(60) + [25, 25.25], volumes: Array(repeating: 5, count: 60) + [20, 20])
    let outliers = try verdict(.outliers, series)
    #expect(outliers.sentence.contains("which looks like a split 4:1"))
    let known = [try CorporateAction(date: day("2026-03-02"), kind: .split(4))]
    #expect(try verdict(.outliers, series, actions: known).count == 0)
    // A series that has been adjusted does not jump, and the known split makes no outlier of it.
    #expect(try verdict(.outliers, series.splitAdjusted(for: known), actions: known).count == 0)
    #expect(try verdict(.outliers, series, actions: [try CorporateAction(date: day("2026-03-01"), kind: .split(4))]).count == 1)
  }

  @Test func `find equal closes in a row`() throws {
    let closes = Self.calm(20) + Array(repeating: 50, count: 10)
    let flat = try verdict(.flatRun, CandleSeries("X", from: "2026-01-01", closes: closes))
    #expect(!flat.passed && flat.value == 10)
    #expect(flat.sentence == "X 1d: 10 equal closes from 2026-01-21 to 2026-01-30")
    #expect(flat.affected.total == 10)
    #expect(try verdict(.flatRun, CandleSeries("X", from: "2026-01-01", closes: closes + Self.calm(9))).passed)
    #expect(try verdict(.flatRun, CandleSeries("X", from: "2026-01-01", closes: Self.calm(20) + Array(repeating: 50, count: 9))).count == 0)
  }

  @Test func `count bars without volume`() throws {
    func series(_ volumes: [Double]) throws -> CandleSeries {
      try CandleSeries("X", from: "2026-01-01", closes: Self.calm(volumes.count), volumes: volumes)
    }
    let idle = try verdict(.zeroVolume, series(Array(repeating: 1, count: 94) + Array(repeating: 0, count: 6)))
    #expect(!idle.passed && idle.value == 0.06 && idle.sentence == "X 1d: 6 of the last 100 bars without volume (6.0 %)")
    #expect(try verdict(.zeroVolume, series(Array(repeating: 1, count: 95) + Array(repeating: 0, count: 5))).passed)
    #expect(try verdict(.zeroVolume, series(Array(repeating: 0, count: 5))).sentence == "X 1d: the source tells no volume")
  }
}

@Suite struct `Rows of an answer` {
  static func rows(_ days: [Int], close: Double = 2) throws -> [Candle] {
    let start = try instant("2026-01-01")
    return try days.map { day in
      let open = start + .days(day)
      return try Candle(openTime: open, closeTime: open + .days(1), open: 2, high: 3, low: 1, close: close, volume: 1)
    }
  }

  static func judge(_ rows: [Candle]) throws -> [String] {
    QualityRules.judgeRows(rows, symbol: try Symbol("X"), interval: .day1).map { "\($0.passed) \($0.sentence)" }
  }

  @Test func `are in order in either direction`() throws {
    #expect(try Self.judge(Self.rows([0, 1, 2])) == ["true X 1d: no row comes twice among 3", "true X 1d: the rows are in order of time"])
    #expect(try Self.judge(Self.rows([2, 1, 0])).last == "true X 1d: the rows are in order of time, newest first")
    #expect(try Self.judge(Self.rows([0, 1, 3, 2, 4])).last == "false X 1d: 1 row out of order, the first for 2026-01-03")
    #expect(try Self.judge([]).count == 2)
  }

  @Test func `may repeat themselves, not contradict themselves`() throws {
    #expect(try Self.judge(Self.rows([0, 1, 1, 2])).first == "true X 1d: 1 row repeated with the same values")
    let rows = try Self.rows([0, 1]) + Self.rows([1], close: 2.5)
    #expect(try Self.judge(rows).first == "false X 1d: 1 row repeated, 1 with other values, the first for 2026-01-02")
  }
}

@Suite struct `Quality limits` {
  @Test func `are set by name`() throws {
    let rules = try QualityRules(["outlier_z": 20, "flat_run_bars": 5])
    #expect(rules.outlierZ == 20 && rules.flatRunBars == 5 && rules.window == QualityRules().window)
  }

  @Test(arguments: [
    ("outlier", 1.0, "no quality limit is called `outlier`; there are "),
    ("flat_run_bars", 1.5, "flat_run_bars must be a whole number from 2.0 to 1000000.0; it is 1.5"),
    ("window", 10, "window must be a whole number from 30.0 to 10000.0; it is 10.0"),
    ("missing_share_max", .nan, "missing_share_max must be a number from 0.0 to 1.0; it is nan"),
  ])
  func `refuse what they cannot be`(name: String, value: Double, message: String) {
    let defect = #expect(throws: QualityRulesDefect.self) { try QualityRules([name: value]) }
    #expect(defect?.description.hasPrefix(message) == true)
  }
}
