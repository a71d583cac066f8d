import MarketData
import Scheduling
import Storage
import Testing

@Suite struct `Alerts that fired` {
  private let key = SeriesKey(source: "binance", symbol: try! Symbol("BTCUSDT"), interval: .day1)
  private func day(_ number: Int64) -> Instant { Instant(milliseconds: number * 86_400_000) }

  private func row(_ alert: String, _ bar: Int64, source: String = "binance", sentence: String = "It rose.") -> StoredAlert {
    StoredAlert(
      alert: alert, key: SeriesKey(source: source, symbol: key.symbol, interval: key.interval), barTime: day(bar),
      validFrom: day(bar + 1), severity: "warning", condition: "close crosses 100", observed: [.init(name: "close", value: 101.5)],
      sentence: sentence)
  }

  @Test func `are stored once, of two sources the first`() async throws {
    let warehouse = try Warehouse(inMemory: ())
    let new = try await warehouse.write { try $0.insert([row("up", 1), row("up", 2), row("down", 1)], foundAt: day(3)) }
    #expect(new.count == 3)
    let again = try await warehouse.write {
      try $0.insert([row("up", 1, sentence: "Other."), row("up", 2, source: "desk"), row("up", 3)], foundAt: day(4))
    }
    #expect(again == [row("up", 3)])
    let all = try await warehouse.read { try $0.alerts(foundAfter: day(2), until: day(4)) }
    #expect(all == [row("up", 3), row("up", 2), row("down", 1), row("up", 1)])
    #expect(try await warehouse.read { try $0.alerts(foundAfter: day(3), until: day(4)) } == [row("up", 3)])
    let caused = try await warehouse.read { try $0.alerts(of: key, causedAt: day(1)) }
    #expect(caused.map(\.alert) == [row("down", 1), row("up", 1)] && caused.map(\.foundAt) == [day(3), day(3)])
  }

  @Test func `know how far they were judged, which never goes back but for another condition`() async throws {
    let warehouse = try Warehouse(inMemory: ())
    func judge(_ condition: String, _ bar: Int64) async throws -> [AlertState] {
      try await warehouse.write {
        try $0.store([AlertState(alert: "up", key: key, condition: condition, judgedFrom: day(bar), judgedUntil: day(bar))])
      }
      return try await warehouse.read { try $0.alertStates(of: key.symbol) }
    }
    for (condition, bar, from, until) in [("a", Int64(5), Int64(5), Int64(5)), ("a", 3, 3, 5), ("a", 7, 3, 7), ("b", 4, 4, 4)] {
      #expect(
        try await judge(condition, bar) == [
          AlertState(alert: "up", key: key, condition: condition, judgedFrom: day(from), judgedUntil: day(until))
        ])
    }
    try await warehouse.write { try $0.forgetAlertStates(of: key.symbol, except: [["up", "1d"]]) }
    #expect(try await warehouse.read { try $0.alertStates(of: key.symbol) }.count == 1)
    try await warehouse.write { try $0.forgetAlertStates(of: key.symbol, except: [["up", "1h"]]) }
    #expect(try await warehouse.read { try $0.alertStates(of: key.symbol) }.isEmpty)
  }

  @Test func `are known by the times of their candles`() async throws {
    let warehouse = try Warehouse(inMemory: ())
    let rows = [row("up", 1), row("up", 2), row("up", 3, source: "desk"), row("down", 2)]
    _ = try await warehouse.write { try $0.insert(rows, foundAt: day(4)) }
    let times = try await warehouse.read { try $0.alertTimes(of: key.symbol, since: day(2)) }
    #expect(
      times == [["up", "1d", "binance"]: [day(2)], ["up", "1d", "desk"]: [day(3)], ["down", "1d", "binance"]: [day(2)]])
  }
}
