import MarketData

/// A column of a series that a condition may name: a price, the volume, or an indicator, with periods of one's choice.
struct NamedColumn: Sendable {
  let name: String
  let kind: MeasureKind
  /// Bars that must precede the first judged one; see ``Strategy/warmUp``.
  let warmUp: Int
  private let compute: @Sendable (CandleSeries) -> [Double]

  /// NaN where it has no value.
  func values(of series: CandleSeries) -> [Double] { compute(series) }
}

/// What numbers may be compared.
enum MeasureKind: Sendable, Equatable {
  case price, volume, percent, plain
  /// A constant, or what came of different kinds: it goes with every other.
  case any

  init(_ unit: Indicator.Unit) {
    switch unit {
    case .price: self = .price
    case .volume: self = .volume
    case .percent: self = .percent
    case .plain: self = .plain
    }
  }

  var words: String {
    switch self {
    case .price: "a price"
    case .volume: "a volume"
    case .percent: "a percentage"
    case .plain: "a plain number"
    case .any: "a number"
    }
  }
}

extension NamedColumn {
  /// Every name that needs no number of one's choice, and one for each family that takes one: `sma_N`.
  static var known: [String] {
    prices.map(\.name) + families.map { "\($0.base)_N" } + Indicator.all.map(\.name).filter { !lastBarNames.contains($0) }
  }

  /// - Throws: the fact, for a caller that knows the place.
  static func named(_ name: String) throws(NameDefect) -> NamedColumn {
    if let price = prices.first(where: { $0.name == name }) { return price }
    if let column = try ofFamily(name) { return column }
    guard !lastBarNames.contains(name) else { throw NameDefect(fact: .lastBarOnly(name)) }
    guard let indicator = Indicator.named(name) else { throw NameDefect(fact: .unknownName(name)) }
    return NamedColumn(name: name, kind: MeasureKind(indicator.unit), warmUp: warmUp(of: indicator)) { indicator.column(of: $0).storage }
  }

  struct NameDefect: Error {
    let fact: ConditionDefect.Fact
  }

  private static let lastBarNames: Set = ["vp_poc", "vp_vah", "vp_val"]

  private static let prices = [
    NamedColumn(name: "open", kind: .price, warmUp: 0) { Array($0.open) },
    NamedColumn(name: "high", kind: .price, warmUp: 0) { Array($0.high) },
    NamedColumn(name: "low", kind: .price, warmUp: 0) { Array($0.low) },
    NamedColumn(name: "close", kind: .price, warmUp: 0) { Array($0.close) },
    NamedColumn(name: "volume", kind: .volume, warmUp: 0) { Array($0.volume) },
  ]

  /// Columns whose period is the number behind their name.
  private struct PeriodFamily: Sendable {
    enum Smoothing { case window, exponential, wilder }

    let base: String
    let kind: MeasureKind
    let least: Int
    let smoothing: Smoothing
    let compute: @Sendable (CandleSeries, Int) -> Column

    init(
      _ base: String, _ kind: MeasureKind, _ smoothing: Smoothing, least: Int = 1,
      _ compute: @escaping @Sendable (CandleSeries, Int) -> Column
    ) {
      (self.base, self.kind, self.smoothing, self.least, self.compute) = (base, kind, smoothing, least, compute)
    }

    func warmUp(_ period: Int) -> Int {
      switch smoothing {
      case .window: Analysis.warmUp(window: period + 1)
      case .exponential: Analysis.warmUp(exponential: period)
      case .wilder: Analysis.warmUp(wilder: period)
      }
    }
  }

  /// The longest period that a name can have.
  static let periodMax = 1000

  private static let families: [PeriodFamily] = [
    PeriodFamily("sma", .price, .window) { $0.sma($1) },
    PeriodFamily("ema", .price, .exponential) { $0.ema($1) },
    PeriodFamily("rsi", .percent, .wilder, least: 2) { $0.rsi($1) },
    PeriodFamily("atr", .price, .wilder) { $0.atr($1) },
    PeriodFamily("natr", .percent, .wilder) { $0.natr($1) },
    PeriodFamily("adx", .percent, .wilder, least: 2) { $0.directionalMovement($1).adx },
    PeriodFamily("plus_di", .percent, .wilder, least: 2) { $0.directionalMovement($1).plusDI },
    PeriodFamily("minus_di", .percent, .wilder, least: 2) { $0.directionalMovement($1).minusDI },
    PeriodFamily("willr", .percent, .window) { $0.williamsR($1) },
    PeriodFamily("cci", .plain, .window, least: 2) { $0.cci($1) },
    PeriodFamily("roc", .percent, .window) { $0.roc($1) },
    PeriodFamily("rv", .plain, .window, least: 2) { $0.realizedVolatility($1) },
    PeriodFamily("donchian_high", .price, .window) { $0.donchianChannel($1).high },
    PeriodFamily("donchian_low", .price, .window) { $0.donchianChannel($1).low },
    PeriodFamily("cmf", .plain, .window) { $0.cmf($1) },
    PeriodFamily("vwap", .price, .window) { $0.vwap($1) },
    PeriodFamily("mfi", .percent, .window) { $0.mfi($1) },
    PeriodFamily("vol_median", .volume, .window, least: 2) { $0.volumeSpike($1).median },
    PeriodFamily("vol_ratio", .plain, .window, least: 2) { $0.volumeSpike($1).ratio },
    PeriodFamily("vol_z", .plain, .window, least: 2) { $0.volumeSpike($1).z },
  ]

  /// - Returns: nil when the name is of no family.
  private static func ofFamily(_ name: String) throws(NameDefect) -> NamedColumn? {
    guard let underscore = name.lastIndex(of: "_"), let family = families.first(where: { $0.base == name[..<underscore] }) else {
      return nil
    }
    let digits = name[name.index(after: underscore)...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    guard let period = Int(digits), (family.least...periodMax).contains(period), digits.first != "0" else {
      throw NameDefect(fact: .period(name: name, least: family.least, most: periodMax))
    }
    return NamedColumn(name: name, kind: family.kind, warmUp: family.warmUp(period)) { family.compute($0, period).storage }
  }

  /// Of indicators whose periods are fixed.
  private static func warmUp(of indicator: Indicator) -> Int {
    switch indicator.name {
    case "macd", "macd_signal", "macd_hist": Analysis.warmUp(exponential: 26 + 9)
    case "adosc_3_10": Analysis.warmUp(exponential: 10)
    // Of candles within a day, the day before: so many minutes.
    case "pp", "r1", "r2", "r3", "s1", "s2", "s3", "vwap_day": 2 * 1440
    default: indicator.firstIndex + 1
    }
  }
}
