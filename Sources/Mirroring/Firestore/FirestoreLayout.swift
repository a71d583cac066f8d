/// Where a path of the tree lies among Firestore's documents.
///
///     quotes/binance/BTCUSDT/1d             market_data/BTCUSDT, field quotes.binance.1d; so are candles and regimes
///     signals/BTCUSDT/1d/rsi/2026-01-15…    signals/BTCUSDT|1d|rsi|2026-01-15…
///     reports/nightly/2026-01-15…           reports/nightly|2026-01-15…
///     tickers/AAPL/events/KEY               tickers/AAPL|events|KEY: a day of orders is more than a document may have
///     users/UID/results/x                   users/UID, field results.x
///     other/KEY/a/b                         other/KEY, field a.b
enum FirestoreLayout {
  /// A document, and a field in it; no field: the whole document.
  struct Place: Hashable {
    let collection: String
    let document: String
    let field: [String]
  }

  enum Target: Hashable {
    case place(Place)
    /// The path holds several documents: those whose names begin so. An empty beginning: all of the collection.
    case documents(collection: String, beginning: String)
    /// The path cuts through documents.
    case none
  }

  /// The tops that stand together in one document of each symbol.
  private static let marketData: Set<String> = ["quotes", "candles", "regimes"]

  /// How many keys a path of this top has down to its document.
  private static func documentDepth(of keys: [String]) -> Int {
    switch keys[0] {
    case "quotes", "candles", "regimes", "reports", "runs": 3
    case "signals", "alerts": 5
    // Of orders and old prices there is no end; the latest price is one document of each ticker.
    case "tickers": keys.count > 2 && keys[2] == "price" ? 3 : 4
    default: 2
    }
  }

  static func target(of keys: [String]) -> Target {
    guard let top = keys.first else { return .none }
    let depth = documentDepth(of: keys)
    if marketData.contains(top) {
      guard keys.count >= depth else { return .none }
      return .place(Place(collection: "market_data", document: id([keys[2]]), field: [top, keys[1]] + keys.dropFirst(3)))
    }
    let collection = id([top])
    guard keys.count >= depth else {
      let beginning = keys.count == 1 ? "" : id(keys[1...]) + "|"
      return .documents(collection: collection, beginning: beginning)
    }
    return .place(Place(collection: collection, document: id(keys[1..<depth]), field: Array(keys.dropFirst(depth))))
  }

  /// One name of several keys; `/`, `|` and `%` in a key are written as `%` and two digits, and names that Firestore keeps for itself as well.
  private static func id(_ keys: some Sequence<String>) -> String {
    let name = keys.map { key in
      key.unicodeScalars.map { scalar in
        "/|%".unicodeScalars.contains(scalar) || scalar.value < 32 ? "%" + hex(scalar.value) : String(scalar)
      }.joined()
    }.joined(separator: "|")
    let isReserved = name == "." || name == ".." || (name.hasPrefix("__") && name.hasSuffix("__"))
    return isReserved ? "%" + hex(name.unicodeScalars.first!.value) + name.dropFirst() : name
  }

  private static func hex(_ value: UInt32) -> String { (value < 16 ? "0" : "") + String(value, radix: 16, uppercase: true) }

  /// `quotes.binance.`1d``: a name that is more than letters, digits and underscores stands in back-ticks.
  static func fieldPath(_ keys: [String]) -> String {
    keys.map { key in
      let isPlain = key.wholeMatch(of: /[A-Za-z_][A-Za-z_0-9]*/) != nil
      return isPlain ? key : "`" + key.replacing("\\", with: "\\\\").replacing("`", with: "\\`") + "`"
    }.joined(separator: ".")
  }
}

extension FirestoreLayout {
  /// The documents that hold what lies below a path, which lies above documents; nil when it does not.
  /// - Returns: `field`: the one that holds it, where the documents hold more.
  static func range(of keys: [String]) -> (collection: String, beginning: String, field: String?)? {
    if let top = keys.first, marketData.contains(top) { return keys.count < 3 ? ("market_data", "", top) : nil }
    guard case .documents(let collection, let beginning) = target(of: keys) else { return nil }
    return (collection, beginning, nil)
  }

  /// What a document holds of the tree: its keys and values; nothing for a document that has not the form of ours.
  static func parts(of document: String, _ fields: WireValue, top: String) -> [(keys: [String], value: WireValue)] {
    let names = document.utf8.split(separator: UInt8(ascii: "|"), omittingEmptySubsequences: false)
    let keys = names.compactMap { RealtimePath(escaped: String(Substring($0)))?.keys.first }
    guard keys.count == names.count else { return [] }
    if marketData.contains(top) {
      guard keys.count == 1, case .object(let sources) = fields.value(at: [top]) else { return [] }
      return sources.map { ([top, $0.key, keys[0]], $0.value) }
    }
    return keys.count == documentDepth(of: [top] + keys) - 1 ? [([top] + keys, fields)] : []
  }
}
