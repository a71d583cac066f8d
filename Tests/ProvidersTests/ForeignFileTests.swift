import CZlib
import Foundation
import MarketData
import Scheduling
import Testing

@testable import Providers

private let noon = Instant(milliseconds: 1_768_478_400_000)

/// A file with a text, read by a mapping: one line for each record.
private func records(
  _ content: [UInt8], _ format: ForeignFormat, rows: String = "/*", byColumn: Bool = false, delimiter: UInt8 = 0x2C, query: String? = nil,
  _ change: (inout ImportMapping) -> Void = { _ in }
) throws -> [String] {
  let path = FileManager.default.temporaryDirectory.appending(path: "foreign-\(UUID().uuidString)").path()
  defer { try? FileManager.default.removeItem(atPath: path) }  // a leftover in the folder for leftovers
  try Data(content).write(to: URL(filePath: path))
  var mapping = ImportMapping(
    name: "m", format: format, source: "s",
    fields: [
      .symbol: ForeignField(from: "symbol"), .interval: ForeignField(constant: "1d"), .openTime: ForeignField(from: "time"),
      .open: ForeignField(from: "o"), .high: ForeignField(from: "h"), .low: ForeignField(from: "l"), .close: ForeignField(from: "c"),
      .volume: ForeignField(from: "v"),
    ])
  (mapping.rows, mapping.isByColumn, mapping.delimiter, mapping.query) = (RowPath(rows), byColumn, delimiter, query)
  change(&mapping)
  do {
    let file = try ForeignFile(path: path, mapping: mapping, at: noon)
    var lines: [String] = []
    while let record = try file.next() { lines.append(text(of: record)) }
    return lines
  } catch let error as ForeignFileError {
    throw ForeignFileError(file: "F", error.reason)
  }
}

private func records(
  _ text: String, _ format: ForeignFormat, rows: String = "/*", byColumn: Bool = false, delimiter: UInt8 = 0x2C,
  _ change: (inout ImportMapping) -> Void = { _ in }
) throws -> [String] {
  try records(Array(text.utf8), format, rows: rows, byColumn: byColumn, delimiter: delimiter, change)
}

private func text(of record: ForeignRecord) -> String {
  switch record {
  case .candle(let it, let place):
    let candle = it.candle
    return
      "\(place): \(it.symbol) \(it.interval) \(candle.openTime) \(candle.open) \(candle.high) \(candle.low) \(candle.close) \(candle.volume)"
  case .refused(let reason, let text, let place): return "\(place): \(reason) [\(text)]"
  }
}

private let candle = "A 1d 2026-01-02T00:00:00Z 1.0 2.0 0.5 1.5 10.0"

@Suite struct `A file of lines` {
  @Test(arguments: [
    "symbol,time,o,h,l,c,v\nA,2026-01-02,1,2,0.5,1.5,10\n", "symbol,time,o,h,l,c,v\r\nA,2026-01-02,1,2,0.5,1.5,10\r\n",
    "\u{FEFF}symbol,time,o,h,l,c,v\nA,2026-01-02,1,2,0.5,1.5,10",
    "\u{FEFF}\"symbol\",time,o,h,l,c,v\n\n\"A\",\"2026-01-02\",1,2,\"0.5\",1.5,10\n",
  ])
  func `is read with any line end, quotes, and a mark`(text: String) throws {
    let lines = try records(text, .csv)
    #expect(lines.count == 1 && lines[0].hasSuffix(candle), "\(lines)")
  }

  @Test func `may have its columns in any order, and more of them, and line breaks in quotes`() throws {
    let text = "note;v;c;l;h;o;time;symbol\n\"two\nlines; \"\"quoted\"\"\";10;1.5;0.5;2;1;2026-01-02;A\nx;10;1.5;0.5;2;1;2026-01-03;A\n"
    let lines = try records(text, .csv, delimiter: UInt8(ascii: ";"))
    #expect(lines == ["line 2: \(candle)", "line 4: A 1d 2026-01-03T00:00:00Z 1.0 2.0 0.5 1.5 10.0"])
  }

