import MarketData

extension Indicator {
  /// What a family's column is called.
  typealias Label = (name: String, unit: Unit, firstIndex: Int, summary: String)

  /// Indicators that one pass computes. A new one is an entry here.
  struct Family: Sendable {
    let members: [Label]
    private let compute: @Sendable (CandleSeries) -> [Column]
    private let newest: @Sendable (NewestBar) -> [Double]

    /// - Parameter newest: the last entries of the columns that `compute` gives, bit for bit.
    init(
      _ members: [Label], _ compute: @escaping @Sendable (CandleSeries) -> [Column], newest: @escaping @Sendable (NewestBar) -> [Double]
    ) {
      (self.members, self.compute, self.newest) = (members, compute, newest)
    }

    /// One column per member.
    func columns(of series: CandleSeries) -> [Column] { compute(series) }

    /// One number per member; not finite where undefined.
    func values(at bar: NewestBar) -> [Double] { newest(bar) }
  }

  static let families: [Family] = averages + momentum + bands + trend + movement + volume + spikes + levels

  private static let averages: [Family] = [9, 21, 50, 200].flatMap { period in
    [
      Family([("sma_\(period)", .price, period - 1, "simple moving average of \(period) closes")]) {
        [$0.sma(period)]
      } newest: {
        [$0.sma(period)]
      },
      Family([("ema_\(period)", .price, period - 1, "exponential moving average of \(period) closes")]) {
        [$0.ema(period)]
      } newest: {
        [$0.ema(period)]
      },
    ]
  }

  private static let momentum: [Family] = [
    Family([("rsi_14", .percent, 14, "relative strength index (Wilder)")]) {
      [$0.rsi()]
    } newest: {
      [$0.rsi()]
    },
    Family([
      ("macd", .price, 33, "MACD line 12, 26 (aligned as TA-Lib: early on not ema_12 - ema_26)"),
      ("macd_signal", .price, 33, "exponential average of 9 MACD lines"),
      ("macd_hist", .price, 33, "MACD line less its signal"),
    ]) {
      let macd = $0.macd()
      return [macd.line, macd.signal, macd.histogram]
    } newest: {
      $0.macd()
    },
  ]

  private static let bands: [Family] = [
    Family([
      ("bb_upper", .price, 19, "upper Bollinger band: average plus 2 deviations"),
      ("bb_middle", .price, 19, "middle Bollinger band: average of 20 closes"),
      ("bb_lower", .price, 19, "lower Bollinger band: average less 2 deviations"),
      ("bb_pctb", .plain, 19, "the close between the bands: 0 lower, 1 upper"),
      ("bb_bandwidth", .plain, 19, "distance of the bands over their middle"),
    ]) {
      let bands = $0.bollingerBands()
      return [bands.upper, bands.middle, bands.lower, bands.percentB, bands.bandwidth]
    } newest: {
      $0.bollingerBands()
    }
  ]

  private static let trend: [Family] = [
    Family([("tr", .price, 1, "true range")]) {
      [$0.trueRange()]
    } newest: {
      [$0.trueRange()]
    },
    Family([("atr_14", .price, 14, "average true range (Wilder)")]) {
      [$0.atr()]
    } newest: {
      [$0.atr()]
    },
    Family([("natr_14", .percent, 14, "average true range over the close")]) {
      [$0.natr()]
    } newest: {
      [$0.natr()]
    },
    Family([
      ("adx_14", .percent, 27, "average directional index: strength of the trend"),
      ("plus_di_14", .percent, 14, "upward directional indicator"),
      ("minus_di_14", .percent, 14, "downward directional indicator"),
    ]) {
      let movement = $0.directionalMovement()
      return [movement.adx, movement.plusDI, movement.minusDI]
    } newest: {
      $0.directionalMovement()
    },
  ]

