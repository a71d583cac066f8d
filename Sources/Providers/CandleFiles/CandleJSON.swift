import MarketData
import Scheduling

/// Reads the JSON that `jobs data export candles --format json` writes: an object with a list `candles` of objects with the names of
/// the CSV columns.
public enum CandleJSON {
  /// Of the document; the number after the slash changes only when an older reader would misread it.
  public static let schema = "jobs.data.export.candles/1"

  /// - Parameter bytes: the whole document.
  public static func read(_ bytes: UnsafeRawBufferPointer, _ choice: CandleFile.Choice = .init()) -> CandleFile {
    var reader = Reader(choice: choice)
    var scanner = JSONScanner(bytes)
    do throws(JSONError) {
      try reader.readDocument(&scanner)
      try scanner.end()
    } catch {
      reader.file.report(CandleFileProblem(line: reader.line(at: error.offset, bytes), reason: "\(error)"))
    }
    reader.collector.finish(into: &reader.file)
    return reader.file
  }

  private struct Reader {
    let choice: CandleFile.Choice
    var file = CandleFile()
    var collector = CandleCollector()
    /// The line of an offset that was asked for before, from which the next one is counted.
    private var known = (offset: 0, line: 1)

    init(choice: CandleFile.Choice) { self.choice = choice }

    mutating func line(at offset: Int, _ bytes: UnsafeRawBufferPointer) -> Int {
      let end = min(max(offset, known.offset), bytes.count)
      known = (end, bytes[known.offset..<end].reduce(known.line) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 })
      return known.line
    }

    mutating func readDocument(_ scanner: inout JSONScanner) throws(JSONError) {
      var (keys, hasCandles) = (JSONKeys(), false)
      try scanner.enterObject()
      while let key = try scanner.nextKey(notIn: &keys) {
        guard scanner.matches(key, "candles"), try scanner.kind() == .array else {
          try scanner.skipValue()
          continue
        }
        hasCandles = true
        try readCandles(&scanner)
      }
      if !hasCandles { file.report(CandleFileProblem(line: 1, reason: "the document has no list `candles`")) }
    }

    private mutating func readCandles(_ scanner: inout JSONScanner) throws(JSONError) {
      try scanner.enterArray()
      while try scanner.nextElement() {
        _ = try scanner.kind()
        let line = line(at: scanner.offset, scanner.bytes)
        guard try scanner.kind() == .object else {
          try scanner.skipValue()
          file.report(CandleFileProblem(line: line, reason: "this is no candle; a candle is an object"))
          continue
        }
        let members = try scanner.members()
        do throws(CandleLineError) {
          try add(members, line: line)
        } catch {
          file.report(CandleFileProblem(line: line, reason: error.reason))
        }
      }
    }

    private mutating func add(_ members: [String: String], line: Int) throws(CandleLineError) {
      func number(_ column: CandleColumn) throws(CandleLineError) -> Double {
        let text = members[column.rawValue] ?? ""
        guard let value = DecimalReader.value(of: text) else { throw .notANumber(column, text) }
        return value
      }
      guard let (symbol, interval) = try choice.series(symbol: members["symbol"], interval: members["interval"]) else {
        file.leftOut += 1
        return
      }
      let time = members[CandleColumn.openTime.rawValue] ?? ""
      guard let openTime = Instant(iso8601: time) else { throw .notATime(time) }
      let (open, high, low) = (try number(.open), try number(.high), try number(.low))
      let (close, volume) = (try number(.close), try number(.volume))
      let candle: Candle
      do throws(CandleDefect) {
        candle = try Candle(openTime: openTime, closeTime: openTime, open: open, high: high, low: low, close: close, volume: volume)
      } catch {
        throw CandleLineError(error.sentence)
      }
      collector.add(candle, line: line, at: collector.position(of: symbol, interval))
    }
  }
}
