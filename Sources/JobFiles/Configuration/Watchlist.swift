public import MarketData

/// `watchlist.yaml`: the symbols that are followed, in lists.
///
///     crypto: [BTCUSDT, ETHUSDT]
///     equities:
///       - AAPL
///       - { symbol: SPY, weight: 3 }
public struct Watchlist: Sendable, Equatable {
  /// In the order of the file.
  public var lists: [List]

  public struct List: Sendable, Equatable {
    public var name: String
    /// In the order of the file, each symbol once.
    public var entries: [Entry]

    public init(_ name: String, _ entries: [Entry]) { (self.name, self.entries) = (name, entries) }
  }

  public struct Entry: Sendable, Equatable {
    public var symbol: Symbol
    /// Above zero: how much the symbol is worth beside others when a quota cannot cover all; 1 unless written.
    public var weight: Double

    public init(_ symbol: Symbol, weight: Double = 1) { (self.symbol, self.weight) = (symbol, weight) }
  }

  public init(_ lists: [List]) { self.lists = lists }

  /// The entries of a list. `all` is every list in turn; a symbol that stands in several counts where it stands first.
  /// - Returns: nil when there is no such list.
  public func list(_ name: String) -> [Entry]? {
    guard name == "all" else { return lists.first { $0.name == name }?.entries }
    var seen: Set<Symbol> = []
    return lists.flatMap(\.entries).filter { seen.insert($0.symbol).inserted }
  }
}

extension Watchlist {
  /// - Parameter instruments: well-known pairs; a symbol that looks like a slip of one of them is told.
  init(_ root: Tree, _ instruments: InstrumentsConfiguration? = nil, _ findings: Findings) {
    lists = []
    guard let section = Section(root, title: "the watchlist", findings: findings) else { return }
    for entry in section.entries where Names.check(Located(value: entry.key, spot: entry.keySpot), "list", findings) {
      guard entry.key != "all" else {
        findings.add(.badName, at: entry.keySpot, "a list cannot be called `all`", label: "`all` is every list together")
        continue
      }
      lists.append(List(entry.key, Self.entries(of: entry, instruments, findings)))
    }
  }

  private static func entries(of list: Tree.Entry, _ instruments: InstrumentsConfiguration?, _ findings: Findings) -> [Entry] {
    guard case .list(let elements) = list.value.content else {
      findings.wrongType(list.value, "a list of symbols", of: "`\(list.key)`")
      return []
    }
    var places: [Symbol: Spot] = [:]
    return elements.compactMap { element in
      guard let (entry, spot) = entry(element, findings) else { return nil }
      if let first = places.updateValue(spot, forKey: entry.symbol) {
        findings.add(
          .duplicateEntry, at: spot, "the symbol `\(entry.symbol)` stands twice in `\(list.key)`", label: "a second time", others: [first])
        return nil
      }
      if let meant = instruments?.meant(by: entry.symbol) { warn(entry.symbol, meant, spot, findings) }
      return entry
    }
  }

  private static func warn(_ symbol: Symbol, _ meant: Symbol, _ spot: Spot, _ findings: Findings) {
    findings.add(
      .similarSymbol, at: spot, "`\(symbol)` is none of the pairs that Jobs/config/instruments.yaml knows", label: "not a known pair",
      expected: "a pair of the exchange; add it to instruments.yaml when it is one", nearest: .init(kind: "pair", name: meant.name))
  }

  private static func entry(_ tree: Tree, _ findings: Findings) -> (Entry, Spot)? {
    guard case .mapping = tree.content else { return symbol(tree, findings).map { (Entry($0), tree.spot) } }
    guard let section = Section(tree, title: "an entry of the watchlist", findings: findings) else { return nil }
    section.refuseKeys(except: ["symbol", "weight"])
    section.require("symbol", "`{ symbol: AAPL, weight: 2 }`")
    let weight = section.number("weight", in: Double.leastNonzeroMagnitude...Double.greatestFiniteMagnitude, expected: "a number above 0")
    guard let tree = section["symbol"], let symbol = symbol(tree, findings) else { return nil }
    return (Entry(symbol, weight: weight ?? 1), tree.spot)
  }

  private static func symbol(_ tree: Tree, _ findings: Findings) -> Symbol? {
    guard let text = findings.text(tree, of: "a symbol", wanted: "a text") else { return nil }
    do {
      return try Symbol(text.value)
    } catch {
      findings.add(
        .badSymbol, at: text.spot, text.value.isEmpty ? "an empty text is no symbol" : "`\(text.value)` is no symbol", label: "\(error)")
      return nil
    }
  }
}
