/// How the rows of somebody else's store become candles: declared, so that it can be read, checked and repeated.
public struct ImportMapping: Sendable, Equatable {
  public var name: String
  public var format: ForeignFormat
  /// Where the rows lie in a tree; nil for tables.
  public var rows: RowPath?
  /// Whether a tree holds a list of values by column instead of rows.
  public var isByColumn = false
  /// A table or a question in SQL; nil for anything but SQLite.
  public var query: String?
  /// Between the fields of a line of CSV.
  public var delimiter: UInt8 = UInt8(ascii: ",")
  /// The source under which the candles are kept.
  public var source: String
  /// Whether the series are followed from then on: reports show them, and a job that fetches them goes on behind their end.
  public var isFollowed = false
  /// The share of rows, 0 to 1, that may be no candles before the import is refused.
  public var tolerance: Double = 0
  public var fields: [CandleField: ForeignField]

  public init(name: String, format: ForeignFormat, source: String, fields: [CandleField: ForeignField]) {
    (self.name, self.format, self.source, self.fields) = (name, format, source, fields)
  }

  /// The fields of a row that are asked for, each once, in the order of their names.
  public var wanted: [String] { Set(fields.values.compactMap(\.from)).sorted() }
}

/// What a store is written in.
public enum ForeignFormat: String, Sendable, CaseIterable {
  /// Lines with a header, also compressed by gzip.
  case csv
  case json
  /// A database file, which is opened read-only.
  case sqlite
  /// What Firestore's export tools and its REST interface write.
  case firestore
  /// An export of the Realtime Database: a tree in which lists stand for keys that are numbers.
  case realtime

  public var isTree: Bool { self != .csv && self != .sqlite }
}

/// What a candle is made of.
public enum CandleField: String, Sendable, CaseIterable {
  case symbol, interval
  case openTime = "open_time"
  case open, high, low, close, volume
  /// Left out: the last millisecond of the interval.
  case closeTime = "close_time"

  public var isTime: Bool { self == .openTime || self == .closeTime }
}

/// Where a field comes from.
public struct ForeignField: Sendable, Equatable {
  /// The name of a column, or a path of keys with dots; nil: it is the same for all rows.
  public var from: String?
  /// What it is when `from` is nil.
  public var constant: String?
  /// What to take in place of what stands there; anything else stays as it is.
  public var words: [String: String]
  /// Of times.
  public var format: ForeignTime

  public init(from: String? = nil, constant: String? = nil, words: [String: String] = [:], format: ForeignTime = .iso8601) {
    (self.from, self.constant, self.words, self.format) = (from, constant, words, format)
  }
}

/// How a time is written.
public enum ForeignTime: String, Sendable, CaseIterable {
  /// `2026-01-15`, or with a time and a zone: `2026-01-15T07:00:00Z`.
  case iso8601
  /// `2026-01-15 07:00:00`, in UTC; also with a `T`.
  case dateTime = "date_time"
  case unixSeconds = "unix_s"
  case unixMilliseconds = "unix_ms"
  case unixMicroseconds = "unix_us"
}

/// The way to the rows of a tree: `/market_data/{symbol}/candles/*`.
///
/// A name is itself, `*` any one key or place, `{name}` the same and a field of the row; `/` alone is the root.
public struct RowPath: Sendable, Equatable {
  public enum Part: Sendable, Equatable {
    case key(String)
    case any
    case field(String)
  }

  public let parts: [Part]

  /// - Returns: nil when it does not begin with `/`, has an empty part, or names a field twice.
  public init?(_ text: String) {
    guard text.hasPrefix("/") else { return nil }
    let words = text == "/" ? [] : text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    guard !words.contains("") else { return nil }
    parts = words.map { word in
      if word == "*" { return .any }
      guard word.hasPrefix("{"), word.hasSuffix("}"), word.count > 2 else { return .key(String(word)) }
      return .field(String(word.dropFirst().dropLast()))
    }
    let names = fields
    guard Set(names).count == names.count else { return nil }
  }

  /// The fields that the path itself gives a row.
  public var fields: [String] {
    parts.compactMap { if case .field(let name) = $0 { name } else { nil } }
  }
}
