import Foundation
import Testing

@Suite struct `An import of another store` {
  private let header = "timestamp,open,high,low,close,volume,symbol\n"

  private func lines(_ symbol: String, _ days: ClosedRange<Int>, close: String = "1.5") -> String {
    days.map { "2024-01-\($0 < 10 ? "0" : "")\($0),1.0,2.0,0.5,\(close),10.25,\(symbol)\n" }.joined()
  }

  private func database(_ project: Project) throws -> Database { try Database("\(project.root)/data/jobs.sqlite") }

  private let candles =
    "SELECT source, symbol, interval, open_time, open, high, low, close, volume, close_time FROM candles ORDER BY 1, 2, 3, 4"

  @Test func `is checked, brought in, shown, traced, repeated without a change, and taken back`() async throws {
    try await Project.with { project in
      try project.write(header + lines("AAA", 1...9), to: "a.csv")
      try project.write(header + lines("BBB", 1...9) + lines("BBB", 9...9), to: "b.csv")
      let words = ["migrate", "import", "a.csv", "b.csv", "--mapping", "legacy-csv"]
      let look = try await project.start(words + ["--dry-run"]).end()
      #expect(
        look.status == 0 && look.out == "18 candles of 19 rows, 1 said twice can be imported as `legacy`; nothing was stored (--dry-run)\n",
        "\(look)")
      #expect(!FileManager.default.fileExists(atPath: "\(project.root)/data/jobs.sqlite"))

      let done = try await project.start(words).end()
      #expect(done.status == 0 && done.out.hasSuffix("as `legacy`: 18 new, 0 restated, 0 unchanged, 2 series\n"), "\(done)")
      let stored = try database(project).lines(candles)
      #expect(stored.count == 18 && stored[0] == "legacy|AAA|1d|1704067200000|1.0|2.0|0.5|1.5|10.25|1704153599999", "\(stored.first ?? "")")
      let again = try await project.start(words).end()
      #expect(again.status == 0 && again.out.contains("is already there"), "\(again)")
      let trace = try await project.jobs("trace", "candle", "AAA/1d/2024-01-03")
      #expect(trace.status == 0 && trace.out.contains("a.csv line 4") && trace.out.contains("it says the same"), "\(trace)")

      let status = try await project.jobs("migrate", "status")
      let id = try #require(status.out.firstMatch(of: /([0-9a-f]{12})  legacy-csv/)).1
      #expect(status.out.contains("committed"), "\(status)")
      let back = try await project.jobs("migrate", "import", "--rollback", String(id))
      #expect(back.status == 0 && back.out == "took back \(id): 18 candles are gone, 0 are as they were\n", "\(back)")
      #expect(try database(project).lines(candles).isEmpty)
    }
  }

  @Test func `with rows that are none is refused, and says which and why`() async throws {
    try await Project.with { project in
      try project.write(header + lines("AAA", 1...3) + "2024-01-04,1,0.9,0.5,1,10,AAA\n" + lines("AAA", 3...3, close: "1.25"), to: "a.csv")
      let refused = try await project.jobs("migrate", "import", "a.csv", "--mapping", "legacy-csv")
      #expect(refused.status == 65, "\(refused)")
      #expect(
        refused.out.hasPrefix("refused: 3 candles of 5 rows, 2 refused; the mapping tolerates 0%, so nothing was imported"), "\(refused)")
      #expect(refused.out.contains("a.csv line 5: its numbers break the rule `body_outside_range`"), "\(refused)")
      #expect(refused.out.contains("a.csv line 6: line 4 says otherwise of the same candle"), "\(refused)")
      #expect(try database(project).lines(candles).isEmpty)
      // The same rows with a mapping that tolerates them.
      try project.write(try project.text("Jobs/imports/legacy-csv.yaml") + "tolerate: 50%\n", to: "Jobs/imports/legacy-csv.yaml")
      let done = try await project.jobs("migrate", "import", "a.csv", "--mapping", "legacy-csv", "--json")
      let document = try #require(try JSONSerialization.jsonObject(with: Data(done.out.utf8)) as? [String: Any])
      #expect(done.status == 0 && document["state"] as? String == "committed" && document["refused"] as? Int == 2, "\(done)")
    }
  }

  @Test func `names what is wrong with the words, the mapping, and the files`() async throws {
    try await Project.with { project in
      try project.write(header, to: "a.csv")
      #expect(try await project.jobs("migrate", "import").status == 64)
      let unknown = try await project.jobs("migrate", "import", "a.csv", "--mapping", "legcy-csv")
      #expect(
        unknown.status == 64 && unknown.err.contains("the mappings are: databutton-json, firestore-candles, legacy-csv"), "\(unknown)")
      #expect(unknown.err.contains("one with a similar name exists: `legacy-csv`"), "\(unknown)")
      #expect(try await project.jobs("migrate", "import", "none.csv", "--mapping", "legacy-csv").status == 74)
      let empty = try await project.jobs("migrate", "import", "a.csv", "--mapping", "legacy-csv")
      #expect(empty.status == 65 && empty.out.contains("there is no candle, so nothing was imported"), "\(empty)")
      let noTree = try await project.jobs("migrate", "import", "a.csv", "--mapping", "firestore-candles")
      #expect(noTree.status == 65 && noTree.err.contains("no JSON"), "\(noTree)")
      try project.replace(/format: csv/, with: "format: cvs", in: "Jobs/imports/legacy-csv.yaml")
      let mistake = try await project.jobs("migrate", "import", "a.csv", "--mapping", "legacy-csv")
      #expect(mistake.status == 78 && mistake.err.contains("Jobs/imports/legacy-csv.yaml:6:9"), "\(mistake)")
      #expect(mistake.err.contains("a word with a similar name exists: `csv`"), "\(mistake)")
      #expect(try await project.jobs("check").status == 78)
    }
  }

  @Test func `of each other kind of store comes in by the project's mapping`() async throws {
    try await Project.with { project in
      let bar = #""open": 1, "high": 2, "low": 0.5, "close": 1.5, "volume": 10"#
      try project.write(
        #"{"__collections__": {"market_data": {"AAA": {"__collections__": {"candles": {"x": {"timestamp": "2024-01-01", \#(bar)}}}}}}}"#,
        to: "f.json")
      try project.write(#"{"candles": {"BRK_B": {"1d": {"1704067200": {"o": 1, "h": 2, "l": 0.5, "c": 1.5, "v": 10}}}}}"#, to: "r.json")
      try project.write(
        #"{"symbol": {"0": "CCC"}, "timestamp": {"0": 1704067200000}, "open": {"0": 1}, "high": {"0": 2}, "low": {"0": 0.5}, "close": {"0": 1.5}, "volume": {"0": 10}}"#,
        to: "d.json")
      let prices = try Database("\(project.root)/p.sqlite", isNew: true)
      try prices.execute("CREATE TABLE prices (ticker TEXT, date TEXT, open REAL, high REAL, low REAL, close REAL, volume INTEGER)")
      try prices.execute("INSERT INTO prices VALUES ('DDD', '2024-01-01', 1, 2, 0.5, 1.5, 10)")
      for (file, mapping) in [
        ("f.json", "firestore-candles"), ("r.json", "realtime-candles"), ("d.json", "databutton-json"), ("p.sqlite", "sqlite-prices"),
      ] {
        let done = try await project.jobs("migrate", "import", file, "--mapping", mapping)
        #expect(done.status == 0 && done.out.contains("1 new"), "\(file): \(done)")
      }
      let stored = try database(project).lines("SELECT source, symbol, interval, open_time, close, volume FROM candles ORDER BY 1")
      #expect(
        stored == [
          "databutton|CCC|1h|1704067200000|1.5|10.0", "firestore|AAA|1d|1704067200000|1.5|10.0", "realtime|BRK.B|1d|1704067200000|1.5|10.0",
          "sqlite|DDD|1d|1704067200000|1.5|10.0",
        ])
    }
  }

  /// Killed at moments spread over a whole import: nobody ever sees a part of it, and the same command ends it.
  @Test func `that is killed is not there or whole, and goes on where it was`() async throws {
    try await Project.with { project in
      let days = (0..<12_000).map { day -> String in
        let date = Date(timeIntervalSince1970: Double(day) * 86_400).formatted(.iso8601.year().month().day())
        return "\(date),1.0,2.0,0.5,1.5,\(day).25,AAA\n"
      }
      try project.write(header + days.joined(), to: "a.csv")
      let calm = try project.copy()
      let words = ["migrate", "import", "a.csv", "--mapping", "legacy-csv"]
      let (clock, began) = (ContinuousClock(), ContinuousClock.now)
      #expect(try await calm.start(words).end().status == 0)
      let whole = clock.now - began
      let expected = try database(calm).lines(candles)
      #expect(expected.count == 12_000)
      for blow in 1...8 {
        _ = try await project.start(words).killed(after: whole * blow / 9)
        guard FileManager.default.fileExists(atPath: "\(project.root)/data/jobs.sqlite") else { continue }
        let tables = try database(project).lines("SELECT name FROM sqlite_master WHERE name = 'candles'")
        let count = tables.isEmpty ? 0 : try database(project).lines(candles).count
        #expect(count == 0 || count == 12_000, "a part of an import is seen after blow \(blow): \(count)")
      }
      let done = try await project.start(words).end()
      #expect(done.status == 0, "\(done)")
      #expect(try database(project).lines(candles) == expected)
      #expect(try database(project).lines("PRAGMA integrity_check") == ["ok"])
      #expect(try database(project).lines("SELECT rows_read, rows_refused FROM imports") == ["12000|0"])
    }
  }
}

