/// `realtime.yaml`: where the mirror is and what is in it.
///
///     sink: embedded
///     mirror: [quotes, signals]
public struct RealtimeConfiguration: Sendable, Equatable {
  public var sink: Sink = .embedded
  /// In the order of the file, each once.
  public var mirror: [Part] = Part.allCases
  /// The database elsewhere; nil for the embedded one.
  public var remote: Remote?

  /// Who reads what, and where it stands.
  public var access = Access()

  public init() {}

  public enum Sink: String, Sendable, CaseIterable {
    /// Kept in the warehouse.
    case embedded
    /// Firebase's Realtime Database.
    case firebase
    /// Cloud Firestore.
    case firestore
  }

  /// The top of a tree that is mirrored.
  public enum Part: String, Sendable, CaseIterable {
    /// The last candle of each series.
    case quotes
    /// The newest candles of each series.
    case candles
    case signals
    /// The regime of the newest bar of each series.
    case regimes
    /// The alerts that fired.
    case alerts
    /// The verdict and the counts of each report.
    case reports
    /// How each run went.
    case runs
    /// Whether the desk can be trusted: its data, jobs, providers and messages.
    case health
  }
}

extension RealtimeConfiguration {
  init(_ root: Tree, _ findings: Findings) {
    guard let section = Section(root, title: "the realtime mirror", findings: findings) else { return }
    section.refuseKeys(except: ["sink", "mirror", "database", "project", "secret"] + Access.keys)
    sink = section.word("sink") ?? .embedded
    remote = Self.remote(sink, section)
    if section["mirror"] != nil { mirror = Self.words("mirror", section) }
    access = Access(section)
  }

  static func words<Word: RawRepresentable & CaseIterable & Hashable>(_ key: String, _ section: Section) -> [Word]
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
