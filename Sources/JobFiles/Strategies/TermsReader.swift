import Analysis

/// Reads `trading` of a strategy: what a backtest of it pays, and where it stops.
enum TermsReader {
  static let keys = ["cash", "fee", "slippage", "stop_loss", "take_profit"]

  /// - Returns: the terms without costs when nothing is said; nil, and a diagnostic, when something wrong is.
  static func read(_ strategy: Section, _ findings: Findings) -> TradingTerms? {
    do throws(BacktestDefect) {
      guard let tree = strategy["trading"] else { return try TradingTerms() }
      guard let section = Section(tree, title: "`trading`", findings: findings) else { return nil }
      section.refuseKeys(except: keys)
      return try TradingTerms(
        cash: section.number("cash", in: 0...1e15) ?? 10_000, fee: share("fee", section, findings) ?? 0,
        slippage: share("slippage", section, findings) ?? 0, stopLoss: share("stop_loss", section, findings),
        takeProfit: share("take_profit", section, findings))
    } catch {
      findings.add(.badStrategy, at: strategy["trading"]?.spot ?? strategy.spot, "\(error)", label: "no terms of trading")
      return nil
    }
  }

  /// `0.1%`: with its sign, since 0.1 alone is read as a tenth by one and as a tenth of a percent by another.
  static func share(_ key: String, _ section: Section, _ findings: Findings) -> Double? {
    guard let tree = section[key], let text = findings.text(tree, of: "`\(key)`", wanted: "a share such as `0.1%`") else { return nil }
    let digits = text.value.dropLast()
    if text.value.hasSuffix("%"), digits.first?.isNumber == true, digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }),
      let percent = Double(digits), percent <= 1000
    {
      return percent / 100
    }
    findings.add(.outOfRange, at: text.spot, "`\(key)` is `\(text.value)`", label: "expected a share such as `0.1%`")
    return nil
  }
}
