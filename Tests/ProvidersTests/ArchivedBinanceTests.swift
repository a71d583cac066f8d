import Foundation
import MarketData
import Scheduling
import Testing
import Transport

@testable import Providers

@Suite struct `Binance's candles from the archive` {
  private let files = ["2024-12", "2025-01"]

  /// The exchange's own files of two months, the API over the same bars, and what is changed of it.
  private func server(
    listed: [String] = ["2024-12", "2025-01"], _ change: @escaping @Sendable (String) -> HTTPResponse? = { _ in nil }
  ) throws -> TestHTTP {
    let rows = try files.flatMap { try #require(ArchivedKlines.candles(inZip: try Fixture.bytes("BTCUSDT-1h-\($0).zip"))) }
    var bodies: [String: [UInt8]] = [:]
    for month in files {
      for suffix in ["zip", "zip.CHECKSUM"] { bodies["BTCUSDT-1h-\(month).\(suffix)"] = try Fixture.bytes("BTCUSDT-1h-\(month).\(suffix)") }
    }
    let keys = listed.flatMap { ["BTCUSDT-1h-\($0).zip", "BTCUSDT-1h-\($0).zip.CHECKSUM"] }
    let listing =
      "<ListBucketResult><IsTruncated>false</IsTruncated>"
      + keys.map { "<Contents><Key>data/spot/monthly/klines/BTCUSDT/1h/\($0)</Key></Contents>" }.joined() + "</ListBucketResult>"
    let known = bodies
    return TestHTTP { request, _ in
      if let other = change(request.url) { return .success(other) }
      let url = URLComponents(string: request.url)!
      if url.port == 8082 { return .success(HTTPResponse(status: 200, body: Array(listing.utf8))) }
      if url.port == 8081 {
        let name = String(url.path.split(separator: "/").last!)
        guard let body = known[name] else { return .success(HTTPResponse(status: 404, body: Array(absence.utf8))) }
        return .success(HTTPResponse(status: 200, body: body))
      }
      let query = url.queryItems!.reduce(into: [:]) { $0[$1.name] = $1.value }
      let (start, end) = (Int64(query["startTime"]!)!, Int64(query["endTime"]!)!)
      let page = rows.filter { $0.openTime.milliseconds >= start && $0.openTime.milliseconds <= end }.prefix(1000).map { row in
        let more = row.trading!
        return "[\(row.openTime.milliseconds),\"\(row.open)\",\"\(row.high)\",\"\(row.low)\",\"\(row.close)\",\"\(row.volume)\","
          + "\(row.closeTime.milliseconds),\"\(more.quoteVolume)\",\(more.trades),\"\(more.takerBuyVolume)\",\"\(more.takerBuyQuoteVolume)\",\"0\"]"
      }
      return .success(HTTPResponse(status: 200, body: Array("[\(page.joined(separator: ","))]".utf8)))
    }
  }

  private func provider(_ desk: Desk, _ policy: ArchivePlan.Policy = .always, isOffline: Bool = false) throws -> ArchivedBinance {
    let archive = BinanceArchive(
      files: desk.client(try ProviderSettings(name: "binance_archive", baseURL: "http://127.0.0.1:8081"), isOffline: isOffline),
      listings: desk.client(try ProviderSettings(name: "binance_listing", baseURL: "http://127.0.0.1:8082"), isOffline: isOffline))
    return ArchivedBinance(try desk.binance(isOffline: isOffline), archive: archive, policy: policy)
  }

  private func all(_ desk: Desk, from: String = "2024-12-01", isOffline: Bool = false) async throws -> [CandlePage] {
    try await pages(try provider(desk, isOffline: isOffline), "BTCUSDT", .hour1, from: from, until: "2025-02-10")
  }

  /// The hosts that were asked, in order; the same one in a row once.
  private func hosts(_ desk: Desk) async -> [String] {
    await desk.http.urls.map { ["8080": "api", "8081": "file", "8082": "list"][String($0.dropFirst(17).prefix(4))]! }
      .reduce(into: []) { if $0.last != $1 { $0.append($1) } }
  }

  /// What the API alone gives.
  private func plain() async throws -> [Candle] {
    try await pages(try provider(Desk(try server()), .whereItSaves), "BTCUSDT", .hour1, from: "2024-12-01", until: "2025-02-10").flatMap(
      \.candles)
  }

  @Test func `are left to the API by themselves, which is cheaper for hours`() async throws {
    let desk = Desk(try server())
    let read = try await pages(try provider(desk, .whereItSaves), "BTCUSDT", .hour1, from: "2024-12-01", until: "2025-02-10")
    #expect(read.flatMap(\.candles).count == 1488)
    #expect(await hosts(desk) == ["api"])
  }

  @Test func `are those of the API, each file verified before it is opened and landed before it is read`() async throws {
    let desk = Desk(try server())
    let read = try await all(desk)
    #expect(read.flatMap(\.candles) == (try await plain()))
    #expect(read.flatMap(\.notes) == [])
    #expect(await hosts(desk) == ["list", "file", "api"])
    let names = await desk.http.urls.filter { $0.contains(":8081") }.map { $0.split(separator: "/").last! }
    #expect(
      names == ["BTCUSDT-1h-2024-12.zip.CHECKSUM", "BTCUSDT-1h-2024-12.zip", "BTCUSDT-1h-2025-01.zip.CHECKSUM", "BTCUSDT-1h-2025-01.zip"])
    #expect(read.first?.responseHash == "b2dc51b7de200f2eabd2850ccdad345c5e29b6693bb656124d2dfa0e812ba539")
    let landed = await desk.archive.entries
    #expect(
      landed.contains { $0.landed.hash == read.first?.responseHash && $0.landed.key.provider == "binance_archive" && $0.answer == .ok })
  }

  @Test func `begin where they were asked for, inside a month`() async throws {
    let desk = Desk(try server())
    let read = try await all(desk, from: "2024-12-15T07:30:00Z")
    #expect(read.flatMap(\.candles) == (try await plain()).filter { $0.openTime >= instant("2024-12-15T07:30:00Z") })
  }

  @Test func `are the same offline, from what was kept`() async throws {
    let desk = Desk(try server { $0.hasSuffix("2024-12.zip") ? HTTPResponse(status: 503, body: []) : nil })
    let read = try await all(desk)
    let again = Desk(TestHTTP(status: 500, []), archive: desk.archive)
    #expect(try await all(again, isOffline: true).flatMap(\.candles) == read.flatMap(\.candles))
    #expect(await again.http.urls == [])
  }

  struct Trouble: Sendable, CustomTestStringConvertible {
    let file: String
    let answer: HTTPResponse
    let says: String
    /// How often the file is asked for.
    var asked = 1
    var testDescription: String { says }
  }

  @Test(arguments: [
    Trouble(
      file: "2024-12.zip", answer: HTTPResponse(status: 404, body: Array(absence.utf8)), says: "2024-12.zip is listed, but not there"),
    Trouble(
      file: "2024-12.zip", answer: HTTPResponse(status: 403, body: Array(absence.utf8)), says: "2024-12.zip is listed, but not there"),
    Trouble(file: "2024-12.zip.CHECKSUM", answer: HTTPResponse(status: 404, body: []), says: "2024-12.zip is listed, but not there"),
    Trouble(
      file: "2024-12.zip", answer: HTTPResponse(status: 200, body: [0x50, 0x4b, 5, 6]), says: "its SHA-256 is not the one", asked: 2),
    Trouble(
      file: "2024-12.zip", answer: HTTPResponse(status: 200, body: Array("<html>".utf8)), says: "its SHA-256 is not the one", asked: 2),
    Trouble(file: "2024-12.zip.CHECKSUM", answer: HTTPResponse(status: 200, body: Array("<html>".utf8)), says: "is no checksum of"),
    Trouble(file: "2024-12.zip", answer: HTTPResponse(status: 503, body: []), says: "answered 503"),
    Trouble(file: "2024-12.zip.CHECKSUM", answer: HTTPResponse(status: 451, body: []), says: "answered 451"),
    Trouble(file: "2024-12.zip", answer: HTTPResponse(status: 429, body: []), says: "answered 429", asked: 4),
  ])
  func `come from the API where a file is missing or refused, and a note says so`(trouble: Trouble) async throws {
    let desk = Desk(try server { $0.hasSuffix(trouble.file) ? trouble.answer : nil })
    let read = try await all(desk)
    #expect(read.flatMap(\.candles) == (try await plain()))
    let notes = read.flatMap(\.notes)
    #expect(notes.count == 1)
    #expect(notes.first?.hasPrefix("the API was asked instead of the archive: BTCUSDT-1h-2024-12.zip") == true)
    #expect(notes.first?.contains(trouble.says) == true, "\(notes)")
    let asked = await desk.http.urls.count { $0.hasSuffix(trouble.file) }
    #expect(asked == trouble.asked, "\(asked)")
  }

  @Test func `come from the API when the listing is a login page`() async throws {
    let desk = Desk(try server { $0.contains(":8082") ? HTTPResponse(status: 200, body: Array("<html>login</html>".utf8)) : nil })
    let read = try await all(desk)
    #expect(read.flatMap(\.candles) == (try await plain()))
    #expect(read.flatMap(\.notes).count == 1)
    #expect(await hosts(desk) == ["list", "api"])
  }

  @Test func `are not asked of a host that does not answer more than once`() async throws {
    let desk = Desk(
      try server { url in
        url.contains(":8081") ? HTTPResponse(status: 500, body: []) : nil
      })
    #expect(try await all(desk).flatMap(\.candles) == (try await plain()))
    #expect(await desk.http.urls.count { $0.contains(":8081") } == 1)
  }

  @Test func `of a pair that was listed later are not asked for before, and nothing is missed`() async throws {
    let desk = Desk(try server(listed: ["2025-01"]))
    let read = try await all(desk, from: "2024-06-01")
    #expect(read.flatMap(\.candles) == (try await plain()))
    #expect(read.flatMap(\.notes) == [])
  }

  @Test(arguments: [
    // Another file under the right name: what it holds is not what was asked for.
    ("BTCUSDT-1h-2025-01.zip", "it holds `BTCUSDT-1h-2025-01.csv`")
  ])
  func `are refused when the file is about another month`(other: String, says: String) async throws {
    let body = try Fixture.bytes(other)
    let sum = ContentHash.sha256(of: body) + "  BTCUSDT-1h-2024-12.zip\n"
    let desk = Desk(
      try server { url in
        if url.hasSuffix("2024-12.zip") { return HTTPResponse(status: 200, body: body) }
        return url.hasSuffix("2024-12.zip.CHECKSUM") ? HTTPResponse(status: 200, body: Array(sum.utf8)) : nil
      })
    let read = try await all(desk)
    #expect(read.flatMap(\.candles) == (try await plain()))
    #expect(read.flatMap(\.notes).first?.contains(says) == true)
  }
}

private let absence = #"<?xml version="1.0" encoding="UTF-8"?><Error><Code>NoSuchKey</Code></Error>"#
