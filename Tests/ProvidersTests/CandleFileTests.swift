import Foundation
import MarketData
import Scheduling
import Testing

@testable import Providers

@Suite struct `A file of candles` {
  static let header = "symbol,interval,open_time,open,high,low,close,volume"

  @Test func `gives series in the order of their first lines, each in order of time`() throws {
    let file = read(
      """
      B,1d,2026-01-02T00:00:00Z,1,2,0.5,1.5,10
      A,1h,2026-01-01T00:00:00.250Z,1e-8,1,1e-9,0.1,0
      B,1d,2026-01-01,3,4,2,3,11
      """)
    #expect(file.problems == [])
    #expect(file.series.map(\.symbol.name) == ["B", "A"])
    #expect(file.series[0].openTimes.map(\.iso8601) == ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"])
    #expect(file.series[0].open == [3, 1] && file.series[0].volume == [11, 10])
    #expect(file.series[1].openTimes.map(\.iso8601) == ["2026-01-01T00:00:00.250Z"])
    #expect(file.series[1].low == [1e-9])
  }

  @Test(arguments: [
    ("A,1d,2026-01-01,NaN,1,1,1,1", "open `NaN` is not a decimal number"),
    ("A,1d,2026-01-01,1,1,1,1,inf", "volume `inf` is not a decimal number"),
    ("A,1d,2026-01-01,1,1e999,1,1,1", "high `1e999` is not a decimal number"),
    ("A,1d,2026-01-01,1,1,0x1,1,1", "low `0x1` is not a decimal number"),
    ("A,1d,2026-01-01,1,1,1,+1,1", "close `+1` is not a decimal number"),
    ("A,1d,2026-01-01,1,1,1, 1,1", "close `1` has white space around it"),
    ("A,1d,2026-01-01,1,1,1,,1", "close is empty"),
    ("A,1d,2026-01-01,0,1,0,1,1", "a price is zero or negative"),
    ("A,1d,2026-01-01,1,2,3,1,1", "open or close lies above high or below low"),
    ("A,1d,2026-01-01,1,1,1,1,-1", "the volume is negative"),
    ("A,1d,2026-02-30,1,1,1,1,1", "open_time `2026-02-30` is not a time in ISO 8601 with a zone, such as 2026-01-15T00:00:00Z"),
    (
      "A,1d,2026-01-01T00:00:00,1,1,1,1,1",
      "open_time `2026-01-01T00:00:00` is not a time in ISO 8601 with a zone, such as 2026-01-15T00:00:00Z"
    ),
    ("A,2d,2026-01-01,1,1,1,1,1", "interval `2d` is unknown; there are 1s 1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 3d 1w 1M"),
    (",1d,2026-01-01,1,1,1,1,1", "symbol ``: a symbol must not be empty"),
    ("A,1d,2026-01-01,1,1,1,1", "it has 7 fields, the header 8"),
    ("A,1d,2026-01-01,1,1,1,1,1,", "it has 9 fields, the header 8"),
    ("\"A,1d", "a quote is not closed"),
    ("\"A\"x,1d,2026-01-01,1,1,1,1,1", "something follows the quotes around a field"),
  ])
  func `has every bad line named`(line: String, reason: String) {
    let file = read("B,1d,2026-01-01,1,1,1,1,1\n\(line)\nB,1d,2026-01-02,1,1,1,1,1")
    #expect(file.problems.map(\.description) == ["line 3: \(reason)"])
    #expect(file.candleCount == 2)
  }

  @Test(arguments: [
    ("", "the file is empty; it begins with the header \(header)"), ("a,b", "this is no header of candles; it reads \(header)"),
    ("open,open", "the column open stands twice"), ("symbol,open_time,open", "the column interval is missing; add it, or give --interval"),
    ("symbol,interval,foo", "the column open_time is missing; the header reads \(header)"),
  ])
  func `needs a header`(text: String, reason: String) {
    var reader = CandleCSVReader()
    feed(&reader, text)
    let file = reader.finish()
    #expect(file.problems.map(\.description) == ["line 1: \(reason)"])
  }

  @Test func `may lack a column that is given, have others, and end its lines as Windows does`() throws {
    var reader = CandleCSVReader(.init(symbol: try Symbol("Q"), interval: .minute1))
    feed(&reader, "\u{FEFF}close,adj,low,high,open,volume,open_time\r\n\r\n2,9,1,3,1.5,7,2026-01-01T00:01:00Z\r\n")
    let file = reader.finish()
    #expect(file.problems == [])
    #expect(file.ignoredColumns == ["adj"])
    #expect(file.series.map(\.symbol.name) == ["Q"] && file.series[0].interval == .minute1)
    #expect(file.series[0].open == [1.5] && file.series[0].close == [2] && file.series[0].volume == [7])
  }

  @Test func `gives only what is asked for`() throws {
    var reader = CandleCSVReader(.init(symbol: try Symbol("A")))
    feed(&reader, "\(Self.header)\nA,1d,2026-01-01,1,1,1,1,1\nB,1d,2026-01-01,1,1,1,1,1\nA,1h,2026-01-01,1,1,1,1,1\n")
    let file = reader.finish()
    #expect(file.series.map(\.interval) == [.day1, .hour1] && file.leftOut == 1)
  }

