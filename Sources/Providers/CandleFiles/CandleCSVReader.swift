import MarketData
import Scheduling

/// Reads the candle CSV that `jobs data export` writes: `symbol,interval,open_time,open,high,low,close,volume`, one candle a line.
///
/// The header is required; its columns may stand in any order, and one that ``CandleFile/Choice`` gives may be missing. Lines end with
/// LF or CRLF; a byte order mark and empty lines are passed over. Numbers are strict decimals (``DecimalReader``), times ISO 8601 with
/// a zone or a date alone. Lines may come in any order; a candle may not stand twice. Every bad line is reported, none is guessed.
/// - Complexity: O(*n*); about 60 bytes of memory per candle and none per line.
public struct CandleCSVReader {
  private let choice: CandleFile.Choice
  private var file = CandleFile()
  private var collector = CandleCollector()
  private var header: CandleCSVHeader?
  private var line = 0
  private var fields: [Range<Int>] = []
  /// The names of the line before, which most lines repeat.
  private var lastNames: [UInt8] = []
  private var lastPosition: Int?

  public init(_ choice: CandleFile.Choice = .init()) {
    self.choice = choice
  }

  /// The header is missing or wrong: what follows cannot be read.
  public private(set) var isHopeless = false

  /// Takes the next lines of the file.
  /// - Parameter lines: ends at the end of a line or of the file.
  public mutating func read(_ lines: UnsafeRawBufferPointer) {
    var start = 0
    while start < lines.count, !isHopeless {
      let rest = UnsafeRawBufferPointer(rebasing: lines[start...])
      let length = CandleCSVReader.lineLength(rest)
      read(line: UnsafeRawBufferPointer(rebasing: rest[..<length]))
      start += length + 1
    }
  }

  /// What was read, when there are no more lines. To be called once.
  public mutating func finish() -> CandleFile {
    if header == nil, !isHopeless {
      file.report(CandleFileProblem(line: 1, reason: "the file is empty; it begins with the header \(CandleCSVHeader.text)"))
    }
    var rows = CandleCollector()
    swap(&rows, &collector)
    rows.finish(into: &file)
    return file
  }

  private static func lineLength(_ bytes: UnsafeRawBufferPointer) -> Int {
    bytes.firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
  }

  private mutating func read(line whole: UnsafeRawBufferPointer) {
    line += 1
    var bytes = whole
    if line == 1, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = UnsafeRawBufferPointer(rebasing: bytes[3...]) }
    if bytes.last == UInt8(ascii: "\r") { bytes = UnsafeRawBufferPointer(rebasing: bytes.dropLast()) }
    guard !bytes.isEmpty else { return }
    do throws(CandleLineError) {
      try CandleFields.split(bytes, into: &fields)
      if let header { try readCandle(bytes, header) } else { try readHeader(bytes) }
    } catch {
      isHopeless = header == nil
      file.report(CandleFileProblem(line: line, reason: error.reason))
    }
  }

  private mutating func readHeader(_ bytes: UnsafeRawBufferPointer) throws(CandleLineError) {
    let names = fields.map { CandleFields.text(bytes, $0) }
    header = try CandleCSVHeader(names, choice: choice)
    file.ignoredColumns = names.filter { CandleColumn(rawValue: $0) == nil }
  }

  private mutating func readCandle(_ bytes: UnsafeRawBufferPointer, _ header: CandleCSVHeader) throws(CandleLineError) {
    guard fields.count == header.count else {
      throw CandleLineError("it has \(fields.count) field\(fields.count == 1 ? "" : "s"), the header \(header.count)")
    }
    guard let position = try position(bytes, header) else {
      file.leftOut += 1
      return
    }
    let openTime = try CandleFields.instant(bytes, fields[header[.openTime]])
    let (open, high) = (try number(.open, bytes, header), try number(.high, bytes, header))
    let (low, close) = (try number(.low, bytes, header), try number(.close, bytes, header))
    let volume = try number(.volume, bytes, header)
    let candle: Candle
    do throws(CandleDefect) {
      candle = try Candle(openTime: openTime, closeTime: openTime, open: open, high: high, low: low, close: close, volume: volume)
    } catch {
      throw CandleLineError(error.sentence)
    }
    collector.add(candle, line: line, at: position)
  }

  @inline(__always)
  private func number(_ column: CandleColumn, _ bytes: UnsafeRawBufferPointer, _ header: CandleCSVHeader) throws(CandleLineError) -> Double
  {
    let range = fields[header[column]]
    let field = UnsafeRawBufferPointer(rebasing: bytes[range])
    var index = 0
    guard let value = DecimalReader.read(field, from: &index), index == field.count else {
      throw CandleLineError.notANumber(column, CandleFields.text(bytes, range))
    }
    return value
  }

  /// The series of a line; nil when it was not asked for.
  private mutating func position(_ bytes: UnsafeRawBufferPointer, _ header: CandleCSVHeader) throws(CandleLineError) -> Int? {
    let (symbol, interval) = (header.find(.symbol).map { fields[$0] } ?? 0..<0, header.find(.interval).map { fields[$0] } ?? 0..<0)
    if lastNames.count == symbol.count + 1 + interval.count, lastNames.starts(with: bytes[symbol]),
      lastNames[(symbol.count + 1)...].elementsEqual(bytes[interval])
    {
      return lastPosition
    }
    let found = try series(
      header.find(.symbol).map { CandleFields.text(bytes, fields[$0]) }, header.find(.interval).map { CandleFields.text(bytes, fields[$0]) }
    )
    lastNames = Array(bytes[symbol]) + [0] + Array(bytes[interval])
    lastPosition = found
    return found
  }

  private mutating func series(_ symbol: String?, _ interval: String?) throws(CandleLineError) -> Int? {
    guard let (symbol, interval) = try choice.series(symbol: symbol.map(FormulaGuard.removed(from:)), interval: interval) else {
      return nil
    }
    return collector.position(of: symbol, interval)
  }
}
