import Foundation
import Testing

@Suite struct `Limits` {
  private let shares = (1...20).map { "SYN0\($0 < 10 ? "0" : "")\($0)" }

  /// Eight calls a day, and a job that fetches nothing but twenty shares.
  private func scarce(_ body: (Project) async throws -> Void) async throws {
    try await Project.with(crypto: ["BTCUSDT"], equities: shares) { project in
      try project.replace(/requests: 25/, with: "requests: 8", in: "Jobs/config/providers.yaml")
      try project.job(
        "shares",
        "steps:\n  equities:\n    uses: alphavantage.candles\n    calendar: XNYS\n    each: { symbol: $watchlist.equities }\n"
          + "    retry: { attempts: 4, backoff: 1s, max_backoff: 1s }\n    timeout: 2m")
      try await body(project)
    }
  }

  /// Friday's session closes at 21:00 UTC; there is none on Saturday, Sunday, and Monday the 19th, the birthday of Martin Luther King.
  private let nights = ["2026-01-16T22:00Z", "2026-01-17T22:00Z", "2026-01-18T22:00Z"]

  @Test func `of eight calls a day bring twenty symbols up to date in three nights, and never a ninth call is made`() async throws {
    try await scarce { project in
      var fetched: [Set<String>] = []
      for (number, night) in nights.enumerated() {
        let ended = try await project.jobs("run", "shares", "--sandbox", "--date", night)
        #expect(ended.status == (number == 2 ? 0 : 3), "\(ended)")
        fetched.append(Set(try project.rows("SELECT symbol FROM watermarks WHERE source = 'alphavantage'")))
        let attempts = try project.rows("SELECT MAX(attempt) FROM attempts")
        #expect(attempts == ["1"], "what waits for the quota burns no attempt")
      }
      #expect(fetched.map(\.count) == [8, 16, 20])
      // Everybody has Friday's session.
      let fresh = try project.rows(
        "SELECT COUNT(DISTINCT symbol) FROM candles WHERE source = 'alphavantage' AND open_time = \(1_768_521_600_000)")
      #expect(fresh == ["20"])
      let asked = try project.asked().filter { $0.provider == "alphavantage" }
      #expect(asked.count == 20)
      let byDay = Dictionary(grouping: asked) { String($0.at.prefix(10)) }.mapValues(\.count)
      #expect(byDay == ["2026-01-16": 8, "2026-01-17": 8, "2026-01-18": 4])
      // The next night nobody is asked: no session has closed since.
      let idle = try await project.jobs("run", "shares", "--sandbox", "--date", "2026-01-19T22:00Z")
      #expect(idle.status == 0, "\(idle)")
      #expect(try project.asked().filter { $0.provider == "alphavantage" }.count == 20)
    }
  }