  @Test func `holds no candle twice`() {
    let file = read("A,1d,2026-01-02,1,1,1,1,1\nA,1d,2026-01-01,1,1,1,1,1\nA,1d,2026-01-02T00:00:00Z,1,1,1,1,1\nA,1d,x,1,1,1,1,1")
    #expect(
      file.problems.map(\.description) == [
        "line 4: A 1d at 2026-01-02T00:00:00Z stands twice; first in line 2",
        "line 5: open_time `x` is not a time in ISO 8601 with a zone, such as 2026-01-15T00:00:00Z",
      ])
  }

  @Test func `has its first problems told and all counted`() {
    let file = read(String(repeating: "x\n", count: 1000))
    #expect(file.problems.count == CandleFile.problemsMax && file.problemCount == 1000)
  }

  @Test(arguments: CandleFileFormat.allCases, [1, 2] as [UInt64])
  func `is read back bit for bit, however it is cut into pieces`(format: CandleFileFormat, seed: UInt64) throws {
    var generator = SeededGenerator(seed)
    var series: [CandleSeries] = []
    for name in ["BTCUSDT", "=cmd|' /C", "'=x", "a,b\"c", "é", "a\"\u{AABF}\"\"\u{301}b", "-1", "'plain"].map({
      $0.replacing(" /", with: "")
    }) {
      var own = CandleSeries(symbol: try Symbol(name), interval: .hour1)
      for hour in 0..<50 {
        let low = Double(bitPattern: UInt64.random(in: 1...0x7FE0_0000_0000_0000, using: &generator))
        let close = Bool.random(using: &generator) ? low : low * 1.5
        own.append(
          openTime: Instant(milliseconds: Int64(hour) * 3_600_000 + (hour == 7 ? 250 : 0)), open: low, high: close * 1.1, low: low,
          close: close, volume: Double.random(in: 0...1e9, using: &generator))
      }
      series.append(own)
    }
    let bytes = try written(series, format)
    let file: CandleFile
    if format == .json {
      file = bytes.withUnsafeBytes { CandleJSON.read($0) }
      #expect(try JSONSerialization.jsonObject(with: Data(bytes)) is [String: Any])
    } else {
      var reader = CandleCSVReader()
      var start = 0
      while start < bytes.count {
        let from = min(start + Int.random(in: 0...500, using: &generator), bytes.count - 1)
        let end = bytes[from...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.count
        bytes[start..<end].withUnsafeBytes { reader.read($0) }
        start = end
      }
      file = reader.finish()
    }
    #expect(file.problems == [], "seed \(seed)")
    #expect(file.series == series, "seed \(seed)")
  }

  @Test(arguments: [
    ("{\"candles\": 5}", "line 1: the document has no list `candles`"),
    ("{\"candles\": [\n5]}", "line 2: this is no candle; a candle is an object"),
    ("{\"candles\": [\n\n{\"symbol\": \"A\"}]}", "line 3: the interval is missing"),
    ("{\"candles\": [\n{\"symbol\"", "line 2: byte 23: the body ends inside a value"),
  ])
  func `as JSON has its mistakes named`(text: String, problem: String) {
    let file = Array(text.utf8).withUnsafeBytes { CandleJSON.read($0) }
    #expect(file.problems.map(\.description) == [problem])
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `of hostile bytes is refused, never a crash`(seed: UInt64) throws {
    var generator = SeededGenerator(seed)
    let good = Array("\(Self.header)\nA,1d,2026-01-01T00:00:00Z,1,2,0.5,1.5,10\n\"B\"\"\",1h,2026-01-01,1,1,1,1,1\n".utf8)
    let json = Array("{\"candles\": [{\"symbol\": \"A\", \"interval\": \"1d\", \"open_time\": \"2026-01-01\", \"open\": 1}]}".utf8)
    for _ in 0..<2000 {
      var (csv, document) = (good, json)
      for _ in 0..<Int.random(in: 1...5, using: &generator) {
        csv[Int.random(in: csv.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
        document[Int.random(in: document.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      csv.removeLast(Int.random(in: 0..<csv.count, using: &generator))
      var reader = CandleCSVReader()
      csv.withUnsafeBytes { reader.read($0) }
      let file = reader.finish()
      #expect(file.problemCount > 0 || file.candleCount > 0 || file.series.isEmpty)
      #expect(document.withUnsafeBytes { CandleJSON.read($0) }.candleCount <= 1)
    }
  }

  private func read(_ lines: String) -> CandleFile {
    var reader = CandleCSVReader()
    feed(&reader, Self.header + "\n" + lines)
    return reader.finish()
  }

  private func feed(_ reader: inout CandleCSVReader, _ text: String) {
    Array(text.utf8).withUnsafeBytes { reader.read($0) }
  }

  private func written(_ series: [CandleSeries], _ format: CandleFileFormat) throws -> [UInt8] {
    var (bytes, isFirst) = (Array(format.head.utf8), true)
    for own in series {
      let prefix = format.prefix(symbol: own.symbol, interval: own.interval)
      for index in 0..<own.count {
        let candle = try Candle(
          openTime: own.openTimes[index], closeTime: own.openTimes[index], open: own.open[index], high: own.high[index],
          low: own.low[index], close: own.close[index], volume: own.volume[index])
        format.append(candle, prefix: prefix, isFirst: isFirst, to: &bytes)
        isFirst = false
      }
    }
    return bytes + format.tail.utf8
  }
}
