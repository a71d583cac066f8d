public import MarketData

/// `realtime.yaml`: where the mirror is and what is in it.
///
///     sink: embedded
///     mirror: [candles, signals]
///     intervals: [1d]
///     bars: 30
public struct RealtimeConfiguration: Sendable, Equatable {
  public var sink: Sink = .embedded
  /// In the order of the file, each once.
  public var mirror: [Part] = Part.allCases
  /// The intervals of the candles that are mirrored.
  public var intervals: [Interval] = [.day1]
  /// How many of the last candles of each symbol; 1...1000.
  public var bars = 30

  public init() {}

  public enum Sink: String, Sendable, CaseIterable {
    /// Kept in the warehouse, served by `jobs realtime serve`.
    case embedded
  }

  public enum Part: String, Sendable, CaseIterable {
    case candles, signals, quality, runs
  }
}

extension RealtimeConfiguration {
  init(_ root: Tree, _ findings: Findings) {
    guard let section = Section(root, title: "the realtime mirror", findings: findings) else { return }
    section.refuseKeys(except: ["sink", "mirror", "intervals", "bars"])
    sink = section.word("sink") ?? .embedded
    if section["mirror"] != nil { mirror = Self.words("mirror", section) }
    if section["intervals"] != nil { intervals = Self.words("intervals", section) }
    bars = section.integer("bars", in: 1...1000) ?? 30
  }

  private static func words<Word: RawRepresentable & CaseIterable & Hashable>(_ key: String, _ section: Section) -> [Word]
  where Word.RawValue == String {
    var places: [Word: Spot] = [:]
    return section.texts(key).compactMap { text in
      guard let word: Word = section.findings.word(text, of: "an element of `\(key)`") else { return nil }
      if let first = places.updateValue(text.spot, forKey: word) {
        section.findings.add(
          .duplicateEntry, at: text.spot, "`\(text.value)` stands twice in `\(key)`", label: "a second time", others: [first])
        return nil
      }
      return word
    }
  }
}
