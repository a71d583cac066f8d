import Foundation
import Testing

@Suite(.enabled(if: RedisServer.isThere, RedisServer.absence))
struct `The command bridge` {
  private static func order(_ number: Int) -> String {
    #"PUBLISH ticker:AAPL '{"type":"order","timestamp":"2026-01-15 10:00:00+00:00","symbol":"AAPL","order_data":{"event":"fill","#
      + #""execution_id":"x-\#(number)","timestamp":"2026-01-15 10:00:00+00:00","price":"101","qty":"1","order":{"id":"o-\#(number)","#
      + #""status":"filled","side":"buy","submitted_at":"None"}}}'"# + "\n"
  }

  private func start(_ project: Project, _ server: RedisServer, _ arguments: String...) async throws -> Program.Running {
    let before = try server.cli("PUBSUB NUMPAT\n")
    let running = try project.start(["bridge", "--sandbox", "--redis", "127.0.0.1:\(server.port)"] + arguments)
    while try server.cli("PUBSUB NUMPAT\n") == before { await Task.yield() }
    // It subscribes first: the warehouse may not be there yet.
    while (try? project.rows("SELECT name FROM bridge_marks WHERE name = 'alive'")) != ["alive"] { await Task.yield() }
    return running
  }

  private func numbers(_ text: String) -> Set<Int> { Set(text.matches(of: /id o-(\d+)/).compactMap { Int($0.1) }) }

  @Test func `loses no order that it has shown when it is killed, and tells each once`() async throws {
    try await Project.with { project in
      let server = try await RedisServer()
      let first = try await start(project, server, "--verbose")
      let publishing = Task.detached { try server.cli((0..<3000).map(Self.order).joined()) }
      while try !first.output().contains("id o-") { await Task.yield() }
      first.signal(SIGKILL)
      let killed = try await first.end()
      #expect(killed.status == 128 + SIGKILL)
      _ = try await publishing.value
      let shown = numbers(killed.out)
      #expect(!shown.isEmpty)
      let second = try await start(project, server, "--verbose")
      try server.cli((3000..<3100).map(Self.order).joined())
      try server.cli(
        "PUBLISH ticker:AAPL '{\"type\":\"price\",\"symbol\":\"AAPL\",\"price\":100,\"volume\":null}'\nPUBLISH ticker:AAPL nonsense\n")
      while try project.rows("SELECT count(*) FROM bridge_events WHERE order_id >= 'o-3000' AND length(order_id) = 6") != ["100"] {
        await Task.yield()
      }
      second.signal(SIGTERM)
      let ended = try await second.end()
      #expect(ended.status == 143, "\(ended)")
      let kept = try project.rows("SELECT order_id FROM bridge_events")
      #expect(shown.union(3000..<3100).allSatisfy { kept.contains("o-\($0)") })
      #expect(Set(kept).count == kept.count)
      #expect(try project.rows("SELECT count(*) FROM bridge_events WHERE told = 0") == ["0"])
      // The tree keeps a row for each leaf: its keys are counted.
      for (name, start) in [("events", "x-"), ("orders", "o-")] {
        let told = try project.rows(
          """
          SELECT DISTINCT substr(rest, 1, instr(rest, '/') - 1) FROM
            (SELECT substr(replace(path, char(1), '/'), 21) AS rest FROM realtime_nodes
             WHERE replace(path, char(1), '/') GLOB 'tickers/AAPL/\(name)/\(start)*')
          """)
        #expect(told.count == kept.count, "\(name)")
      }
      #expect(try project.rows("SELECT reason FROM bridge_gaps") == ["the bridge was not at work"])
      #expect(try project.rows("SELECT price, volume FROM bridge_tickers") == ["100|NULL"])
      #expect(try project.rows("SELECT kind, message FROM bridge_rejected") == ["malformed|nonsense"])
      #expect(try project.entries(below: "data/sandbox/bridge").isEmpty)
      #expect(try project.entries(below: "data/sandbox").allSatisfy { $0.mode == ($0.isFolder ? 0o700 : 0o600) })
    }
  }

  @Test func `works beside a run, and neither waits for the other`() async throws {
    try await Project.with { project in
      let server = try await RedisServer()
      let bridge = try await start(project, server)
      let publishing = Task.detached { try server.cli((0..<2000).map(Self.order).joined()) }
      let run = try await project.jobs("run", "nightly", "--sandbox", "--date", "2026-01-15")
      #expect(run.status == 0, "\(run)")
      _ = try await publishing.value
      while try project.rows("SELECT count(*) FROM bridge_events WHERE told = 1") != ["2000"] { await Task.yield() }
      // A second one would hear everything twice.
      let second = try await project.jobs("bridge", "--sandbox", "--redis", "127.0.0.1:\(server.port)")
      #expect(second.status == 75 && second.err.contains("is at work for this project already"), "\(second)")
      bridge.signal(SIGINT)
      let ended = try await bridge.end()
      #expect(ended.status == 130, "\(ended)")
      #expect(try project.rows("PRAGMA integrity_check") == ["ok"])
    }
  }

