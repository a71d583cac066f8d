import Foundation
import Scheduling
import Testing

@testable import Sandbox

@Suite struct `The archive's stand-in` {
  private let night = configuration("2025-03-10")
  private let folder = "data/spot/monthly/klines/BTCUSDT/1m/"

  @Test func `lists what was published by its clock, a thousand entries a page`() async throws {
    let text = try await night.text(listing("prefix=\(folder)&delimiter=/&marker=\(folder)BTCUSDT-1m-2024-11"))
    let keys = text.matches(of: /<Key>([^<]*)<\/Key>/).map { String($0.1) }
    // The first Monday of March is the 3rd.
    let months = ["2024-11", "2024-12", "2025-01", "2025-02"]
    #expect(keys == months.flatMap { ["\(folder)BTCUSDT-1m-\($0).zip", "\(folder)BTCUSDT-1m-\($0).zip.CHECKSUM"] })
    #expect(text.contains("<IsTruncated>false</IsTruncated>") && !text.contains("NextMarker"))
    let page = try await night.text(listing("prefix=\(folder)&delimiter=/&max-keys=3"))
    #expect(page.contains("<IsTruncated>true</IsTruncated>"))
    #expect(page.matches(of: /<Key>/).count == 3)
    #expect(
      try await night.text(listing("prefix=data/spot/monthly/klines/&delimiter=/")).contains(
        "<Prefix>data/spot/monthly/klines/ETHUSDT/</Prefix>"))
    #expect(!(try await night.text(listing("prefix=data/spot/monthly/klines/NOTUSDTX/1m/&delimiter=/")).contains("<Key>")))
  }

  @Test(arguments: ["2024-12", "2025-02"])
  func `packs what the API says, in the unit of the year, under its checksum`(month: String) async throws {
    let name = "\(folder)BTCUSDT-1m-\(month).zip"
    let zip = try await night.answer(archive(name)).body
    #expect(zip.starts(with: [0x50, 0x4b, 3, 4]))
    #expect(try await night.text(archive(name + ".CHECKSUM")) == "\(SHA256.hexadecimal(of: zip))  BTCUSDT-1m-\(month).zip\n")
    let start = Instant(iso8601: month + "-01")!
    let rows = try await night.klines("symbol=BTCUSDT&interval=1m&startTime=\(start.milliseconds)&limit=2")
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).zip")
    try Data(zip).write(to: path)
    defer { try? FileManager.default.removeItem(at: path) }  // a temporary file that stays does no harm
    let text = try unzipped(path.path())
    let factor = month == "2025-02" ? "000" : ""
    #expect(text.hasPrefix("\(rows[0].openTime)\(factor),\(rows[0].open),\(rows[0].high),\(rows[0].low),\(rows[0].close),"))
    let lines = text.split(separator: "\n")
    #expect(lines.count == (month == "2025-02" ? 28 : 31) * 1440)
    #expect(lines[1].hasPrefix("\(rows[1].openTime)\(factor),"))
  }

  @Test(arguments: [
    "data/spot/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2025-03.zip", "data/spot/monthly/klines/BTCUSDT/1m/BTCUSDT-1h-2025-01.zip",
    "data/spot/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2025-13.zip", "data/spot/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2025-03-10.zip",
    "data/spot/monthly/klines/NOTUSDTX/1m/NOTUSDTX-1m-2025-01.zip", "", "data/../../etc/passwd",
  ])
  func `says in S3's words that there is no such file`(key: String) async throws {
    let answer = try await night.answer(archive(key))
    #expect(answer.status == 404)
    #expect(String(decoding: answer.body, as: UTF8.self).contains("<Code>NoSuchKey</Code>"))
  }

  /// Another program's opinion of the zip.
  private func unzipped(_ path: String) throws -> String {
    let python = Process()
    python.executableURL = URL(filePath: "/usr/bin/python3")
    python.arguments = [
      "-c", "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); sys.stdout.buffer.write(z.read(z.namelist()[0]))", path,
    ]
    let output = Pipe()
    python.standardOutput = output
    try python.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    python.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }
}

@Suite struct `The tape of trades` {
  private let night = configuration("2026-01-15T12:00:00Z")

  private func rows(_ path: String, _ query: String) async throws -> [[String: Any]] {
    let body = try await night.answer(binance(path, "symbol=BTCUSDT&" + query)).body
    return try #require(try JSONSerialization.jsonObject(with: Data(body)) as? [[String: Any]])
  }

  @Test func `is joined by the second, its numbers rising by one`() async throws {
    let start = night.logicalDate.milliseconds - 3_600_000
    let first = try await rows("aggTrades", "startTime=\(start)&limit=1000")
    let ids = first.compactMap { $0["a"] as? Int }
    #expect(first.count == 1000 && zip(ids, ids.dropFirst()).allSatisfy { $1 == $0 + 1 })
    #expect(first.first?["T"] as? Int64 == start)
    let next = try await rows("aggTrades", "fromId=\(ids[0] + 3000)&limit=1000")
    #expect(next.count == 600, "the last second has not passed")
    let bar = try await night.klines("symbol=BTCUSDT&interval=1m&startTime=\(start)&limit=1")[0]
    #expect(first[0]["p"] as? String == bar.open && first[59]["p"] as? String == bar.close)
  }

  @Test func `gives single ones that the joined ones join, and the last of them only`() async throws {
    let single = try await rows("trades", "limit=4")
    let last = try #require(single.last?["id"] as? Int)
    let joined = try await rows("aggTrades", "fromId=\(last / 2)")
    #expect(single.count == 4 && joined.count == 1)
    #expect(joined[0]["l"] as? Int == last && joined[0]["f"] as? Int == last - 1)
    #expect(try await night.answer(binance("trades", "symbol=BTCUSDT&fromId=1")).status == 400)
    #expect(try await night.answer(binance("aggTrades", "symbol=NOTUSDTX&fromId=1")).status == 400)
  }
}