  @Test(arguments: [
    ("A,2026-01-02,1,2,0.5,1.5", "it has 6 fields, the header 7"),
    ("A,2026-01-02,1,0.9,0.5,1.5,10", "its numbers break the rule `body_outside_range`"),
    ("A,2026-01-02,1,2,0.5,nan,10", "`close` is `nan`, which is no number"), ("A,2026-01-02,1,2,0.5,,10", "`close` is missing"),
    ("A,2026-01-02,1,2,0.5,1.5,-1", "its numbers break the rule `negative_volume`"),
    ("A,2026-02-30,1,2,0.5,1.5,10", "which is no time as `iso8601` writes it"),
    ("A,2026-01-02T01:00:00Z,1,2,0.5,1.5,10", "is no time at which a bar of 1d opens"),
    ("A,2027-01-02,1,2,0.5,1.5,10", "lies in the future"),
    ("A B,2026-01-02,1,2,0.5,1.5,10", "`A B` is no symbol"), (",2026-01-02,1,2,0.5,1.5,10", "`symbol` is missing"),
    ("A,2026-01-02,1,1e999,0.5,1.5,10", "`high` is `1e999`, which is no number"),
    ("A,2026-01-02,1,2,0,1.5,10", "its numbers break the rule `price_not_above_zero`"),
  ])
  func `refuses what is no candle, says why, and goes on`(line: String, reason: String) throws {
    let lines = try records("symbol,time,o,h,l,c,v\n\(line)\nA,2026-01-02,1,2,0.5,1.5,10\n", .csv)
    #expect(lines.count == 2 && lines[0].hasPrefix("line 2: ") && lines[0].contains(reason), "\(lines)")
    #expect(lines.last == "line 3: \(candle)")
  }

  @Test(arguments: [
    ("", "the file is empty; a header was expected"),
    ("symbol,time,o,h,l,c\n", "there is no column `v`; the header has `symbol` `time` `o` `h` `l` `c`"),
    ("symbol,time,o,h,l,c,v\n\"A,2026-01-02\n", "the quote that opens on line 2 is not closed"),
  ])
  func `is refused when it is none`(text: String, reason: String) {
    #expect(throws: ForeignFileError(file: "F", reason)) { try records(text, .csv) }
  }

  @Test func `that is compressed is read as it is, and half of one is found out`() throws {
    let text = "symbol,time,o,h,l,c,v\n" + (0..<2000).map { "A\($0),2026-01-02,1,2,0.5,1.5,10\n" }.joined()
    let whole = gzipped(Array(text.utf8))
    #expect(try records(whole, .csv).count == 2000)
    #expect(throws: ForeignFileError.self) { try records(Array(whole.dropLast(12)), .csv) }
    var flipped = whole
    flipped[whole.count / 2] ^= 0xFF
    #expect(throws: ForeignFileError.self) { try records(flipped, .csv) }
  }
}

@Suite struct `A tree of another store` {
  private let row = #"{"o": 1, "h": 2.0, "l": "0.5", "c": 1.5, "v": 10, "time": "2026-01-02"}"#

  @Test func `gives rows where the path says, with what the path says`() throws {
    let text = #"{"market_data": {"A": {"name": "x", "candles": {"k1": \#(row), "k0": \#(row)}}}}"#
    let lines = try records(text, .json, rows: "/market_data/{symbol}/candles/*")
    #expect(lines == ["/market_data/A/candles/k0: \(candle)", "/market_data/A/candles/k1: \(candle)"])
  }

  @Test func `of the Realtime Database has lists where keys are numbers, and holes in them`() throws {
    let text = #"{"candles": {"A": [null, \#(row), null, \#(row)]}}"#
    #expect(try records(text, .realtime, rows: "/candles/{symbol}/*") == ["/candles/A/1: \(candle)", "/candles/A/3: \(candle)"])
  }

  @Test func `of an array of arrays has fields by their numbers`() throws {
    let lines = try records(#"{"columns": ["t"], "data": [[1767312000, 1, 2, 0.5, 1.5, 10]]}"#, .json, rows: "/data/*") { mapping in
      mapping.fields = [
        .symbol: ForeignField(constant: "A"), .interval: ForeignField(constant: "1d"),
        .openTime: ForeignField(from: "0", format: .unixSeconds), .open: ForeignField(from: "1"), .high: ForeignField(from: "2"),
        .low: ForeignField(from: "3"), .close: ForeignField(from: "4"), .volume: ForeignField(from: "5"),
      ]
    }
    #expect(lines == ["/data/0: \(candle)"])
  }

  @Test func `by columns is turned into rows`() throws {
    let text =
      #"{"symbol":{"0":"A","1":"B"},"time":{"0":"2026-01-02","1":"2026-01-03"},"o":{"0":1,"1":1},"h":{"0":2,"1":2},"l":{"0":0.5,"1":0.5},"c":{"0":1.5,"1":null},"v":{"0":10,"1":0}}"#
    let lines = try records(text, .json, rows: "/", byColumn: true)
    #expect(lines.count == 2 && lines[0].hasSuffix(candle) && lines[1].contains("`close` is missing"), "\(lines)")
  }