  @Test func `says why it is not let in, and never a password`() async throws {
    try await Project.with { project in
      let password = "hunter2-\(UUID().uuidString)"
      let server = try await RedisServer(password: password)
      try project.write("redis: 127.0.0.1:\(server.port)\n", to: "Jobs/config/bridge.yaml")
      let without = try await project.jobs("bridge", "--sandbox")
      #expect(without.status == 77 && without.err.contains("NOAUTH"), "\(without)")
      try project.write("redis: 127.0.0.1:\(server.port)\nsecret: redis\n", to: "Jobs/config/bridge.yaml")
      let unset = try await project.jobs("bridge", "--sandbox")
      #expect(unset.status == 77 && unset.err.contains("jobs secrets set redis"), "\(unset)")
      let wrong = password + "x"
      try project.write(wrong, to: "secret")
      _ = try await project.jobs("secrets", "set", "redis", shell: "\"$@\" < secret")
      let refused = try await project.jobs("bridge", "--sandbox")
      #expect(refused.status == 77 && refused.err.contains("WRONGPASS"), "\(refused)")
      try project.write(password, to: "secret")
      _ = try await project.jobs("secrets", "set", "redis", shell: "\"$@\" < secret")
      let running = try project.start(["bridge", "--sandbox", "--verbose"])
      while try !running.errors().contains("subscribed") { await Task.yield() }
      running.signal(SIGTERM)
      let ended = try await running.end()
      #expect(ended.status == 143, "\(ended)")
      for end in [without, unset, refused, ended] { #expect(!(end.out + end.err).contains(password)) }
      for entry in try project.entries(below: "data/sandbox") where !entry.isFolder {
        #expect(try !Data(contentsOf: URL(filePath: "\(project.root)/\(entry.path)")).contains(Data(password.utf8)), "\(entry.path)")
      }
    }
  }

  @Test func `says what is wrong in its file, with the place`() async throws {
    try await Project.with { project in
      try project.write("redis: redis://a:b@c\nuser: jobs\nformat: tickers\nsymbol: [A]\n", to: "Jobs/config/bridge.yaml")
      let ended = try await project.jobs("bridge", "--sandbox", environment: ["NO_COLOR": "1"])
      #expect(ended.status == 78)
      for place in ["bridge.yaml:1:8\n", "bridge.yaml:2:1\n", "bridge.yaml:3:9\n", "bridge.yaml:4:1\n"] {
        #expect(ended.err.contains(place), "\(ended)")
      }
    }
  }

  @Test func `tells what an hour's volume is beside those of the days before, also of one that ended without it`() async throws {
    try await Project.with { project in
      let server = try await RedisServer()
      let first = try await start(project, server)
      for volume in ["0.1", "\"0.2\"", "null"] {
        try server.cli("PUBLISH ticker:AAPL '{\"type\":\"price\",\"symbol\":\"AAPL\",\"price\":100,\"volume\":\(volume)}'\n")
      }
      // In one hour, or in two when one ended meanwhile.
      while try project.rows("SELECT sum(seen), round(sum(volume), 9) FROM bridge_hours") != ["3|0.3"] { await Task.yield() }
      #expect(try !project.rows("SELECT volume FROM bridge_hours").contains { $0.hasPrefix("0.30000") })
      first.signal(SIGKILL)
      _ = try await first.end()
      let database = try Database("\(project.root)/\(project.sandboxDatabase)")
      let hour: Int64 = 1_768_392_000_000  // 2026-01-14T12:00Z
      try database.execute("UPDATE bridge_marks SET at = 0 WHERE name = 'began'")
      for (symbol, last) in [("BTCUSDT", "500.5"), ("ETHUSDT", "110"), ("NEW", "7")] {
        for day in 0...(symbol == "NEW" ? 1 : 20) {
          let volume = day == 0 ? last : "\(100 + day % 3)"
          try database.execute(
            """
            INSERT INTO bridge_hours (symbol, hour, seen, open, low, high, close, volume, gap, progress)
            VALUES ('\(symbol)', \(hour - Int64(day) * 86_400_000), 3, '10', '9', '12', '11', '\(volume)', \(day == 0 ? "NULL" : "0"), \(day == 0 ? 0 : 2))
            """)
        }
      }
      let second = try await start(project, server)
      while try project.rows("SELECT count(*) FROM bridge_hours WHERE progress < 2 AND hour = \(hour)") != ["0"] { await Task.yield() }
      second.signal(SIGTERM)
      let ended = try await second.end()
      #expect(ended.status == 143, "\(ended)")
      let told = try project.rows("SELECT replace(path, char(1), '/'), value FROM realtime_nodes WHERE path GLOB 'signals*' ORDER BY 1")
      let place = "/1h/volume/2026-01-14T12:00:00Z"
      for (symbol, unusual) in [("BTCUSDT", "true"), ("ETHUSDT", "false")] {
        #expect(
          try project.rows(
            """
            SELECT value FROM realtime_nodes WHERE replace(path, char(1), '/') = 'signals/\(symbol)\(place)/unusual'
            UNION ALL SELECT value FROM realtime_nodes WHERE replace(path, char(1), '/') = 'signals/\(symbol)\(place)/complete'
            """) == [unusual, "true"], "\(told)")
      }
      #expect(try project.rows("SELECT count(*) FROM realtime_nodes WHERE replace(path, char(1), '/') GLOB 'signals/NEW/*'") == ["0"])
      #expect(
        try project.rows("SELECT symbol, is_unusual FROM volume_states WHERE source = 'bridge' AND interval = '1h' ORDER BY 1")
          == ["BTCUSDT|1", "ETHUSDT|0"])
    }
  }

  @Test func `ends by itself when it is told how long to work, and says whether something is left`() async throws {
    try await Project.with { project in
      let server = try await RedisServer()
      let first = try await start(project, server)
      try server.cli(Self.order(1))
      while try project.rows("SELECT count(*) FROM bridge_events") != ["1"] { await Task.yield() }
      first.signal(SIGKILL)
      _ = try await first.end()
      try Database("\(project.root)/\(project.sandboxDatabase)").execute("UPDATE bridge_events SET told = 0")
      let second = try await project.jobs("bridge", "--sandbox", "--redis", "127.0.0.1:\(server.port)", "--for", "0s")
      #expect(second.status == 0, "\(second)")
      #expect(try project.rows("SELECT told FROM bridge_events") == ["1"])
      // Nobody listens there.
      let third = try await project.jobs("bridge", "--sandbox", "--redis", "127.0.0.1:1", "--for", "1s")
      #expect(third.status == 75 && third.err.contains("no connection"), "\(third)")
      let wrong = try await project.jobs("bridge", "--sandbox", "--for", "soon")
      #expect(wrong.status == 64, "\(wrong)")
    }
  }

  @Test func `gives the report a section of the bots' day`() async throws {
    try await Project.with { project in
      try project.job("morning", "steps:\n  report: { uses: report.nightly }")
      let empty = try await project.jobs("run", "morning", "--sandbox", "--date", "2026-01-14")
      #expect(empty.status == 0, "\(empty)")
      #expect(try !project.text("reports/sandbox/morning/2026-01-14/index.html").contains("The bots' day"))
      let noon: Int64 = 1_768_392_000_000  // 2026-01-14T12:00Z
      let database = try Database("\(project.root)/\(project.sandboxDatabase)")
      try database.execute(
        "INSERT INTO bridge_hours (symbol, hour, seen, low, high) "
          + "VALUES ('<b>AAPL', \(noon), 7, '99.5', '101'), ('<b>AAPL', \(noon + 86_400_000), 9, '1', '2')")
      for (key, price, side, seen, at) in [
        ("a", "101", "buy", "100", 1), ("b", "99.9", "sell", "100", 2), ("c", "50", "buy", "100", 90_000_000),
      ] {
        try database.execute(
          """
          INSERT INTO bridge_events (event_key, order_id, symbol, event, status, side, happened_at, received_at, price, quantity, seen_price, \
          seen_at, message, told) VALUES ('\(key)', '\(key)', '<b>AAPL', 'fill', 'filled', '\(side)', 0, \(noon + Int64(at)), '\(price)', '1', \
          '\(seen)', \(noon), '{}', 1)
          """)
      }
      let ended = try await project.jobs("run", "morning", "--sandbox", "--date", "2026-01-15")
      #expect(ended.status == 0, "\(ended)")
      let table = try project.text("reports/sandbox/morning/2026-01-15/bots.csv").split(separator: "\r\n")
      #expect(table.count == 2 && table[1].hasPrefix("<b>AAPL,7,99.5,101,2,2,0,0.005"), "\(table)")
      let page = try project.text("reports/sandbox/morning/2026-01-15/index.html")
      #expect(page.contains("The bots") && page.contains("+55.0 bp of 2 (n &lt; 30)") && !page.contains("<b>AAPL"), "\(page.count)")
      #expect(try project.text("reports/sandbox/morning/2026-01-15/report.json").contains("\"sample\": 2"))
    }
  }
}
