public import MarketData
import Scheduling

/// Reads a CSV file of the archive: rows of the twelve fields of ``KlineScanner``, without quotes, with a header line or without.
///
///     1735689600000000,93576.00000000,94509.42000000,93489.03000000,94401.14000000,755.99010000,1735693199999999,71248842.…,126843,…,0
///
/// Times are milliseconds in files of spot up to 2024 and of futures, microseconds in files of spot from 2025 on: their size decides.
public enum KlineCSVScanner {
  /// - Parameters:
  ///   - rowsMax: what lies behind so many rows is not read; then ``Rows/isCut`` is true.
  /// - Returns: the rows in the order of the file. An empty line is none.
  /// - Complexity: O(bytes); no allocation for a valid row.
  public static func scan(_ file: [UInt8], rowsMax: Int = .max) -> Rows {
    var rows = Rows()
    rows.candles.reserveCapacity(min(rowsMax, file.count / 120 + 1))
    file.withUnsafeBytes { bytes in
      var (place, index) = (bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0, 0)
      if isHeader(bytes, at: place) { place = end(of: bytes, from: place).next }
      while place < bytes.count {
        guard index < rowsMax, rows.problems.count <= RowProblem.countMax else {
          rows.isCut = true
          return
        }
        var row = KlineRow()
        // `try?`: a row that fails here is read again for its reason.
        if let next = row.readQuickly(csv: bytes, from: place), let candle = try? row.candle() {
          rows.candles.append(candle)
          (place, index) = (next, index + 1)
          continue
        }
        let line = end(of: bytes, from: place)
        if line.end > place {
          rows.add(UnsafeRawBufferPointer(rebasing: bytes[place..<line.end]), index: index)
          index += 1
        }
        place = line.next
      }
    }
    return rows
  }

  public struct Rows: Sendable, Equatable {
    public var candles: [Candle] = []
    public var problems: [RowProblem] = []
    public var isCut = false

    fileprivate mutating func add(_ line: UnsafeRawBufferPointer, index: Int) {
      let text = String(decoding: line.prefix(RowProblem.textBytesMax), as: UTF8.self)
      let fields = text.split(separator: ",", omittingEmptySubsequences: false).prefix(SlowKlineReader.fieldCount).map {
        String($0) as String?
      }
      do {
        candles.append(try SlowKlineReader.row(fields).candle())
      } catch {
        let openTime = fields.first.flatMap { $0 }.flatMap(Int64.init).flatMap(KlineRow.instant)
        problems.append(RowProblem(index: index, openTime: openTime, reason: error, text: text))
      }
    }
  }

  /// Whether the first field of the first line is no number.
  private static func isHeader(_ bytes: UnsafeRawBufferPointer, at place: Int) -> Bool {
    guard place < bytes.count else { return false }
    let letter = bytes[place] | 0x20
    return (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(letter)
  }

  /// Where a line ends, without its CR, and where the next one begins.
  private static func end(of bytes: UnsafeRawBufferPointer, from place: Int) -> (end: Int, next: Int) {
    var end = place
    while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
    let next = min(bytes.count, end + 1)
    if end > place, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return (end, next)
  }
}
