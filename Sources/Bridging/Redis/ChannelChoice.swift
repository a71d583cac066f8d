/// Which channels are subscribed to.
public struct ChannelChoice: Sendable, Equatable {
  /// By their whole names.
  public var names: [String]
  /// In the manner of Redis: `*`, `?`, `[…]`, with `\` before what is meant as it stands.
  public var patterns: [String]

  public init(names: [String] = [], patterns: [String] = []) { (self.names, self.patterns) = (names, patterns) }

  public var isEmpty: Bool { names.isEmpty && patterns.isEmpty }

  /// Whether a channel may be subscribed to in more than one way; Redis then sends each of its messages as often.
  var mayOverlap: Bool { patterns.count > 1 || !(patterns.isEmpty || names.isEmpty) }

  /// The channels of a format such as `ticker:{symbol}`: those of the symbols, or of any when there are none.
  public init(format: String, symbols: [String]) {
    let parts = format.components(around: "{symbol}")
    self.init(
      names: symbols.map { symbol in parts.joined(separator: symbol) },
      patterns: symbols.isEmpty ? [parts.map(Self.escaped).joined(separator: "*")] : [])
  }

  /// A channel as a person types it: a pattern when it has `*`, `?` or `[`.
  public init(typed text: String) {
    let isPattern = text.contains { "*?[".contains($0) }
    self.init(names: isPattern ? [] : [text], patterns: isPattern ? [text] : [])
  }

  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { $0 += "*?[]\\^-".contains($1) && $1 != "-" ? "\\\($1)" : String($1) }
  }
}

extension String {
  fileprivate func components(around mark: String) -> [String] {
    var (parts, rest) = ([String](), self[...])
    while let place = rest.firstRange(of: mark) {
      parts.append(String(rest[..<place.lowerBound]))
      rest = rest[place.upperBound...]
    }
    return parts + [String(rest)]
  }
}
