public import Analysis
import JobGraph

/// Reads `Jobs/strategies/NAME.yaml`.
///
///     strategy: sma_cross_9_21
///     template: ma_cross
///     with: { average: sma, fast: 9, slow: 21 }
///     only_when: volatility is not high
///
/// or, with conditions of its own instead of a template:
///
///     strategy: dip
///     bullish: close < bb_lower and rsi_14 < 30
///     bearish: close crosses above bb_middle
public enum StrategyReader {
  static let keys = ["strategy", "description", "template", "with", "bullish", "bearish", "only_when", "trading", "grid"]

  /// - Returns: the strategy, when there is no error, and every mistake.
  public static func read(_ path: String, from source: FileSource) -> (strategy: StrategyDefinition?, diagnostics: [Diagnostic]) {
    let (document, diagnostics) = source.document(path)
    guard let document else { return (nil, diagnostics) }
    let findings = Findings(document.source, diagnostics)
    let strategy = strategy(document.root, Names.ofFile(path), findings)
    return (findings.sorted.hasErrors ? nil : strategy, findings.sorted)
  }

  private static func strategy(_ root: Tree, _ file: String, _ findings: Findings) -> StrategyDefinition? {
    guard let section = Section(root, title: "the strategy", findings: findings) else { return nil }
    section.refuseKeys(except: keys)
    section.require("strategy", "`strategy: NAME`, the name of the file without `.yaml`")
    if let name = section.text("strategy") { Names.checkIsFile(name, "strategy", file, findings) }
    let filter = section.text("only_when").flatMap { ConditionReader.read($0, findings) }
    let summary = section.text("description")?.value ?? ""
    let base = section["template"] == nil ? conditions(section, file, findings) : template(section, file, findings)
    guard let base, let terms = TermsReader.read(section, findings) else { return nil }
    return StrategyDefinition(
      FilteredStrategy(name: file, base, onlyWhen: filter), summary: summary, terms: terms, grid: grid(section, base, findings))
  }

  /// What speaks by conditions of its own.
  private static func conditions(_ section: Section, _ name: String, _ findings: Findings) -> ConditionStrategy? {
    guard section["bullish"] != nil || section["bearish"] != nil else {
      findings.add(
        .missingKey, at: section.spot, "the strategy has no `template`, and neither `bullish` nor `bearish`",
        expected: "`template:` with one of \(StrategyTemplate.wordList); or conditions, such as `bullish: close crosses above sma_50`")
      return nil
    }
    if section["with"] != nil {
      findings.add(.unknownKey, at: section.keySpot("with"), "`with` is for a `template`", label: "without a template")
    }
    let sides = ["bullish", "bearish"].map { key in section.text(key).flatMap { ConditionReader.read($0, findings) } }
    guard sides[0] != nil || sides[1] != nil else { return nil }
    return ConditionStrategy(name: name, bullish: sides[0], bearish: sides[1])
  }

  private static func template(_ section: Section, _ name: String, _ findings: Findings) -> (any Strategy)? {
    for key in ["bullish", "bearish"] where section[key] != nil {
      findings.add(
        .unknownKey, at: section.keySpot(key), "`\(key)` stands beside a `template`, which says by itself when it speaks",
        label: "beside a template", expected: "either a template or conditions; `only_when` filters both")
    }
    guard let template = section.word("template", StrategyTemplate.self) else { return nil }
    let with: Section
    if let tree = section["with"] {
      guard let read = Section(tree, title: "`with`", findings: findings) else { return nil }
      with = read
    } else {
      with = Section(empty: "`with`", at: section.spot, findings)
    }
    return template.strategy(with, name: name, findings)
  }

