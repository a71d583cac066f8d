import Foundation
import MarketData
import Scheduling

/// The files of an archive made from a market, so that they say what the API says.
actor MadeArchive: ArchiveShelf {
  private let market: any CryptoMarket
  /// The files that were made last: each is asked for twice, for itself and for its checksum.
  private var made: [(key: ArchiveKey, bytes: [UInt8])] = []

  private static let keptFiles = 16

  init(_ market: any CryptoMarket) { self.market = market }

  func file(_ key: String, now: Instant) async throws(BinanceError) -> [UInt8]? {
    guard let key = ArchiveKey(key), key.publishedAt <= now else { return nil }
    if let known = made.first(where: { $0.key == key }) { return known.bytes }
    let text = try await csv(key, now: now)
    guard !text.isEmpty else { return nil }
    guard let bytes = ZipFile.archive(text, named: key.stem + ".csv") else { throw .sandbox("no memory for a zip") }
    if made.count >= MadeArchive.keptFiles { made.removeFirst() }
    made.append((key, bytes))
    return bytes
  }

  func checksum(of key: String, now: Instant) async throws(BinanceError) -> [UInt8]? {
    guard let bytes = try await file(key, now: now) else { return nil }
    let name = key.split(separator: "/").last.map { String($0) } ?? key
    return Array("\(SHA256.hexadecimal(of: bytes))  \(name)\n".utf8)
  }

  func list(_ prefix: String, now: Instant) async throws(BinanceError) -> (keys: [(key: String, bytes: Int)], folders: [String]) {
    guard let place = ArchiveKey.place(prefix) else { return ([], try await folders(prefix)) }
    guard let first = try await firstDay(of: place.symbol, place.interval, now: now) else { return ([], []) }
    var keys: [(key: String, bytes: Int)] = []
    var day = place.isMonthly ? CivilDate(year: first.year, month: first.month, day: 1)! : first
    while true {
      let key = ArchiveKey(symbol: place.symbol, interval: place.interval, isMonthly: place.isMonthly, first: day)
      guard key.publishedAt <= now else { break }
      // Sizes would have to be made; nobody here reads them.
      keys += [(key.text, 1000), (key.text + ".CHECKSUM", 90)]
      day = key.span.upperBound.utcDay
    }
    return (keys, [])
  }

  private func folders(_ prefix: String) async throws(BinanceError) -> [String] {
    switch prefix {
    case "data/": return ["data/spot/"]
    case "data/spot/": return ["data/spot/daily/", "data/spot/monthly/"]
    case "data/spot/daily/", "data/spot/monthly/": return [prefix + "klines/"]
    case "data/spot/daily/klines/", "data/spot/monthly/klines/": return try await market.listedSymbols().map { prefix + $0 + "/" }.sorted()
    default: return []
    }
  }

  /// The day of the first bar; nil for a symbol without bars, or that is not listed: then its folder is empty.
  private func firstDay(of symbol: String, _ interval: Interval, now: Instant) async throws(BinanceError) -> CivilDate? {
    do {
      let rows = KlineText.rows(
        try await market.klines(try KlineQuery.page(symbol, interval, from: 0, to: now.milliseconds, limit: 1), now: now))
      return rows.first.map { Instant(milliseconds: $0.openTime).utcDay }
    } catch .badSymbol {
      return nil
    }
  }

  /// The rows of a file: milliseconds up to 2024, microseconds since, and no header.
  private func csv(_ key: ArchiveKey, now: Instant) async throws(BinanceError) -> [UInt8] {
    var text: [UInt8] = []
    let isMicro = key.first.year >= 2025
    var start = key.span.lowerBound.milliseconds
    while start < key.span.upperBound.milliseconds {
      let query = try KlineQuery.page(key.symbol, key.interval, from: start, to: key.span.upperBound.milliseconds - 1, limit: 1000)
      let body: [UInt8]
      do {
        body = try await market.klines(query, now: now)
      } catch .badSymbol {
        return []
      }
      var rows = KlineLines(isMicro: isMicro)
      rows.add(body)
      guard let last = rows.lastOpenTime else { break }
      text += rows.text
      start = last + 1
    }
    return text
  }
}

/// Turns the body of a klines answer into lines of CSV.
private struct KlineLines {
  let isMicro: Bool
  private(set) var text: [UInt8] = []
  private(set) var lastOpenTime: Int64?

  init(isMicro: Bool) { self.isMicro = isMicro }

  mutating func add(_ body: [UInt8]) {
    text.reserveCapacity(body.count)
    var (field, openTime, depth) = (0, Int64(0), 0)
    for byte in body {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): continue
      case UInt8(ascii: "["): (field, openTime, depth) = (0, 0, depth + 1)
      case UInt8(ascii: "]"):
        if depth == 2 {
          lastOpenTime = openTime
          text.append(UInt8(ascii: "\n"))
        }
        depth -= 1
      case UInt8(ascii: ",") where depth == 2:
        // A microsecond file says the last microsecond of a bar.
        if isMicro, field == 0 { text += Array("000".utf8) }
        if isMicro, field == 6 { text += Array("999".utf8) }
        text.append(byte)
        field += 1
      case UInt8(ascii: ","): continue
      default:
        if field == 0 { openTime = openTime &* 10 &+ Int64(byte &- UInt8(ascii: "0")) }
        text.append(byte)
      }
    }
  }
}
