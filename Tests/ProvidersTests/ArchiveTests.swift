import Foundation
import MarketData
import Scheduling
import Testing
import Transport

@testable import Providers

@Suite struct `A file of the bulk archive` {
  @Test(arguments: [
    ("1h", "2025-01", "data/spot/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2025-01.zip", "2025-02-04"),
    ("1M", "2024-12", "data/spot/monthly/klines/BTCUSDT/1mo/BTCUSDT-1mo-2024-12.zip", "2025-01-07"),
    // The first Monday is the first itself.
    ("1m", "2025-08", "data/spot/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2025-08.zip", "2025-09-02"),
    ("1m", "2025-11", "data/spot/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2025-11.zip", "2025-12-02"),
    ("1s", "2025-01-31", "data/spot/daily/klines/BTCUSDT/1s/BTCUSDT-1s-2025-01-31.zip", "2025-02-02"),
  ])
  func `has its name, its place and its day of publication`(interval: String, period: String, path: String, published: String) throws {
    let isMonth = period.count == 7
    let day = instant(isMonth ? period + "-01" : period).utcDay
    let file = ArchiveFile(
      symbol: .named("BTCUSDT"), interval: try #require(Interval(rawValue: interval)), period: isMonth ? .month(day) : .day(day))
    #expect(file.folder + file.name == path)
    #expect(file.path == "/" + path)
    #expect(file.period.publishedAt == instant(published))
  }

  @Test func `whose pair is not ASCII is asked for by its bytes`() {
    let file = ArchiveFile(symbol: .named("币USDT"), interval: .minute1, period: .month(instant("2025-01-01").utcDay))
    #expect(file.path == "/data/spot/monthly/klines/%E5%B8%81USDT/1m/%E5%B8%81USDT-1m-2025-01.zip")
  }

  @Test(arguments: [
    ("b2dc51b7de200f2eabd2850ccdad345c5e29b6693bb656124d2dfa0e812ba539  BTCUSDT-1h-2024-12.zip\n", true),
    ("B2DC51B7DE200F2EABD2850CCDAD345C5E29B6693BB656124D2DFA0E812BA539 *BTCUSDT-1h-2024-12.zip", true),
    ("b2dc51b7de200f2eabd2850ccdad345c5e29b6693bb656124d2dfa0e812ba539  BTCUSDT-1h-2024-11.zip\n", false),
    ("b2dc51b7de200f2eabd2850ccdad345c5e29b6693bb656124d2dfa0e812ba53  BTCUSDT-1h-2024-12.zip\n", false),
    ("<html>", false), ("", false), ("zz  BTCUSDT-1h-2024-12.zip", false),
  ])
  func `has a checksum of one line about itself`(text: String, isRight: Bool) {
    let sum = ArchiveChecksum.read(Array(text.utf8), of: "BTCUSDT-1h-2024-12.zip")
    #expect(sum == (isRight ? "b2dc51b7de200f2eabd2850ccdad345c5e29b6693bb656124d2dfa0e812ba539" : nil))
  }

  @Test(arguments: [("2024-12", "2024-12-31T23:00:00Z"), ("2025-01", "2025-01-31T23:00:00Z")])
  func `is read in milliseconds and in microseconds`(month: String, last: String) throws {
    let candles = try #require(ArchivedKlines.candles(inZip: try Fixture.bytes("BTCUSDT-1h-\(month).zip")))
    #expect(candles.count == 744)
    #expect(candles.first?.openTime == instant(month + "-01"))
    #expect(candles.last?.openTime == instant(last))
    #expect(candles.last?.closeTime == instant(last) + .hours(1) - .milliseconds(1))
    #expect(zip(candles, candles.dropFirst()).allSatisfy { $1.openTime - $0.openTime == .hours(1) })
    #expect(Binance.candles(inStored: try Fixture.bytes("BTCUSDT-1h-\(month).zip")) == candles)
  }

  @Test func `says the same as the API`() throws {
    let page = try KlineScanner.scan(try Fixture.bytes("klines-BTCUSDT-1h-2025-01-microseconds.json")).candles
    let file = try #require(ArchivedKlines.candles(inZip: try Fixture.bytes("BTCUSDT-1h-2025-01.zip")))
    let byTime = Dictionary(uniqueKeysWithValues: file.map { ($0.openTime, $0) })
    #expect(!page.isEmpty)
    #expect(page.allSatisfy { byTime[$0.openTime] == $0 })
  }
}

@Suite struct `A CSV file of the archive` {
  private let row = "1733011200000,1.5,2,1,1.25,10,1733014799999,12.5,3,4,5,0"