  @Test func `of a day make the plan say who waits until when, the run who waits, and the same day brings no more`() async throws {
    try await scarce { project in
      let plan = try await project.jobs("plan", "shares", "--explain", "--sandbox", "--date", nights[0])
      let words = plan.out.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(
        words.contains("the quota of the day covers 8 requests, the stalest and heaviest symbols first; 12 of 20 tasks wait: SYN009 "))
      let json = try await project.jobs("plan", "shares", "--json", "--sandbox", "--date", nights[0])
      let document = try #require(try JSONSerialization.jsonObject(with: Data(json.out.utf8)) as? [String: Any])
      let step = try #require((document["steps"] as? [[String: Any]])?.first)
      let waiting = try #require(step["waiting"] as? [[String: String]])
      #expect(waiting.map { $0["task"] } == shares.dropFirst(8).map { $0 })
      #expect(
        waiting.map { $0["until"] } == Array(repeating: "2026-01-17T05:00:00Z", count: 8)
          + Array(repeating: "2026-01-18T05:00:00Z", count: 4))

      let first = try await project.jobs("run", "shares", "--sandbox", "--date", nights[0])
      #expect(first.status == 3, "\(first)")
      #expect(first.out.contains("12 wait until 2026-01-17T05:00:00Z"), "\(first)")
      #expect(first.out.contains("waiting equities: 12 of 20 tasks, until 2026-01-17T05:00:00Z, the stalest first: SYN009 "), "\(first)")
      #expect(first.out.contains("after 2026-01-17T05:00:00Z: not before then is an answer to be had"), "\(first)")

      let limits = try await project.jobs("limits", "alphavantage", "--sandbox", "--json")
      #expect(limits.status == 0, "\(limits)")
      let standing = try #require(try JSONSerialization.jsonObject(with: Data(limits.out.utf8)) as? [String: Any])
      let provider = try #require((standing["providers"] as? [[String: Any]])?.first)
      #expect((provider["next_request"] as? [String: String])?["utc"] == "2026-01-17T05:00:00Z")
      let day = try #require((provider["limits"] as? [[String: Any]])?.last)
      #expect(day["used"] as? Int == 8 && day["allowed"] as? Int == 8)

      // Whoever tries again on the same day is told the same, and nothing is asked: eight are up to date, the others wait.
      let again = try await project.jobs("run", "shares", "--sandbox", "--date", "2026-01-16T23:00Z")
      #expect(again.status == 3, "\(again)")
      #expect(try project.asked().filter { $0.provider == "alphavantage" }.count == 8)
    }
  }

  @Test func `of a day are spent on what is stalest times heaviest`() async throws {
    try await Project.with(crypto: ["BTCUSDT"], equities: ["SYN001", "SYN002", "SYN003"]) { project in
      try project.write("crypto: [BTCUSDT]\nequities: [SYN001, SYN002, { symbol: SYN003, weight: 3 }]\n", to: project.watchlist)
      try project.replace(/requests: 25/, with: "requests: 1", in: "Jobs/config/providers.yaml")
      try project.job(
        "shares", "steps:\n  equities:\n    uses: alphavantage.candles\n    each: { symbol: $watchlist.equities }\n    timeout: 2m")
      // Tuesday to Friday: the heavy one first; then those without any bar; then the heavy one, which is three days old, again.
      for day in 13...16 { _ = try await project.jobs("run", "shares", "--sandbox", "--date", "2026-01-\(day)T22:00Z") }
      let asked = try project.asked().filter { $0.provider == "alphavantage" }.compactMap { $0.symbol }
      #expect(asked == ["SYN003", "SYN001", "SYN002", "SYN003"])
    }
  }

  @Test func `are kept in a ban that an earlier run heard of, and nothing is sent`() async throws {
    try await Project.with { project in
      try project.job(
        "pairs",
        "steps:\n  crypto:\n    uses: binance.candles\n    each: { symbol: $watchlist.crypto, interval: [1d] }\n    with: { history: 30d }")
      let first = try await project.jobs("run", "pairs", "--sandbox", "--date", "2026-01-15T00:00Z")
      #expect(first.status == 0, "\(first)")
      let before = try project.asked().count
      let (now, end) = (1_768_521_600_000 + 3_600_000, 1_768_521_600_000 + 10 * 3_600_000)
      try Database("\(project.root)/\(project.sandboxDatabase)").execute(
        "INSERT INTO rate_pauses (provider, until, reason, since) VALUES ('binance', \(end), 'banned by the provider (HTTP 418)', \(now))")
      let banned = try await project.jobs("run", "pairs", "--sandbox", "--date", "2026-01-16T02:00Z")
      #expect(banned.status == 75, "\(banned)")
      #expect(banned.out.contains("banned by the provider (HTTP 418)"), "\(banned)")
      #expect(try project.asked().count == before)
      let limits = try await project.jobs("limits", "binance", "--sandbox")
      #expect(limits.out.contains("silent until 2026-01-16T10:00:00Z"), "\(limits)")
      let later = try await project.jobs("run", "pairs", "--sandbox", "--date", "2026-01-16T10:00Z")
      #expect(later.status == 0, "\(later)")
    }
  }

  @Test func `of patience end a storm of errors early, and the rest of the night is delivered`() async throws {
    let pairs = (0..<30).map { "SYN\(String(repeating: "0", count: 3 - "\($0)".count))\($0)USDT" }
    try await Project.with(crypto: pairs) { project in
      try project.write(#"[{"provider": "binance", "times": 0, "answer": "status500"}]"#, to: "faults.json")
      try project.job(
        "pairs",
        "steps:\n  crypto:\n    uses: binance.candles\n    each: { symbol: $watchlist.crypto, interval: [1d] }\n    with: { history: 30d }\n"
          + "    retry: { attempts: 4, backoff: 1s, max_backoff: 1s }\n  equities:\n    uses: alphavantage.candles\n"
          + "    each: { symbol: $watchlist.equities }\n  last: { uses: nothing, needs: [crypto, equities], when: always }")
      let ended = try await project.jobs("run", "pairs", "--sandbox", "--date", "2026-01-15T22:00Z", "--sandbox-faults", "faults.json")
      #expect(ended.status == 3, "\(ended)")
      // Without the breaker it would be 120: four attempts of thirty tasks.
      let asked = try project.asked().filter { $0.provider == "binance" }.count
      #expect(asked >= 8 && asked <= 8 + 16 + 3, "\(asked) requests")
      #expect(ended.out.contains("8 requests in a row had no answer"), "\(ended)")
      let limits = try await project.jobs("limits", "binance", "--sandbox", "--json")
      #expect(limits.out.contains(#""state" : "open""#), "\(limits)")
    }
  }

  @Test func `are shown before anything is stored, and while a run holds the lock`() async throws {
    try await Project.with { project in
      let before = try project.entries().map(\.path)
      let fresh = try await project.jobs("limits", environment: ["TZ": "Europe/Berlin"])
      #expect(fresh.status == 0 && fresh.out.contains("alphavantage (127.0.0.1): a request of weight 1 may go now"), "\(fresh)")
      #expect(try project.entries().map(\.path) == before)
      let large = try await project.jobs("limits", "binance", "--weight", "9000")
      #expect(large.out.contains("a request of weight 9000 never fits its limits"), "\(large)")
      let unknown = try await project.jobs("limits", "binanse")
      #expect(unknown.status == 64 && unknown.err.contains("a provider with a similar name exists: `binance`"), "\(unknown)")
    }
  }
}

/// A request that the sandbox has answered.
private struct Asked: Decodable {
  let at: String
  let provider: String
  let query: String

  var symbol: String? { query.split(separator: "&").first { $0.hasPrefix("symbol=") }.map { String($0.dropFirst(7)) } }
}

extension Project {
  fileprivate func asked() throws -> [Asked] {
    try answeredRequests().map { try JSONDecoder().decode(Asked.self, from: Data($0.utf8)) }
  }
}
