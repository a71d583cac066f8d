/// What indicators remember of all bars: averages and sums that a new bar moves on, by the formulas of the columns.
struct RunningAverages: Sendable {
  /// Of 9, 21, 50 and 200 closes.
  var exponential = SIMD4<Double>()
  var macd = MACDAverages()
  /// Wilder averages of rises and of falls; their sums until there are enough.
  var moves = SIMD2<Double>()
  /// Wilder average of true ranges; their sum until there are enough.
  var trueRange = 0.0
  var trend = TrendStrength()
  var onBalance = 0.0
  var distribution = 0.0
  var oscillator = ChaikinAverages()
  /// Money and volume since midnight.
  var day = SIMD2<Double>()
  /// What pivot points are made of: the running day, or the newest bar; and the one before.
  var period = PeriodSummary()
  var periodBefore = PeriodSummary()

  static let exponentialPeriods = [9, 21, 50, 200]
  static let macdPeriods = MACDAverages.Periods(fast: 12, slow: 26, signal: 9)
  static let oscillatorPeriods = (fast: 3, slow: 10)
  static let wilderPeriod = 14
}

extension RunningAverages {
  /// Takes in the newest bar.
  /// - Parameters:
  ///   - bars: the newest last, as many before it as the longest period asks for.
  ///   - count: bars so far, the newest included.
  ///   - startsDay: whether the newest is the first of its day, or lasts a day or longer; not for the very first.
  mutating func add(_ bars: Bars, count: Int, startsDay: Bool) {
    addToExponential(bars, count)
    addToMACD(bars, count)
    addToWilder(bars, count)
    addToVolume(bars, count)
    addToDay(bars, count, startsDay)
  }

  private mutating func addToExponential(_ bars: Bars, _ count: Int) {
    let close = bars.close + (bars.count - 1)
    for (lane, period) in Self.exponentialPeriods.enumerated() where count >= period {
      if count == period {
        exponential[lane] = Smoothing.mean(close - (period - 1), count: period)
      } else {
        exponential[lane] += Smoothing.weight(period: period) * (close.pointee - exponential[lane])
      }
    }
  }

  private mutating func addToMACD(_ bars: Bars, _ count: Int) {
    let (close, periods) = (bars.close + (bars.count - 1), Self.macdPeriods)
    let defined = periods.slow + periods.signal - 1
    switch count {
    case ..<periods.slow: return
    case periods.slow: macd = MACDAverages(closesEndingAt: close, periods)
    case ...defined: macd.addEarly(close.pointee, periods)
    default: macd.add(close.pointee, periods)
    }
    if count == defined { macd.startSignal(periods) }
  }

  private mutating func addToWilder(_ bars: Bars, _ count: Int) {
    guard count > 1 else { return }
    let (last, index, period) = (bars.count - 1, count - 1, Self.wilderPeriod)
    let change = bars.close[last] - bars.close[last - 1]
    let (move, range) = (SIMD2(max(change, 0), max(-change, 0)), bars.trueRange(last))
    if index <= period {
      moves += move
      trueRange += range
      if index == period { (moves, trueRange) = (moves / Double(period), trueRange / Double(period)) }
    } else {
      let (kept, added) = (Double(period - 1) / Double(period), 1 / Double(period))
      moves = moves * kept + move * added
      trueRange = trueRange * kept + range * added
    }
    if index < period { trend.sums += bars.movement(last) } else { trend.add(bars.movement(last), at: index, period: period) }
  }

  private mutating func addToVolume(_ bars: Bars, _ count: Int) {
    let last = bars.count - 1
    let flow = bars.moneyFlow(last)
    onBalance += count > 1 ? bars.directedVolume(last) : bars.volume[last]
    distribution += flow
    if count > 1 {
      oscillator.add(flow, fast: Self.oscillatorPeriods.fast, slow: Self.oscillatorPeriods.slow)
    } else {
      oscillator = ChaikinAverages(first: flow)
    }
  }

  private mutating func addToDay(_ bars: Bars, _ count: Int, _ startsDay: Bool) {
    let last = bars.count - 1
    if startsDay { day = SIMD2() }
    day += bars.money(last)
    if startsDay { periodBefore = period }
    if startsDay || count == 1 { period = PeriodSummary(bars, last) } else { period.extend(bars, last) }
  }
}