  private static let movement: [Family] = [
    Family([
      ("stoch_k", .percent, 17, "slow stochastic 14, 3"),
      ("stoch_d", .percent, 17, "average of 3 slow stochastics"),
    ]) {
      let stochastic = $0.stochastic()
      return [stochastic.k, stochastic.d]
    } newest: {
      $0.stochastic()
    },
    Family([("willr_14", .percent, 13, "Williams %R, -100 to 0")]) {
      [$0.williamsR()]
    } newest: {
      [$0.williamsR()]
    },
    Family([("cci_20", .plain, 19, "commodity channel index")]) {
      [$0.cci()]
    } newest: {
      [$0.cci()]
    },
    Family([("roc_10", .percent, 10, "change over 10 bars")]) {
      [$0.roc()]
    } newest: {
      [$0.roc()]
    },
    Family([("logret_1", .plain, 1, "log return of the bar")]) {
      [$0.logReturns()]
    } newest: {
      [$0.logReturns()]
    },
    Family([("rv_20", .plain, 20, "deviation of 20 log returns, per bar")]) {
      [$0.realizedVolatility()]
    } newest: {
      [$0.realizedVolatility()]
    },
    Family([
      ("donchian_high_20", .price, 19, "highest high of 20 bars"),
      ("donchian_low_20", .price, 19, "lowest low of 20 bars"),
    ]) {
      let channel = $0.donchianChannel()
      return [channel.high, channel.low]
    } newest: {
      $0.donchianChannel()
    },
  ]

  private static let volume: [Family] = [
    Family([("obv", .volume, 0, "on-balance volume")]) {
      [$0.obv()]
    } newest: {
      [$0.obv()]
    },
    Family([("ad", .volume, 0, "accumulation/distribution line")]) {
      [$0.accumulationDistribution()]
    } newest: {
      [$0.accumulationDistribution()]
    },
    Family([("adosc_3_10", .volume, 9, "Chaikin oscillator")]) {
      [$0.adOscillator()]
    } newest: {
      [$0.adOscillator()]
    },
    Family([("cmf_20", .plain, 19, "Chaikin money flow, -1 to 1")]) {
      [$0.cmf()]
    } newest: {
      [$0.cmf()]
    },
    Family([("vwap_20", .price, 19, "volume-weighted average price of 20 bars")]) {
      [$0.vwap()]
    } newest: {
      [$0.vwap()]
    },
    Family([("mfi_14", .percent, 14, "money flow index")]) {
      [$0.mfi()]
    } newest: {
      [$0.mfi()]
    },
  ]

  private static let spikes: [Family] = [
    Family([
      ("vol_median_20", .volume, 20, "median volume of the previous 20 bars"),
      ("vol_ratio_20", .plain, 20, "volume over that median"),
      ("vol_z_20", .plain, 20, "robust z-score of the volume"),
      ("vol_spike", .plain, 20, "1 when the volume is unusual, else 0"),
    ]) {
      let volume = $0.volumeSpike()
      return [volume.median, volume.ratio, volume.z, volume.spike]
    } newest: {
      $0.volumeSpike()
    }
  ]

  private static let levels: [Family] = [
    Family([
      ("pp", .price, 1, "pivot point of the previous bar or UTC day"),
      ("r1", .price, 1, "first resistance"), ("s1", .price, 1, "first support"),
      ("r2", .price, 1, "second resistance"), ("s2", .price, 1, "second support"),
      ("r3", .price, 1, "third resistance"), ("s3", .price, 1, "third support"),
    ]) {
      let points = $0.pivotPoints()
      return [points.pivot] + zip(points.resistances, points.supports).flatMap { [$0, $1] }
    } newest: {
      $0.pivotPoints()
    },
    Family([
      ("vp_poc", .price, 0, "price with the most volume of the last 120 bars; last bar only"),
      ("vp_vah", .price, 0, "upper edge of 70 % of that volume; last bar only"),
      ("vp_val", .price, 0, "lower edge of 70 % of that volume; last bar only"),
    ]) { series in
      let profile = series.volumeProfile()
      return [profile?.pointOfControl, profile?.valueArea.upperBound, profile?.valueArea.lowerBound].map {
        .onLastBar($0, count: series.count)
      }
    } newest: {
      $0.volumeProfile()
    },
    Family([("vwap_day", .price, 0, "volume-weighted average price since 00:00 UTC; intraday only")]) {
      [$0.dailyVWAP()]
    } newest: {
      [$0.dailyVWAP()]
    },
  ]
}

extension Column {
  /// A value at the newest candle only.
  fileprivate static func onLastBar(_ value: Double?, count: Int) -> Column {
    guard count > 0 else { return .undefined(count: 0) }
    return Column([Double](repeating: .nan, count: count - 1) + [value ?? .nan])
  }
}
