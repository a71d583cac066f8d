import Foundation
import JobGraph
import MarketData
import Scheduling
import Storage
import Testing

@Suite struct `A closed warehouse` {
  @Test func `is one file: its log has been copied and emptied`() async throws {
    let folder = try Folder()
    let path = "\(folder.path)/jobs.sqlite"
    let lock = try RunLock(at: "\(folder.path)/run.lock", purpose: "test")
    let warehouse = try Warehouse(writingTo: path, lock: lock)
    let key = SeriesKey(source: "binance", symbol: try Symbol("BTCUSDT"), interval: .day1)
    let candles = try (0..<1000).map { try candle(day: $0, close: 100) }
    _ = try await warehouse.write { try $0.upsert(candles, of: key, seenAt: date(2000)) }
    // A reader of this process is what kept SQLite from doing it by itself.
    #expect(try await warehouse.read { try $0.count(of: .candles) } == 1000)
    try warehouse.close()
    let log = try? FileManager.default.attributesOfItem(atPath: "\(path)-wal")  // best when it is not there at all
    #expect(log.map { $0[.size] as? Int == 0 } ?? true)
    let again = try Warehouse(reading: path)
    #expect(try await again.read { try $0.count(of: .candles) } == 1000)
  }

  @Test func `does not wait for a reader of another connection`() async throws {
    let folder = try Folder()
    let path = "\(folder.path)/jobs.sqlite"
    let lock = try RunLock(at: "\(folder.path)/run.lock", purpose: "test")
    let warehouse = try Warehouse(writingTo: path, lock: lock)
    let reader = try Warehouse(reading: path)
    let key = SeriesKey(source: "binance", symbol: try Symbol("BTCUSDT"), interval: .day1)
    let before = try await reader.read { transaction in
      let before = try transaction.count(of: .candles)
      let done = DispatchSemaphore(value: 0)
      Task {
        // The reading transaction is open until this is over; a failure shows in the count below.
        _ = try? await warehouse.write { try $0.upsert([candle(day: 1, close: 1)], of: key, seenAt: date(2)) }
        try? warehouse.close()
        done.signal()
      }
      done.wait()
      return before
    }
    #expect(before == 0)
    #expect(try await reader.read { try $0.count(of: .candles) } == 1)
  }
}
