import CZlib
import Glibc

/// The rows of a file of lines with a header: CSV with any delimiter, plain or compressed by gzip.
///
/// A field in quotes may hold the delimiter, line breaks and doubled quotes. Memory does not grow with the file.
/// - Source: RFC 4180.
final class DelimitedRows: ForeignRows {
  private let path: String
  private let file: gzFile
  private var parser: RecordParser
  private var piece = [UInt8](repeating: 0, count: DelimitedRows.pieceSize)
  private var unread = 0..<0
  private var isAtEnd = false
  private var columns: [Int] = []
  private var width = 0

  /// A row that is longer is none.
  private static let rowBytesMax = 1 << 20
  private static let pieceSize = 1 << 18

  /// - Parameter wanted: names of the columns, each of which the header must have.
  /// - Throws: ``ForeignFileError``.
  init(path: String, delimiter: UInt8, wanted: [String]) throws {
    guard let file = gzopen(path, "rbe") else { throw ForeignFileError(file: path, String(cString: strerror(errno))) }
    (self.path, self.file, parser) = (path, file, RecordParser(delimiter: delimiter))
    guard let header = try record() else { throw ForeignFileError(file: path, "the file is empty; a header was expected") }
    width = header.count
    columns = try wanted.map { name in
      guard let place = header.firstIndex(of: name) else {
        let known = header.map { "`\($0.printable(40))`" }.joined(separator: " ")
        throw ForeignFileError(file: path, "there is no column `\(name)`; the header has \(known)")
      }
      return place
    }
  }

  deinit { gzclose_r(file) }

  func next() throws -> ForeignRow? {
    guard let fields = try record() else { return nil }
    let place = "line \(parser.firstLine)"
    guard fields.count == width else {
      let defect = "it has \(fields.count) field\(fields.count == 1 ? "" : "s"), the header \(width)"
      return ForeignRow(place: place, values: fields.map { .text($0) }, defect: defect)
    }
    return ForeignRow(place: place, values: columns.map { .text(fields[$0]) })
  }

  private func record() throws -> [String]? {
    while true {
      while !unread.isEmpty {
        let byte = piece[unread.lowerBound]
        unread = (unread.lowerBound + 1)..<unread.upperBound
        if let fields = parser.take(byte) { return fields }
      }
      guard parser.size <= Self.rowBytesMax else {
        throw ForeignFileError(file: path, "line \(parser.firstLine) is longer than \(Self.rowBytesMax) bytes; is a quote not closed?")
      }
      guard !isAtEnd else { return nil }
      unread = 0..<(try read())
      guard unread.isEmpty else { continue }
      isAtEnd = true
      if parser.isQuoteOpen { throw ForeignFileError(file: path, "the quote that opens on line \(parser.firstLine) is not closed") }
      return parser.end()
    }
  }

  private func read() throws -> Int {
    let count = gzread(file, &piece, UInt32(piece.count))
    var code: Int32 = 0
    let said = gzerror(file, &code)
    guard count >= 0, code == Z_OK || code == Z_STREAM_END else {
      let reason = code == Z_BUF_ERROR ? "it ends too early" : said.map { String(cString: $0) } ?? "\(code)"
      throw ForeignFileError(file: path, code == Z_ERRNO ? String(cString: strerror(errno)) : "the compressed file is damaged: \(reason)")
    }
    return Int(count)
  }
}

/// Takes bytes and gives records.
private struct RecordParser {
  let delimiter: UInt8
  /// The line on which the record that was given last, or is being read, begins.
  private(set) var firstLine = 1
  private var isInQuotes = false
  private var line = 1
  private var fields: [String] = []
  private var field: [UInt8] = []
  private var wasQuoted = false
  /// A quote inside quotes: the end of the field, or half of a doubled one.
  private var isAfterQuote = false
  private var isNew = true
  private var isFirst = true

  init(delimiter: UInt8) { self.delimiter = delimiter }

  var size: Int { field.count + fields.count }
  var isQuoteOpen: Bool { isInQuotes && !isAfterQuote }

  /// - Returns: a record when the byte ends one.
  mutating func take(_ byte: UInt8) -> [String]? {
    if isNew {
      firstLine = line
      isNew = false
    }
    if byte == UInt8(ascii: "\n") { line += 1 }
    if isInQuotes {
      if isAfterQuote {
        isAfterQuote = false
        if byte == UInt8(ascii: "\"") {
          field.append(byte)
          return nil
        }
        isInQuotes = false
      } else {
        if byte == UInt8(ascii: "\"") { isAfterQuote = true } else { field.append(byte) }
        return nil
      }
    }
    switch byte {
    case delimiter: endField()
    case UInt8(ascii: "\n"): return endRecord()
    case UInt8(ascii: "\"") where field.isEmpty && !wasQuoted: (isInQuotes, wasQuoted) = (true, true)
    default:
      field.append(byte)
      // A byte order mark at the beginning of the file.
      if isFirst, field == [0xEF, 0xBB, 0xBF] { field.removeAll() }
    }
    return nil
  }

  /// - Returns: what stands behind the last line break.
  mutating func end() -> [String]? {
    if isAfterQuote { (isInQuotes, isAfterQuote) = (false, false) }
    return field.isEmpty && fields.isEmpty && !wasQuoted ? nil : endRecord()
  }

  private mutating func endField() {
    isFirst = false
    fields.append(String(decoding: field, as: UTF8.self))
    field.removeAll(keepingCapacity: true)
    wasQuoted = false
  }

  private mutating func endRecord() -> [String]? {
    if field.last == UInt8(ascii: "\r") { field.removeLast() }
    let isEmpty = field.isEmpty && fields.isEmpty && !wasQuoted
    if isEmpty {
      isNew = true
      return nil
    }
    endField()
    defer { (fields, isNew) = ([], true) }
    return fields
  }
}
