import Foundation
import Scheduling

/// Alpha Vantage's facts out of recorded bodies: rows go out as they stand in the file.
actor RecordedEquityMarket: EquityMarket {
  private let folder: RecordedFolder
  /// Sessions that had not closed by then are not served.
  private let bound: Instant
  private var series: [String: EquityRows] = [:]

  init(_ folder: RecordedFolder, bound: Instant) {
    (self.folder, self.bound) = (folder, bound)
  }

  nonisolated func symbol(otherThan symbol: String) -> String { folder.equities.keys.sorted().first { $0 != symbol } ?? symbol }

  func rows(_ symbol: String, now: Instant) async throws(RecordedDefect) -> EquityRows? {
    if let known = series[symbol] { return known }
    guard let file = folder.equities[symbol] else { return nil }
    let bytes = try folder.bytes(file)
    let whole = file.contains("-csv/") ? try RecordedCSV.rows(bytes, symbol, file) : try RecordedSeries.rows(bytes, symbol, file)
    let closed = whole.rows.filter { NewYork.close($0.day) <= bound }
    let rows = EquityRows(symbol: symbol, text: whole.text, rows: closed)
    series[symbol] = rows
    return rows
  }
}

/// Reads a recorded daily-adjusted CSV body.
enum RecordedCSV {
  private static let header = "timestamp,open,high,low,close,adjusted_close,volume,dividend_amount,split_coefficient"

  static func rows(_ bytes: [UInt8], _ symbol: String, _ file: String) throws(RecordedDefect) -> EquityRows {
    var rows: [EquityRows.Row] = []
    let lines = bytes.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
    guard let first = lines.first, String(decoding: first, as: UTF8.self) == header else {
      throw RecordedDefect(file: file, reason: "its first line is not `\(header)`")
    }
    for (number, line) in lines.enumerated().dropFirst() {
      let fields = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
      guard fields.count == 9, let day = CivilDate(String(decoding: fields[0], as: UTF8.self)) else {
        throw RecordedDefect(file: file, reason: "line \(number + 1) is not a date and eight values")
      }
      rows.append(EquityRows.Row(day: day, fields: fields.dropFirst().map { $0.startIndex..<$0.endIndex }, entry: nil))
    }
    return EquityRows(symbol: symbol, text: bytes, rows: rows.sorted { $0.day > $1.day })
  }
}

/// Reads a recorded daily-adjusted JSON body.
enum RecordedSeries {
  static func rows(_ bytes: [UInt8], _ symbol: String, _ file: String) throws(RecordedDefect) -> EquityRows {
    guard let start = Data(bytes).firstRange(of: Data("\"Time Series (Daily)\"".utf8)) else {
      throw RecordedDefect(file: file, reason: "holds no `Time Series (Daily)`")
    }
    var strings = StringScanner(bytes, from: start.upperBound)
    var rows: [EquityRows.Row] = []
    while let date = strings.next() {
      guard let day = CivilDate(String(decoding: bytes[date], as: UTF8.self)) else {
        throw RecordedDefect(file: file, reason: "entry \(rows.count + 1) has no date")
      }
      var fields: [Range<Int>] = []
      for _ in 0..<8 {
        guard strings.next() != nil, let value = strings.next() else {
          throw RecordedDefect(file: file, reason: "the entry of \(day) ends too early")
        }
        fields.append(value)
      }
      guard let end = bytes[strings.position...].firstIndex(of: UInt8(ascii: "}")) else {
        throw RecordedDefect(file: file, reason: "the entry of \(day) does not end")
      }
      rows.append(EquityRows.Row(day: day, fields: fields, entry: (date.lowerBound - 1)..<(end + 1)))
    }
    guard !rows.isEmpty else { throw RecordedDefect(file: file, reason: "holds no entry") }
    return EquityRows(symbol: symbol, text: bytes, rows: rows.sorted { $0.day > $1.day })
  }

  /// Finds the quoted texts, one after the other. Keys and numbers of the provider hold no escapes.
  private struct StringScanner {
    let bytes: [UInt8]
    var position: Int

    init(_ bytes: [UInt8], from position: Int) { (self.bytes, self.position) = (bytes, position) }

    /// What stands between the next two quotes.
    mutating func next() -> Range<Int>? {
      guard let open = bytes[position...].firstIndex(of: UInt8(ascii: "\"")),
        let close = bytes[(open + 1)...].firstIndex(of: UInt8(ascii: "\""))
      else { return nil }
      position = close + 1
      return (open + 1)..<close
    }
  }
}