  @Test(arguments: ["\n", "\r\n"])
  func `is read with a header and without, whatever ends its lines`(end: String) {
    let header = "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore"
    let texts = [row, row + end, header + end + row + end, header + end + end + row, "\u{feff}" + row]
    let read = texts.map { KlineCSVScanner.scan(Array($0.utf8)) }
    for rows in read {
      #expect(rows.problems == [])
      #expect(rows.candles == read[0].candles && rows.candles.count == 1)
    }
    #expect(read[0].candles[0].close == 1.25)
    #expect(KlineCSVScanner.scan(Array((header + end).utf8)).candles == [])
  }

  @Test(
    arguments: [
      ("1733011200000,1.5,2,1,1.25", .missingField("volume")),
      ("1733011200,1.5,2,1,1.25,10,1733014799,12.5,3,4,5,0", .timeOutOfRange(field: "open time")),
      ("1733011200000,nan,2,1,1.25,10,1733014799999,12.5,3,4,5,0", .notANumber(field: "open")),
      ("1733011200000,0x1p3,2,1,1.25,10,1733014799999,12.5,3,4,5,0", .notANumber(field: "open")),
      ("1733011200000,1.5,1,2,1.25,10,1733014799999,12.5,3,4,5,0", .candle(.bodyOutsideRange)),
      ("1733011200000,-1.5,2,1,1.25,10,1733014799999,12.5,3,4,5,0", .candle(.priceNotAboveZero)),
      ("1733011200000,0,2,0,1.25,10,1733014799999,12.5,3,4,5,0", .candle(.priceNotAboveZero)),
      ("1733011200000,1.5,2,1,1.25,-1,1733014799999,12.5,3,4,5,0", .candle(.negativeVolume)),
      ("\"1733011200000\",1.5,2,1,1.25,10,1733014799999,12.5,3,4,5,0", .notANumber(field: "open time")),
      ("1733011200000;1.5;2;1;1.25;10;1733014799999;12.5;3;4;5;0", .missingField("open")),
    ] as [(String, RowProblem.Reason)])
  func `keeps a row that is no candle as a problem, by the rules of the API's rows`(line: String, reason: RowProblem.Reason) {
    let rows = KlineCSVScanner.scan(Array("\(row)\n\(line)\n".utf8))
    #expect(rows.candles.count == 1)
    #expect(rows.problems.map(\.reason) == [reason])
    #expect(rows.problems.first?.index == 1)
    #expect(rows.problems.first?.text == line)
  }

  @Test func `is not read without end`() {
    let rows = KlineCSVScanner.scan(Array(String(repeating: row + "\n", count: 20).utf8), rowsMax: 7)
    #expect(rows.candles.count == 7 && rows.isCut)
  }
}

@Suite struct `A listing of the archive` {
  private func listing(_ inside: String, root: String = "ListBucketResult") -> [UInt8] {
    Array(
      ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<\(root) xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        + "<Name>data.binance.vision</Name><Prefix>data/spot/</Prefix>\(inside)</\(root)>").utf8)
  }

  private func defect(_ bytes: [UInt8]) -> ArchiveListingDefect? {
    do {
      _ = try ArchiveListingReader.read(bytes)
      return nil
    } catch { return error }
  }

  @Test func `gives keys and folders, and not its own prefix`() throws {
    let read = try ArchiveListingReader.read(
      listing(
        "<Marker></Marker><IsTruncated>false</IsTruncated><NextMarker>x</NextMarker>"
          + "<Contents><Key>data/a&amp;b.zip</Key><ETag>&quot;1&quot;</ETag><Size>1</Size></Contents><Contents><Key>data/c.zip</Key></Contents>"
          + "<CommonPrefixes><Prefix>data/spot/daily/</Prefix></CommonPrefixes>"))
    #expect(read.keys == ["data/a&b.zip", "data/c.zip"])
    #expect(read.folders == ["data/spot/daily/"])
    #expect(read.nextMarker == nil)
  }

  @Test func `that was cut says where it goes on, by its marker or its last key`() throws {
    let cut = "<IsTruncated>true</IsTruncated><Contents><Key>b</Key></Contents>"
    #expect(try ArchiveListingReader.read(listing(cut + "<NextMarker>c</NextMarker>")).nextMarker == "c")
    #expect(try ArchiveListingReader.read(listing(cut)).nextMarker == "b")
    #expect(defect(listing("<IsTruncated>true</IsTruncated>")) == .noMarker)
    #expect(defect(listing("<Marker>b</Marker>" + cut)) == .markerStands)
  }

