import Foundation
public import Scheduling

/// What a company did to its shares on a day: why a raw price may jump without anybody gaining or losing.
public struct CorporateAction: Sendable, Hashable {
  /// The first day on which the shares trade with it (the ex-date).
  public let date: CivilDate
  public let kind: Kind

  public enum Kind: Sendable, Hashable {
    /// Paid per share, in the currency of the price, as of that day.
    case dividend(Double)
    /// Shares after it for each share before: 7 for 7:1, 0.1 for a reverse split 1:10.
    case split(Double)
  }

  /// - Throws: ``CorporateActionDefect`` unless a factor is finite and above zero, a dividend finite and not below.
  public init(date: CivilDate, kind: Kind) throws(CorporateActionDefect) {
    switch kind {
    case .dividend(let amount): guard amount.isFinite, amount >= 0 else { throw .badDividend(amount) }
    case .split(let factor): guard factor.isFinite, factor > 0 else { throw .badSplit(factor) }
    }
    (self.date, self.kind) = (date, kind)
  }

  /// The factor of a split as the ratio that was meant: `7.00000700001` is 7, `0.3333` is 1/3, `1.0460` stays.
  ///
  /// - Returns: p/q with the smaller of the two at most 10, when the factor is that ratio written with four decimals, or lies within two
  ///   millionths of it; else the factor.
  public static func snapped(_ factor: Double) -> Double {
    guard factor.isFinite, factor > 0, factor < 1e6, factor > 1e-6 else { return factor }
    for small in 1...10 {
      let ratio = factor >= 1 ? (factor * Double(small)).rounded() / Double(small) : Double(small) / (Double(small) / factor).rounded()
      let (error, part) = (abs(ratio - factor), abs(ratio / factor - 1))
      // Four decimals of a small factor leave room for many ratios; only 1:n is taken on their word alone.
      if part <= 2e-6 || error <= 5.1e-5 && part <= (small == 1 ? 2e-3 : 2e-4) { return ratio }
    }
    return factor
  }
}

/// Why a corporate action cannot be.
public enum CorporateActionDefect: Error, Sendable, Equatable, CustomStringConvertible {
  case badDividend(Double)
  case badSplit(Double)

  public var description: String {
    switch self {
    case .badDividend(let amount): "a dividend must be a finite amount, zero or more; this one is \(amount)"
    case .badSplit(let factor): "the factor of a split must be finite and above zero; this one is \(factor)"
    }
  }
}