/// The folder of shared recorded data: named by JOBS_SHARED, or beside the checkout.
private let legacy: String? = {
  let beside = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared").standardized.path()
  let folder = "\(ProcessInfo.processInfo.environment["JOBS_SHARED"] ?? beside)/data/legacy-csv"
  return FileManager.default.fileExists(atPath: folder) ? folder : nil
}()

@Suite(.enabled(if: legacy != nil, "the shared data is not there; name its folder with JOBS_SHARED"))
struct `The legacy files` {
  @Test func `come in with their own numbers, and go out as they came`() async throws {
    let folder = try #require(legacy)
    try await Project.with { project in
      let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".csv.gz") }.sorted()
      #expect(files.count >= 10)
      let done = try await project.start(["migrate", "import"] + files.map { "\(folder)/\($0)" } + ["--mapping", "legacy-csv"]).end()
      #expect(done.status == 0, "\(done)")
      var expected: [String] = []
      for file in files {
        let text = String(decoding: try RecordedFiles.unpacked("\(folder)/\(file)"), as: UTF8.self)
        for line in text.split(whereSeparator: \.isNewline).dropFirst() {
          let fields = line.split(separator: ",").map(String.init)
          let numbers = fields[1...5].map { "\(Double($0)!)" }.joined(separator: "|")
          expected.append("\(fields[6])|\(fields[0])|\(numbers)")
        }
      }
      let stored = try Database("\(project.root)/data/jobs.sqlite").lines(
        "SELECT symbol, date(open_time / 1000, 'unixepoch'), open, high, low, close, volume FROM candles WHERE source = 'legacy'")
      func numbers(_ line: String) -> String {
        line.split(separator: "|").map { Double($0).map { "\($0)" } ?? String($0) }.joined(separator: "|")
      }
      #expect(expected.count > 10_000)
      #expect(stored.map(numbers).sorted() == expected.map(numbers).sorted())
    }
  }
}
