public import MarketData

/// `instruments.yaml`: well-known pairs by exchange, what they are paid in, and what is bought.
///
///     binance:
///       USDT: [BTC, ETH]
///       BTC: [ETH]
public struct InstrumentsConfiguration: Sendable, Equatable {
  /// In the order of the file.
  public var pairs: [Pair]

  public struct Pair: Sendable, Hashable {
    /// The exchange: `binance`.
    public var source: String
    /// As the exchange writes it: base and quote without anything between.
    public var symbol: Symbol
    /// What is bought.
    public var base: String
    /// What it is paid in.
    public var quote: String

    public init(source: String, symbol: Symbol, base: String, quote: String) {
      (self.source, self.symbol, self.base, self.quote) = (source, symbol, base, quote)
    }
  }

  public init(_ pairs: [Pair]) { self.pairs = pairs }

  /// The pair that was probably meant by a name that is none of these; nil when the name may well be a pair of its own.
  ///
  /// A list is never whole, so only what looks like a slip is told: a quote that nobody pays in (`BTCUSTD`), or a base one slip from a
  /// known one of four letters, or of the letters of a known one of three in another order (`BCTUSDT`). A name shorter than six
  /// letters is no pair.
  public func meant(by symbol: Symbol) -> Symbol? {
    let name = symbol.name
    guard name.count >= 6, !pairs.contains(where: { $0.symbol == symbol }) else { return nil }
    let quotes = Set(pairs.map(\.quote)).filter { name.hasSuffix($0) && name != $0 }
    guard let quote = quotes.max(by: { $0.count < $1.count }) else {
      return best(pairs, to: name) { $0.symbol.name }?.symbol
    }
    let base = String(name.dropLast(quote.count))
    guard !pairs.contains(where: { $0.base == base }) else { return nil }
    let candidates = pairs.filter { $0.quote == quote }
    if base.count < 4 { return candidates.first { $0.base.count == base.count && $0.base.sorted() == base.sorted() }?.symbol }
    return best(candidates.filter { $0.base.count > 3 }, to: base, slipsMax: 1) { $0.base }?.symbol
  }

  private func best(_ pairs: [Pair], to wrong: String, slipsMax: Int = 2, _ name: (Pair) -> String) -> Pair? {
    let near = pairs.map { ($0, NearestName.slips(wrong, name($0))) }.filter { $0.1 <= slipsMax }
    return near.min { $0.1 < $1.1 }?.0
  }
}

extension InstrumentsConfiguration {
  init(_ root: Tree, _ findings: Findings) {
    pairs = []
    guard let section = Section(root, title: "the instruments", findings: findings) else { return }
    for source in section.entries where Names.check(Located(value: source.key, spot: source.keySpot), "exchange", findings) {
      guard let quotes = Section(source.value, title: "an exchange", findings: findings) else { continue }
      for quote in quotes.entries { pairs += Self.pairs(of: source.key, quote, quotes) }
    }
  }

  private static func pairs(of source: String, _ quote: Tree.Entry, _ section: Section) -> [Pair] {
    var places: [String: Spot] = [:]
    return section.texts(quote.key).compactMap { base in
      if let first = places.updateValue(base.spot, forKey: base.value) {
        section.findings.add(
          .duplicateEntry, at: base.spot, "`\(base.value)` stands twice in `\(quote.key)`", label: "a second time", others: [first])
        return nil
      }
      do {
        return Pair(source: source, symbol: try Symbol(base.value + quote.key), base: base.value, quote: quote.key)
      } catch {
        section.findings.add(.badSymbol, at: base.spot, "`\(base.value)\(quote.key)` is no symbol", label: "\(error)")
        return nil
      }
    }
  }
}