  @Test func `of Firestore's tools is read with its collections and timestamps`() throws {
    let document =
      #"{"o":1,"h":2,"l":0.5,"c":1.5,"v":10,"time":{"__datatype__":"timestamp","value":{"_seconds":1767312000,"_nanoseconds":0}},"__collections__":{}}"#
    let text = #"{"__collections__":{"market_data":{"A":{"name":"x","__collections__":{"candles":{"d1":\#(document)}}}}}}"#
    #expect(try records(text, .firestore, rows: "/market_data/{symbol}/candles/*") == ["/market_data/A/candles/d1: \(candle)"])
  }

  @Test(arguments: [false, true]) func `of Firestore's REST interface is read by names and types`(isQuery: Bool) throws {
    let document = """
      {"name": "projects/p/databases/(default)/documents/market_data/A/candles/d1", "fields": {"time": {"timestampValue": "2026-01-02T00:00:00Z"},
       "o": {"integerValue": "1"}, "h": {"doubleValue": 2}, "l": {"doubleValue": 0.5}, "c": {"stringValue": "1.5"}, "v": {"integerValue": "10"},
       "x": {"nullValue": null}, "m": {"mapValue": {"fields": {"y": {"booleanValue": true}}}}}}
      """
    let text = isQuery ? #"[{"document": \#(document), "readTime": "x"}]"# : #"{"documents": [\#(document)]}"#
    #expect(try records(text, .firestore, rows: "/market_data/{symbol}/candles/*") == ["/market_data/A/candles/d1: \(candle)"])
  }

  @Test(arguments: [
    ("{", "no JSON: byte 1: the body ends inside a value"),
    (#"{"a": 1, "a": 2}"#, "no JSON: byte 10: the key `a` stands twice in one object"),
    (#"{"b": {}}"#, "no row lies where `rows` says; the root has `b`"),
    ("[" + String(repeating: "[", count: 200), "no JSON: byte 64: values are nested deeper than 64"),
    ("{}", "no row lies where `rows` says; the root has nothing"),
  ])
  func `is refused when it is none, or has no rows`(text: String, reason: String) {
    #expect(throws: ForeignFileError(file: "F", reason)) { try records(text, .json, rows: "/a/*") }
  }

  @Test func `has times in each way that a mapping names`() throws {
    for (format, time) in [
      (ForeignTime.dateTime, "\"2026-01-02 00:00:00\""), (.dateTime, "\"2026-01-02T00:00:00\""), (.unixSeconds, "1767312000"),
      (.unixMilliseconds, "\"1767312000000\""), (.unixMicroseconds, "1767312000000000"), (.iso8601, "\"2026-01-02T00:00:00Z\""),
    ] {
      let text = #"[{"o": 1, "h": 2, "l": 0.5, "c": 1.5, "v": 10, "symbol": "old", "time": \#(time)}]"#
      let lines = try records(text, .json) {
        $0.fields[.openTime]?.format = format
        $0.fields[.symbol]?.words = ["old": "A"]
      }
      #expect(lines == ["/0: \(candle)"], "\(format)")
    }
    let wrong = try records(#"[{"o":1,"h":2,"l":0.5,"c":1.5,"v":10,"symbol":"A","time":1767312000000000}]"#, .json) {
      $0.fields[.openTime]?.format = .unixMilliseconds
    }
    #expect(wrong[0].contains("which is no time as `unix_ms` writes it"), "a unit of a thousand is no small mistake: \(wrong)")
  }
}

/// A gzip member of some bytes.
private func gzipped(_ bytes: [UInt8]) -> [UInt8] {
  var stream = z_stream()
  precondition(jz_deflate_init(&stream, 6, 31) == Z_OK)
  defer { deflateEnd(&stream) }
  var (input, output) = (bytes, [UInt8](repeating: 0, count: bytes.count + 1024))
  let count = input.withUnsafeMutableBufferPointer { input in
    output.withUnsafeMutableBufferPointer { output in
      (stream.next_in, stream.avail_in) = (input.baseAddress, UInt32(input.count))
      (stream.next_out, stream.avail_out) = (output.baseAddress, UInt32(output.count))
      precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END)
      return output.count - Int(stream.avail_out)
    }
  }
  return Array(output[..<count])
}
