import MarketData
import Scheduling
import Testing

@testable import Storage

@Suite struct `Reference data` {
  private let date = Instant(iso8601: "2026-01-15")!

  @Test func `of a day without rates are those of the last day before, and say so`() async throws {
    let warehouse = try Warehouse(inMemory: ())
    let days = ["2026-01-08", "2026-01-09"].map { CivilDate($0)! }
    let rows = days.enumerated().map { ReferenceRateRow(currency: "USD", date: $1, rate: 1.1 + Double($0)) }
    let date = date
    let first = try await warehouse.write { try $0.upsert(rows, source: "ecb", responseHash: "h", seenAt: date) }
    #expect(first.new == 2)
    let found = try await warehouse.read { reader in
      try ["2026-01-07", "2026-01-08", "2026-01-11"].map {
        try reader.referenceRate("USD", source: "ecb", on: CivilDate($0)!)?.date.description
      }
    }
    #expect(found == [nil, "2026-01-08", "2026-01-09"])
    #expect(try await warehouse.read { try $0.lastReferenceDay(source: "ecb")?.description } == "2026-01-09")
    let again = try await warehouse.write { transaction in
      try transaction.upsert([ReferenceRateRow(currency: "USD", date: days[0], rate: 9)], source: "ecb", responseHash: "i", seenAt: date)
    }
    #expect(again.restated == 1 && again.new == 0)
  }

  @Test func `of companies keep those that are no longer listed`() async throws {
    let warehouse = try Warehouse(inMemory: ())
    let date = date
    let rows = [
      CompanyRow(symbol: try Symbol("AAPL"), cik: "0000320193", title: "Apple Inc."),
      CompanyRow(symbol: try Symbol("X"), cik: "1", title: "x"),
    ]
    try await warehouse.write { try $0.upsert(rows, source: "sec", describedAt: date) }
    try await warehouse.write { try $0.upsert([rows[0]], source: "sec", describedAt: date + .days(1)) }
    #expect(try await warehouse.read { try $0.company(try Symbol("X"), source: "sec")?.title } == "x")
    #expect(try await warehouse.read { try $0.company(try Symbol("AAPL"), source: "sec") } == rows[0])
  }
}