  /// The periods that a backtest tries; only strategies that cross two lines have one.
  private static func grid(_ section: Section, _ base: any Strategy, _ findings: Findings) -> StrategyGrid? {
    guard let tree = section["grid"] else { return nil }
    if section["only_when"] != nil {
      findings.add(
        .badStrategy, at: section.keySpot("grid"), "a grid does not know `only_when`: it would try another strategy than this one",
        label: "beside `only_when`")
    }
    let lines: CrossGrid.Lines
    switch base {
    case let cross as MovingAverageCross: lines = .averages(cross.kind)
    case let cross as MACDCross: lines = .macd(signal: cross.signal)
    default:
      findings.add(
        .badStrategy, at: section.keySpot("grid"), "a grid is for the templates `ma_cross` and `macd_cross`", label: "not for this strategy"
      )
      return nil
    }
    guard let grid = Section(tree, title: "`grid`", findings: findings) else { return nil }
    grid.refuseKeys(except: ["fast", "slow"])
    for key in ["fast", "slow"] { grid.require(key, "`\(key): [5, 10, 20]`, the periods to try") }
    let periods = ["fast", "slow"].map { key in grid.integers(key, in: 1...NamedPeriods.most) }
    guard let fast = periods[0], let slow = periods[1] else { return nil }
    return StrategyGrid(lines, fast: fast, slow: slow)
  }
}

/// The longest period that a file can ask for.
enum NamedPeriods {
  static let most = 5000
}

/// The strategies that come with the program.
enum StrategyTemplate: String, CaseIterable {
  case averageCross = "ma_cross"
  case macdCross = "macd_cross"
  case rsiReversal = "rsi_reversal"
  case rsiDivergence = "rsi_divergence"
  case bollingerBreakout = "bollinger_breakout"
  case volumeSpike = "volume_spike"
  case pattern

  /// The keys of `with`.
  var parameters: [String] {
    switch self {
    case .averageCross: ["average", "fast", "slow"]
    case .macdCross: ["fast", "slow", "signal"]
    case .rsiReversal: ["period", "low", "high"]
    case .rsiDivergence, .volumeSpike: ["period"]
    case .bollingerBreakout: ["period", "deviations"]
    case .pattern: ["kinds", "confidence"]
    }
  }

  /// - Returns: nil, and a diagnostic, for parameters that make none.
  func strategy(_ with: Section, name: String, _ findings: Findings) -> (any Strategy)? {
    with.refuseKeys(except: parameters)
    let periods = 1...NamedPeriods.most
    func period(_ key: String, _ standard: Int) -> Int { with.integer(key, in: periods) ?? standard }
    do throws(StrategyDefect) {
      switch self {
      case .averageCross:
        for key in ["fast", "slow"] { with.require(key, "`\(key): 9`, a number of bars") }
        let kind = with.word("average", MovingAverageCross.Kind.self) ?? .simple
        guard let fast = with.integer("fast", in: periods), let slow = with.integer("slow", in: periods) else { return nil }
        return try MovingAverageCross(kind, fast: fast, slow: slow)
      case .macdCross: return try MACDCross(fast: period("fast", 12), slow: period("slow", 26), signal: period("signal", 9))
      case .rsiReversal:
        return try RSIReversal(
          period: period("period", 14), low: with.number("low", in: 0...100) ?? 30, high: with.number("high", in: 0...100) ?? 70)
      case .rsiDivergence: return try RSIDivergence(period: period("period", 14))
      case .bollingerBreakout:
        return try BollingerBreakout(period: period("period", 20), deviations: with.number("deviations", in: 0...100) ?? 2)
      case .volumeSpike: return try UnusualVolume(period: period("period", 20))
      case .pattern:
        let kinds = with.texts("kinds").compactMap { kind -> ChartPattern.Kind? in findings.word(kind, of: "an element of `kinds`") }
        return try PatternConfirmed(name: name, kinds: kinds, confidenceMin: with.number("confidence", in: 0...1) ?? 0.6)
      }
    } catch {
      findings.add(.badStrategy, at: with.spot, "\(error)", label: "makes no strategy")
      return nil
    }
  }
}
