import Analysis
import MarketData
import Testing

@Suite struct `The registry of indicators` {
  @Test func `knows 53 names, each once, in a stable order`() {
    let names = Indicator.all.map(\.name)
    #expect(names.count == 53)
    #expect(Set(names).count == 53)
    #expect(
      names.joined(separator: " ") == """
        sma_9 ema_9 sma_21 ema_21 sma_50 ema_50 sma_200 ema_200 rsi_14 macd macd_signal macd_hist bb_upper bb_middle bb_lower bb_pctb \
        bb_bandwidth tr atr_14 natr_14 adx_14 plus_di_14 minus_di_14 stoch_k stoch_d willr_14 cci_20 roc_10 logret_1 rv_20 \
        donchian_high_20 donchian_low_20 obv ad adosc_3_10 cmf_20 vwap_20 mfi_14 vol_median_20 vol_ratio_20 vol_z_20 vol_spike \
        pp r1 s1 r2 s2 r3 s3 vp_poc vp_vah vp_val vwap_day
        """)
  }

  @Test(arguments: Indicator.all.map(\.name))
  func `gives each under its name the column that the whole set gives`(name: String) throws {
    let series = try #require(Fixtures.candles["SOLUSDT"])
    let alone = try #require(Indicator.named(name)).column(of: series)
    let together = try #require(IndicatorSet().compute(series).first { $0.name == name }).column
    #expect(alone == together)
    #expect(alone.count == series.count)
  }

  @Test func `computes only what it is asked for, in the order of asking`() throws {
    let set = IndicatorSet(["macd_hist", "sma_9", "macd"].compactMap(Indicator.named))
    #expect(set.compute(try #require(Fixtures.candles["GOOG"])).map(\.name) == ["macd_hist", "sma_9", "macd"])
  }

  @Test(arguments: ["", "RSI_14", "rsi", "sma_10"]) func `does not know`(name: String) {
    #expect(Indicator.named(name) == nil)
  }
}
