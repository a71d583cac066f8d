import Analysis
import JobGraph
import MarketData

/// The conditions that `when` of an alert can have.
enum AlertCondition: String, CaseIterable {
  case priceCrosses = "price_crosses"
  case priceAbove = "price_above"
  case priceBelow = "price_below"
  case rsiAbove = "rsi_above"
  case rsiBelow = "rsi_below"
  case macdCross = "macd_cross"
  case pattern
  case volumeSpike = "volume_spike"
  case regimeChange = "regime_change"
  case drawdown, stop
  case trailingStop = "trailing_stop"
  case stale

  /// What may stand beside it.
  var settings: [String] {
    switch self {
    case .rsiAbove, .rsiBelow, .volumeSpike: ["period"]
    case .stop, .trailingStop: ["by"]
    default: []
    }
  }

  private enum Way: String, CaseIterable {
    case any, bullish, bearish
  }

  /// - Returns: nil, and a diagnostic, for a value that makes none.
  func rule(_ when: Section) -> AlertRule? {
    do throws(AlertDefect) {
      return try kind(when).map { kind throws(AlertDefect) in try AlertRule(kind) }
    } catch {
      when.findings.add(.badCondition, at: when[rawValue]?.spot ?? when.spot, "`\(rawValue)`: \(error)", label: "makes no alert")
      return nil
    }
  }

  private func kind(_ when: Section) -> AlertRule.Kind? {
    let numbers = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
    var number: Double? { when.number(rawValue, in: numbers) }
    func period(_ standard: Int) -> Int? {
      when["period"] == nil ? standard : when.integer("period", in: 2...AlertRule.periodMax)
    }
    switch self {
    case .priceCrosses: return number.map { .price(level: $0, .crosses) }
    case .priceAbove: return number.map { .price(level: $0, .above) }
    case .priceBelow: return number.map { .price(level: $0, .below) }
    case .rsiAbove, .rsiBelow:
      guard let level = number, let period = period(14) else { return nil }
      return .rsi(period: period, level: level, self == .rsiAbove ? .above : .below)
    case .macdCross:
      guard let way: Way = when.word(rawValue) else { return nil }
      return .macdCross(way == .any ? nil : way == .bullish ? .bullish : .bearish)
    case .pattern: return pattern(when)
    case .volumeSpike:
      guard isWanted(when), let period = period(20) else { return nil }
      return .volumeSpike(period: period)
    case .regimeChange:
      if case .scalar(let scalar)? = when[rawValue]?.content, case .string = scalar.value {
        return when.word(rawValue).map { .regimeChange($0) }
      }
      return isWanted(when) ? .regimeChange(.any) : nil
    case .drawdown: return TermsReader.share(rawValue, when, when.findings).map { .drawdown(limit: $0) }
    case .stop:
      guard let level = number, let touch = touch(when) else { return nil }
      return .stop(.price(level), by: touch)
    case .trailingStop:
      guard let share = TermsReader.share(rawValue, when, when.findings), let touch = touch(when) else { return nil }
      return .stop(.trailing(share), by: touch)
    case .stale: return when.integer(rawValue, in: 1...AlertRule.periodMax).map { .stale(bars: $0) }
    }
  }

  private func touch(_ when: Section) -> AlertRule.Touch? { when["by"] == nil ? .low : when.word("by") }

  private func pattern(_ when: Section) -> AlertRule.Kind? {
    guard let section = when.section(rawValue, title: "`pattern`") else { return nil }
    section.refuseKeys(except: ["kinds", "confidence"])
    let texts = section.texts("kinds")
    let kinds = texts.compactMap { text -> ChartPattern.Kind? in section.findings.word(text, of: "an element of `kinds`") }
    guard kinds.count == texts.count else { return nil }
    guard section["confidence"] != nil else { return .pattern(kinds: kinds, confidence: 0.6) }
    return section.number("confidence", in: 0...1).map { .pattern(kinds: kinds, confidence: $0) }
  }

  /// `true`; an alert that is not wanted is left out.
  private func isWanted(_ when: Section) -> Bool {
    guard when.flag(rawValue) == false, let spot = when[rawValue]?.spot else { return when.flag(rawValue) == true }
    when.findings.add(.badCondition, at: spot, "`\(rawValue)` is false", label: "expected true; leave the alert out instead")
    return false
  }
}

extension AlertsReader {
  /// Of one alert.
  static var schema: JobValue {
    let symbol = Schema.pattern("^[^\\s/]{1,64}$", "BTCUSDT")
    let positive = Schema.object(["type": "number", "exclusiveMinimum": .int(0)])
    let strength = Schema.object(["type": "number", "exclusiveMinimum": .int(0), "exclusiveMaximum": .int(100)])
    let yes = Schema.object(["const": .bool(true)])
    let conditions = AlertCondition.allCases.map { condition -> (key: String, value: JobValue) in
      let value =
        switch condition {
        case .priceCrosses, .priceAbove, .priceBelow, .stop: positive
        case .rsiAbove, .rsiBelow: strength
        case .macdCross: Schema.words(["any", "bullish", "bearish"])
        case .pattern:
          Schema.mapping([
            ("kinds", Schema.list(of: Schema.words(ChartPattern.Kind.allCases.map(\.rawValue)))), ("confidence", Schema.number(0...1)),
          ])
        case .volumeSpike: yes
        case .regimeChange: Schema.any(yes, Schema.words(AlertRule.RegimePart.allCases.map(\.rawValue)))
        case .stale: Schema.whole(1...AlertRule.periodMax)
        case .drawdown, .trailingStop: Schema.pattern("^[0-9][0-9.]*%$", "20%")
        }
      return (condition.rawValue, value)
    }
    return Schema.mapping(
      [
        ("symbol", symbol), ("symbols", Schema.any(Schema.list(of: symbol), Schema.pattern("^\\$watchlist\\.", "$watchlist.crypto"))),
        ("interval", Schema.words(Interval.allCases.map(\.rawValue))),
        (
          "when",
          Schema.mapping(
            conditions + [
              ("period", Schema.whole(2...AlertRule.periodMax)), ("by", Schema.words(AlertRule.Touch.allCases.map(\.rawValue))),
            ])
        ),
        ("severity", Schema.words(Alert.Severity.allCases.map(\.rawValue))),
        ("enabled_until", Schema.pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "2027-01-31")),
        ("muted_until", Schema.pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "2027-01-31")),
        ("description", Schema.object(["type": "string"])),
      ], required: ["when"])
  }
}
