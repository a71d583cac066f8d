import Foundation
import JobFiles
import JobGraph
import MarketData
import Steps
import Testing

@Suite struct `The files under Jobs` {
  let loaded = Configuration.load(from: .directory(root))

  @Test func `have a configuration without mistakes`() throws {
    #expect(loaded.diagnostics.map { $0.rendered() } == [])
    let configuration = loaded.configuration
    #expect(
      configuration.names == [
        "alerts", "bridge", "calendars", "instruments", "monitoring", "notifications", "providers", "quality", "realtime", "retention",
        "watchlist",
      ])
    let watchlist = try #require(configuration.watchlist)
    #expect(watchlist.list("crypto")?.count == 12)
    #expect(watchlist.list("equities")?.count == 10)
    #expect(watchlist.list("all")?.count == 22)
    #expect(watchlist.list("all")?.first { $0.weight != 1 } == Watchlist.Entry(try Symbol("SPY"), weight: 3))
  }

  @Test func `state the providers' limits`() throws {
    let providers = try #require(loaded.configuration.providers)
    #expect(providers.providers.map(\.name) == ["binance", "binance_archive", "binance_listing", "alphavantage", "ecb", "sec"])
    #expect(
      providers["binance"]?.limits == [
        .init(unit: .weight, amount: 6000, per: .seconds(60)), .init(unit: .weight, amount: 6000, per: .seconds(60), isRolling: true),
      ])
    #expect(providers["binance"]?.baseURL.absoluteString == "https://data-api.binance.vision")
    let alphaVantage = try #require(providers["alphavantage"])
    #expect(alphaVantage.key == .init(parameter: "apikey", secret: "alphavantage"))
    #expect(
      alphaVantage.limits == [
        .init(unit: .requests, amount: 1, per: .seconds(1), isRolling: true),
        .init(unit: .requests, amount: 25, per: .seconds(86_400), resetZone: "US/Eastern"),
      ])
  }

  @Test func `keep, check and mirror what they say`() throws {
    let retention = try #require(loaded.configuration.retention)
    #expect(retention.tables["raw_responses"] == .keep(.seconds(400 * 86_400)))
    #expect(retention.candles[.day1] == .forever)
    #expect(retention.candles[.minute1] == .keep(.seconds(30 * 86_400)))
    #expect(loaded.configuration.quality?["outlier"]?.thresholds == ["z": 12, "window": 250])
    #expect(loaded.configuration.quality?["staleness"]?.severity == .error)
    #expect(loaded.configuration.realtime?.mirror == RealtimeConfiguration.Part.allCases)
    #expect(loaded.configuration.realtime?.access.users?.results == RealtimeConfiguration.Users.Result.allCases)
  }

  @Test(arguments: ["nightly", "hourly", "weekly", "backfill"])
  func `are jobs without mistakes`(name: String) throws {
    let loader = JobLoader(configuration: loaded.configuration, operations: Operations.all)
    let (job, diagnostics) = loader.load("Jobs/\(name).yaml", from: .directory(root))
    #expect(diagnostics.map { $0.rendered() } == [])
    #expect(try #require(job).name == name)
  }

  @Test func `let the night go on whatever fails`() throws {
    let loader = JobLoader(configuration: loaded.configuration, operations: Operations.all)
    let job = try #require(loader.load("Jobs/nightly.yaml", from: .directory(root), overrides: [("history", "2y")]).job)
    #expect(
      job.steps.map(\.id.name) == [
        "instruments", "crypto", "crypto_hourly", "equities", "quality", "indicators", "volume", "patterns", "regimes",
        "signals", "alerts", "outcomes", "backtest", "report", "users", "results", "mirror", "prune", "backup",
      ])
    #expect(job.finally.map(\.uses) == ["report.run", "realtime.push", "notify.send"])
    #expect(job.steps.filter { !$0.needs.isEmpty }.allSatisfy { $0.when == .always })
    let crypto = try #require(job.steps.first { $0.id == "crypto" })
    #expect(crypto.each.map(\.name) == ["symbol", "interval"])
    #expect(crypto.each[0].values.count == 12)
    #expect(crypto.with == [JobValue.Entry("history", .string("2y"))])
    #expect(crypto.retry == RetryPolicy(attempts: 4, backoff: .seconds(2), maxBackoff: .seconds(120)))
    #expect(crypto.timeout == .seconds(600))
    #expect(crypto.tolerate == .share(0.05))
    #expect(job.steps.first { $0.id == "signals" }?.each[0].values.count == 22)
    #expect(job.steps.first { $0.id == "equities" }?.each[0].values.first == Step.Dimension.Value("SPY", weight: 3))
    #expect(job.steps.first { $0.id == "equities" }?.calendar == "XNYS")
  }
}