  @Test func `is refused when it is something else, or an attack`() {
    #expect(defect(Array("<html><body>login</body></html>".utf8)) == .otherRoot("html"))
    #expect(defect(Array("<!DOCTYPE html><html></html>".utf8)) == .hasDocumentType)
    #expect(defect(Array("{}".utf8)) == .notXML)
    #expect(defect([]) == .notXML)
    #expect(defect(Array(listing("").dropLast(3))) == .notXML)
    let bomb = "<!DOCTYPE l [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\">]><ListBucketResult>&b;</ListBucketResult>"
    #expect(defect(Array(bomb.utf8)) == .hasDocumentType)
    let outside = "<!DOCTYPE l [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><ListBucketResult>&x;</ListBucketResult>"
    #expect(defect(Array(outside.utf8)) == .hasDocumentType)
    // In another encoding the words would not be seen.
    #expect(defect(Array(outside.data(using: .utf16)!)) == .notXML)
    #expect(defect(listing("&nothing;")) == .notXML)
    #expect(defect([UInt8](repeating: UInt8(ascii: " "), count: (4 << 20) + 1)) == .tooLarge((4 << 20) + 1))
    #expect(defect(listing(String(repeating: "<a>", count: 90_000) + String(repeating: "</a>", count: 90_000))) == .notXML)
    #expect(defect(listing(String(repeating: "<Contents><Key>k</Key></Contents>", count: 10_001))) == .tooManyKeys)
  }

  @Test func `tells an absent file from other errors`() {
    let absent = #"<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>"#
    #expect(ArchiveListingReader.errorCode(in: Array(absent.utf8)) == "NoSuchKey")
    #expect(ArchiveListingReader.errorCode(in: Array("<html/>".utf8)) == nil)
    #expect(ArchiveListingReader.errorCode(in: [0x50, 0x4b, 3, 4]) == nil)
  }
}

@Suite struct `The choice between archive and API` {
  private func plan(_ interval: Interval, _ from: String, _ until: String) -> ArchivePlan? {
    ArchivePlan(.named("BTCUSDT"), interval, instant(from)..<instant(until), logicalDate: instant(until))
  }

  /// Months, days and the days that the API is asked for, in their order.
  private func told(_ plan: ArchivePlan?) -> [String]? {
    plan?.pieces.map { piece in
      piece.file.map { "\($0.period)" } ?? "API \(piece.range.lowerBound.utcDay)..\(piece.range.upperBound.utcDay)"
    }
  }

  @Test func `takes whole months of minutes from the archive, and the rest from the API`() {
    let deep = plan(.minute1, "2025-10-20", "2026-01-03T12:00:00Z")
    // December is published on Monday, the 5th.
    #expect(told(deep) == ["2025-10", "2025-11", "API 2025-12-01..2026-01-03"])
    #expect(deep?.pieces.first?.range.lowerBound == instant("2025-10-20"))
    #expect(deep?.archiveRequests == 4 && deep?.listings == 1)
    // 12 days of October are 18 requests, November is 44, the rest 49 by the API either way.
    #expect(deep?.apiRequests == 49)
    #expect(deep?.saved == 109 - 49 - 4 - 1)
  }

  @Test func `takes days of seconds, since a month of them is too large`() {
    let deep = plan(.second1, "2025-12-31", "2026-01-03T12:00:00Z")
    #expect(told(deep) == ["2025-12-31", "2026-01-01", "API 2026-01-02..2026-01-03"])
  }

  @Test(
    arguments: [
      (.hour1, "2017-01-01"), (.day1, "2017-01-01"), (.month1, "2017-01-01"), (.minute1, "2025-12-25"), (.minute30, "2025-01-01"),
    ] as [(Interval, String)])
  func `leaves the archive alone where it saves nothing`(interval: Interval, from: String) {
    #expect(plan(interval, from, "2026-01-03") == nil)
  }

  @Test func `asks for nothing from before the exchange opened, and for nothing that is not yet published`() {
    let all = plan(.minute5, "1970-01-01", "2017-12-20")
    #expect(all?.pieces.first?.range.lowerBound == Binance.firstBar)
    #expect(told(all)?.last == "API 2017-12-01..2017-12-20")
    #expect(plan(.minute1, "2016-01-01", "2017-01-01") == nil)
  }

  @Test(arguments: 0..<50)
  func `covers every range without a gap or an overlap, and never costs more`(seed: UInt64) {
    var random = SeededGenerator(seed)
    let interval = [Interval.second1, .minute1, .minute3, .minute5, .minute15].randomElement(using: &random)!
    let start = instant("2019-01-01") + .seconds(Int.random(in: 0..<100_000_000, using: &random))
    let range = start..<(start + .seconds(Int.random(in: 1..<60_000_000, using: &random)))
    let date = range.upperBound + .seconds(Int.random(in: 0..<3_000_000, using: &random))
    guard let plan = ArchivePlan(.named("BTCUSDT"), interval, range, logicalDate: date) else { return }
    #expect(plan.pieces.first?.range.lowerBound == range.lowerBound)
    #expect(plan.pieces.last?.range.upperBound == range.upperBound)
    for (a, b) in zip(plan.pieces, plan.pieces.dropFirst()) { #expect(a.range.upperBound == b.range.lowerBound) }
    for piece in plan.pieces {
      guard let file = piece.file else { continue }
      #expect(file.period.publishedAt <= date)
      #expect(file.span.clamped(to: piece.range) == piece.range)
    }
    #expect(plan.saved >= ArchivePlan.Policy.whereItSaves.savedMin)
  }
}
