import Foundation
import MarketData
import Providers
import Scheduling
import Storage

/// Reads pages of klines and writes their candles as a fetching task does: `candles DATABASE FOLDER
/// [parse | tables | read | land]`
///
/// Pages are FOLDER/SYMBOL-NNNN.json, in the order of their names, all in one transaction. Prints `rows seconds`. With `parse` nothing is
/// written; with `tables` the database is made and left empty; `read` reads the whole first series of DATABASE into columns; `land` puts the pages into a
/// raw store beside DATABASE.
@main
struct Candles {
  let folder: String
  let names: [String]

  static func main() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count >= 3 else { fatalError("usage: candles DATABASE FOLDER [parse | tables | read | land]") }
    let mode = arguments.count > 3 ? arguments[3] : "write"
    let names = try FileManager.default.contentsOfDirectory(atPath: arguments[2]).filter { $0.hasSuffix(".json") }.sorted()
    let work = Candles(folder: arguments[2], names: names)
    let clock = ContinuousClock()
    if mode == "parse" {
      let start = clock.now
      let rows = try work.parsed()
      return report(rows, clock.now - start)
    }
    if mode == "land" {
      let start = clock.now
      try work.landed(in: RawStore(folder: arguments[1] + "-raw"))
      return report(names.count, clock.now - start)
    }
    if mode == "read" {
      let warehouse = try Warehouse(reading: arguments[1])
      let (rows, duration) = try await warehouse.read { reader in
        let key = try reader.storedSeriesKeys()[0]
        let start = clock.now
        return (try reader.series(key, closedBy: Instant(milliseconds: .max)).count, clock.now - start)
      }
      return report(rows, duration)
    }
    let lock = try RunLock(at: arguments[1] + ".lock", purpose: "benchmark")
    let warehouse = try Warehouse(writingTo: arguments[1], lock: lock)
    if mode == "write" {
      let start = clock.now
      let rows = try await work.written(to: warehouse)
      report(rows, clock.now - start)
    }
    try warehouse.close()
  }

  private static func report(_ rows: Int, _ duration: Duration) {
    print(rows, Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18)
  }

  private func parsed() throws -> Int {
    try names.reduce(0) { try $0 + KlineScanner.scan(page($1)).candles.count }
  }

  private func landed(in store: RawStore) throws {
    for name in names { _ = try store.store(page(name)) }
  }

  private func written(to warehouse: Warehouse) async throws -> Int {
    let work = self
    return try await warehouse.write { transaction in
      var rows = 0
      for name in work.names {
        let candles = try KlineScanner.scan(work.page(name)).candles
        let key = SeriesKey(source: "binance", symbol: try Symbol(String(name.prefix { $0 != "-" })), interval: .hour1)
        rows += try transaction.upsert(candles, of: key, seenAt: Instant(milliseconds: 0)).new
      }
      return rows
    }
  }

  private func page(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
  }
}
