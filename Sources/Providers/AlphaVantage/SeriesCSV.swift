import MarketData
import Scheduling

/// The form `datatype=csv`: `timestamp,open,high,low,close,…`, newest first, LF or CRLF. It does not say whose series it is.
enum SeriesCSV {
  /// Whether a body begins with the header of a series.
  static func isSeries(_ body: [UInt8]) -> Bool {
    let start = Array("timestamp,open,high,low,close".utf8)
    return body.starts(with: start) || body.dropFirst(3).starts(with: start) && body.starts(with: [0xef, 0xbb, 0xbf])
  }

  /// - Precondition: ``isSeries(_:)``.
  /// - Throws: ``JSONError`` with the place of a column or label that stands twice, or of an end without a line break: half a body.
  static func read(_ body: [UInt8]) throws(JSONError) -> SeriesDocument {
    guard body.last == UInt8(ascii: "\n") else { throw JSONError(offset: body.count, fact: .unexpectedEnd) }
    return try body.span.bytes.withUnsafeBytes { (bytes) throws(JSONError) in
      var reader = LineReader(bytes)
      var document = SeriesDocument()
      document.isEmptyObject = false
      var (found, index): ([(row: SeriesRow, offset: Int)], Int) = ([], 0)
      let columns = try Columns(reader.next() ?? 0..<0, bytes)
      while let line = reader.next() {
        guard index < SeriesDocument.rowsMax else {
          throw JSONError(offset: line.lowerBound, fact: .tooManyRows(rowsMax: SeriesDocument.rowsMax))
        }
        switch row(UnsafeRawBufferPointer(rebasing: bytes[line]), columns) {
        case .success(let row): found.append((row, line.lowerBound))
        case .failure(let reason):
          let text = String(decoding: bytes[line.prefix(RowProblem.textBytesMax)], as: UTF8.self)
          let openTime = SeriesLabel(String(text.prefix { $0 != "," }))?.date.midnight
          try document.problems.add(RowProblem(index: index, openTime: openTime, reason: reason, text: text), at: line.lowerBound)
        }
        index += 1
      }
      try document.keep(found)
      return document
    }
  }

  private static func row(_ line: UnsafeRawBufferPointer, _ columns: Columns) -> Result<SeriesRow, RowProblem.Reason> {
    var fields: [Range<Int>] = []
    do throws(CandleLineError) { try CandleFields.split(line, into: &fields) } catch { return .failure(.notARow) }
    guard fields.count == columns.count else { return .failure(.notARow) }
    guard let label = SeriesLabel(CandleFields.text(line, fields[0])) else { return .failure(.notADate) }
    var values = SeriesRowReader.Values(repeating: .missing)
    for (field, position) in columns.positions { values[field.rawValue] = SeriesRowReader.value(line, fields[position]) }
    do {
      return .success(try SeriesRowReader.row(label, values, hasVolume: columns.hasVolume))
    } catch {
      return .failure(error)
    }
  }

  /// Which column holds what. `adjusted_close` and `adjusted close` are both in use.
  private struct Columns {
    let count: Int
    private(set) var positions: [(field: SeriesRowReader.Field, position: Int)] = []

    init(_ line: Range<Int>, _ bytes: UnsafeRawBufferPointer) throws(JSONError) {
      let names = String(decoding: bytes[line], as: UTF8.self).split(separator: ",", omittingEmptySubsequences: false)
      count = names.count
      for (position, name) in names.enumerated() {
        let label = name.replacing("_", with: " ")
        guard let field = SeriesRowReader.Field.allCases.first(where: { $0.label.description == label }) else { continue }
        guard !positions.contains(where: { $0.field == field }) else {
          throw JSONError(offset: line.lowerBound, fact: .duplicateKey(String(name)))
        }
        positions.append((field, position))
      }
    }

    var hasVolume: Bool { positions.contains { $0.field == .volume } }
  }
}

/// The lines of a body that are not empty, without their ends.
struct LineReader {
  private let bytes: UnsafeRawBufferPointer
  private var start: Int

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    start = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
  }

  mutating func next() -> Range<Int>? {
    while start < bytes.count {
      let first = start
      while start < bytes.count, bytes[start] != UInt8(ascii: "\n") { start += 1 }
      var end = start
      start += 1
      if end > first, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
      if end > first { return first..<end }
    }
    return nil
  }
}
