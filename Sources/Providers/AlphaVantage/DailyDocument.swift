import MarketData
import Scheduling

/// A body of Alpha Vantage's daily series as it stands: data, words, or both.
struct DailyDocument {
  /// Of the metadata; nil when there is none.
  var symbol: String?
  /// Oldest first; nil when the body holds no series.
  var rows: [DailyRow]?
  var problems: [RowProblem] = []
  var notice = Notice()
  /// The body is `{}`.
  var isEmptyObject = true

  /// What Alpha Vantage says with status 200 instead of, or beside, the data.
  struct Notice: Equatable {
    var errorMessage: String?
    var information: String?
    var note: String?

    var lines: [String] { [errorMessage, information, note].compactMap { $0?.printable(300) } }
  }
}

/// One day of a series.
struct DailyRow {
  var date: CivilDate
  var open: Double
  var high: Double
  var low: Double
  var close: Double
  var volume: Double
  var adjustedClose: Double?
  /// Per share; zero for none.
  var dividend: Double
  /// New shares for one old; 1 for none.
  var split: Double

  func candle(closeTime: Instant) throws(CandleDefect) -> Candle {
    try Candle(openTime: date.midnight, closeTime: closeTime, open: open, high: high, low: low, close: close, volume: volume)
  }

  var event: CorporateEvent? {
    let snapped = SplitRatio.snapped(split)
    guard dividend > 0 || snapped != 1 else { return nil }
    return CorporateEvent(date: date, dividend: dividend > 0 ? dividend : nil, split: snapped != 1 ? snapped : nil)
  }
}

extension DailyDocument {
  /// - Throws: ``JSONError`` when the body is no JSON object, or holds a key twice.
  static func read(_ body: [UInt8]) throws(JSONError) -> DailyDocument {
    try body.span.bytes.withUnsafeBytes { (bytes) throws(JSONError) in
      var (document, scanner, keys) = (DailyDocument(), JSONScanner(bytes), JSONKeys())
      try scanner.enterObject()
      while let key = try scanner.nextKey(notIn: &keys) {
        document.isEmptyObject = false
        try document.read(scanner.string(key), &scanner)
      }
      try scanner.end()
      return document
    }
  }

  private mutating func read(_ key: String, _ scanner: inout JSONScanner) throws(JSONError) {
    switch (key, try scanner.kind()) {
    case ("Meta Data", .object): try readMetadata(&scanner)
    case ("Time Series (Daily)", .object): try readSeries(&scanner)
    case ("Error Message", .string): notice.errorMessage = scanner.string(try scanner.string())
    case ("Information", .string): notice.information = scanner.string(try scanner.string())
    case ("Note", .string): notice.note = scanner.string(try scanner.string())
    default: try scanner.skipValue()
    }
  }

  /// The numbers of the keys differ from function to function: `2. Symbol`, `1: Symbol`.
  private mutating func readMetadata(_ scanner: inout JSONScanner) throws(JSONError) {
    for (key, value) in try scanner.members() where DailyDocument.label(key) == "Symbol" { symbol = value }
  }

  static func label(_ key: String) -> Substring {
    guard key.first?.isNumber == true, let space = key.firstIndex(of: " ") else { return key[...] }
    return key[key.index(after: space)...]
  }

  private mutating func readSeries(_ scanner: inout JSONScanner) throws(JSONError) {
    var found: [(row: DailyRow, offset: Int)] = []
    var index = 0
    try scanner.enterObject()
    while let key = try scanner.nextKey() {
      let start = key.range.lowerBound - 1
      switch try DailyRowReader.read(&scanner, key: key) {
      case .success(let row): found.append((row, start))
      case .failure(let reason):
        let text = scanner.source(start..<min(scanner.offset, start + RowProblem.textBytesMax))
        let openTime = DailyRowReader.date(scanner.string(key))?.midnight
        problems.append(RowProblem(index: index, openTime: openTime, reason: reason, text: text))
      }
      index += 1
    }
    // An object has no order; the body happens to be newest first.
    found.sort { $0.row.date < $1.row.date }
    for (a, b) in zip(found, found.dropFirst()) where a.row.date == b.row.date {
      throw JSONError(offset: max(a.offset, b.offset), fact: .duplicateKey("\(a.row.date)"))
    }
    rows = found.map(\.row)
  }
}
