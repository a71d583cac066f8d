import MarketData
import Scheduling

/// A body of any of Alpha Vantage's series of bars as it stands: data, words, or both. One reader for all functions and for both forms, by
/// shape: what a row holds is told by the names of its fields, not by the function that was asked.
struct SeriesDocument {
  /// What the body calls its series: `Time Series (Daily)`, `Weekly Adjusted Time Series`; nil for CSV, which has no names.
  var name: String?
  /// By the text after the number: `Symbol`, `Time Zone`. The numbers differ from function to function: `2. Symbol`, `1: Symbol`.
  var metadata: [String: String] = [:]
  /// Oldest first; nil when the body holds no series.
  var rows: [SeriesRow]?
  var problems: [RowProblem] = []
  var notice = Notice()
  /// The body is `{}`.
  var isEmptyObject = true

  /// Bars of an answer; the longest one, a month of minutes, has some 20,000.
  static let rowsMax = 100_000

  /// How long the bars last, by the name of the series; nil for one that is not known, and for CSV.
  var interval: Interval? { name.flatMap { SeriesDocument.interval(ofSeries: $0) } }

  private static func interval(ofSeries name: String) -> Interval? {
    if name.contains("Daily") { return .day1 }
    if name.hasPrefix("Weekly") || name.contains("Weekly)") { return .week1 }
    if name.hasPrefix("Monthly") || name.contains("Monthly)") { return .month1 }
    return Interval.allCases.first { interval in interval.minutes.map { name.hasSuffix("(\($0)min)") } ?? false }
  }
}

/// One bar of a series.
struct SeriesRow {
  /// Of the label.
  var date: CivilDate
  /// Seconds of the label behind midnight; nil for a day alone.
  var time: Int?
  var open: Double
  var high: Double
  var low: Double
  var close: Double
  /// nil where the series has none: that of currencies.
  var volume: Double?
  var adjustedClose: Double?
  /// Per share; zero for none.
  var dividend = 0.0
  /// New shares for one old; 1 for none.
  var split = 1.0

  /// - Throws: ``CandleDefect``. A market that tells no volume has candles with volume 0.
  func candle(openTime: Instant, closeTime: Instant) throws(CandleDefect) -> Candle {
    try Candle(openTime: openTime, closeTime: closeTime, open: open, high: high, low: low, close: close, volume: volume ?? 0)
  }

  /// The time of the label: `09:30:00`.
  var clock: String {
    let seconds = time ?? 0
    return [seconds / 3600, seconds / 60 % 60, seconds % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
  }

  var event: CorporateEvent? {
    let snapped = CorporateAction.snapped(split)
    guard dividend > 0 || snapped != 1 else { return nil }
    return CorporateEvent(date: date, dividend: dividend > 0 ? dividend : nil, split: snapped != 1 ? snapped : nil)
  }
}

extension SeriesDocument {
  /// - Throws: ``JSONError`` when the body is neither a JSON object nor CSV with the header of a series, is cut short, or says one thing twice.
  static func read(_ body: [UInt8]) throws(JSONError) -> SeriesDocument {
    if SeriesCSV.isSeries(body) { return try SeriesCSV.read(body) }
    return try body.span.bytes.withUnsafeBytes { (bytes) throws(JSONError) in
      var (document, scanner, keys) = (SeriesDocument(), JSONScanner(bytes), JSONKeys(countMax: JSONKeys.membersMax))
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
    if try notice.read(key, &scanner) { return }
    switch try scanner.kind() {
    case .object where key == "Meta Data":
      for (key, value) in try scanner.members() { metadata[String(SeriesDocument.label(key))] = value }
    case .object where key.contains("Time Series"):
      guard rows == nil else { throw JSONError(offset: scanner.offset, fact: .duplicateKey(key)) }
      name = key
      try readSeries(&scanner)
    default: try scanner.skipValue()
    }
  }

  static func label(_ key: String) -> Substring {
    guard key.first?.isNumber == true, let space = key.firstIndex(of: " ") else { return key[...] }
    return key[key.index(after: space)...]
  }

  private mutating func readSeries(_ scanner: inout JSONScanner) throws(JSONError) {
    var found: [(row: SeriesRow, offset: Int)] = []
    var index = 0
    let hasVolume = name?.contains(" FX ") != true
    try scanner.enterObject()
    while let key = try scanner.nextKey() {
      let start = key.range.lowerBound - 1
      guard index < SeriesDocument.rowsMax else { throw JSONError(offset: start, fact: .tooManyRows(rowsMax: SeriesDocument.rowsMax)) }
      switch try SeriesRowReader.read(&scanner, key: key, hasVolume: hasVolume) {
      case .success(let row): found.append((row, start))
      case .failure(let reason):
        let text = scanner.source(start..<min(scanner.offset, start + RowProblem.textBytesMax))
        let openTime = SeriesLabel(scanner.string(key))?.date.midnight
        try problems.add(RowProblem(index: index, openTime: openTime, reason: reason, text: text), at: start)
      }
      index += 1
    }
    try keep(found)
  }

  /// Sorts the rows: an object has no order; the body happens to be newest first.
  mutating func keep(_ found: [(row: SeriesRow, offset: Int)]) throws(JSONError) {
    let sorted = found.sorted { ($0.row.date, $0.row.time ?? 0) < ($1.row.date, $1.row.time ?? 0) }
    // Of a day and the same day with a time, the one without bars within a day is meant twice.
    let isByDay = interval.map { $0 >= .day1 } ?? !sorted.contains { $0.row.time != nil }
    for (a, b) in zip(sorted, sorted.dropFirst()) where a.row.date == b.row.date && (isByDay || a.row.time == b.row.time) {
      throw JSONError(offset: max(a.offset, b.offset), fact: .duplicateKey("\(a.row.date)"))
    }
    rows = sorted.map(\.row)
  }
}

/// The label of a bar: `2018-08-16`, `2023-07-03 16:55:00`, and `2018-08-16 12:46:09` of a day that was not over.
struct SeriesLabel: Equatable {
  var date: CivilDate
  var time: Int?

  init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 10 || bytes.count == 19, let date = CivilDate(String(decoding: bytes.prefix(10), as: UTF8.self)) else {
      return nil
    }
    self.date = date
    guard bytes.count == 19 else { return }
    guard bytes[10] == UInt8(ascii: " "), bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
      let hour = SeriesLabel.number(bytes, 11), let minute = SeriesLabel.number(bytes, 14), let second = SeriesLabel.number(bytes, 17),
      hour < 24, minute < 60, second < 60
    else { return nil }
    time = hour * 3600 + minute * 60 + second
  }

  private static func number(_ bytes: [UInt8], _ index: Int) -> Int? {
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard digits.contains(bytes[index]), digits.contains(bytes[index + 1]) else { return nil }
    return Int(bytes[index] - digits.lowerBound) * 10 + Int(bytes[index + 1] - digits.lowerBound)
  }
}

extension Interval {
  /// Alpha Vantage's bars within a day: 1, 5, 15, 30 or 60 minutes; nil for all others.
  var minutes: Int? {
    switch self {
    case .minute1: 1
    case .minute5: 5
    case .minute15: 15
    case .minute30: 30
    case .hour1: 60
    default: nil
    }
  }
}
