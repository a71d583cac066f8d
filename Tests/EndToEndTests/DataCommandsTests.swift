import Foundation
import Testing

@Suite struct `jobs data` {
  private static let header = "symbol,interval,open_time,open,high,low,close,volume\n"
  /// As it is exported: sorted, numbers in their shortest form.
  private static let candles =
    header + """
      '=cmd,1d,2026-01-01T00:00:00Z,1,1,1,1,0
      A,1d,2026-01-01T00:00:00Z,0.00000001,0.1,0.000000001,0.05,12345678901.5
      A,1d,2026-01-02T00:00:00Z,1,2,0.5,1.5,1e-300
      "a,b",1h,2026-01-01T00:00:00.250Z,4261.48,1.5e300,4200.74,4285.08,795.150377

      """

  @Test func `goes out and comes back to the same bytes, as CSV and as JSON`() async throws {
    try await Project.with { project in
      // Another order, other line ends, a column too many: the same candles.
      let lines = Self.candles.split(separator: "\n")
      try project.write(([lines[0]] + lines[1...].reversed()).map { "\($0)\r\n" }.joined(), to: "a.csv")
      let first = try await project.jobs("data", "import", "a.csv", "--source", "desk")
      #expect(first.out == "imported 4 candles of 3 series as `desk`: 4 new, 0 restated, 0 unchanged\n", "\(first)")
      #expect(try await project.jobs("data", "export", "candles").out == Self.candles)
      let json = try await project.jobs("data", "export", "candles", "--format", "json")
      try project.write(json.out, to: "a.json")
      #expect(try JSONSerialization.jsonObject(with: Data(json.out.utf8)) is [String: Any])
      #expect(try await project.jobs("data", "import", "a.json", "--source", "copy").status == 0)
      #expect(try await project.jobs("data", "export", "candles", "--source", "copy").out == Self.candles)
      let again = try await project.jobs("data", "import", "a.csv", "--source", "desk", "--json")
      let document = try JSONDecoder().decode(Import.self, from: Data(again.out.utf8))
      #expect(document.schema == "jobs.data.import/1" && document.unchanged == 4 && document.new == 0)

      let both = try await project.jobs("data", "export", "candles", "--symbol", "A")
      #expect(both.status == 64 && both.err.contains("from copy and from desk") && both.out.isEmpty, "\(both)")
      let one = try await project.jobs("data", "export", "candles", "--symbol", "a,b", "--interval", "1h", "--source", "desk")
      #expect(one.out.split(separator: "\n").count == 2)
      let none = try await project.jobs("data", "export", "candles", "--symbol", "Q")
      #expect(none.status == 64 && none.err.contains("no candle is stored for Q"), "\(none)")
    }
  }

  @Test func `exports a sandbox night as it is stored, and takes it back without a change`() async throws {
    try await Project.with { project in
      let night = try await project.jobs(
        "run", "nightly", "--sandbox", "--date", "2026-01-15", "--set", "history=60d", "--set", "hourly_history=2d")
      #expect(night.status == 0, "\(night)")
      let csv = try await project.jobs("data", "export", "candles", "--sandbox")
      let rows = try project.rows(
        "SELECT symbol, interval, open, high, low, close, volume FROM candles ORDER BY symbol, interval, open_time")
      let exported = csv.out.split(separator: "\n").dropFirst().map { line in
        let fields = line.split(separator: ",")
        return (fields[0...1].map(String.init) + fields[3...].map { "\(Double($0)!)" }).joined(separator: "|")
      }
      #expect(exported.sorted() == rows.sorted() && !rows.isEmpty)
      try project.write(csv.out, to: "night.csv")
      let before = try project.learned()
      let back = try await project.jobs("data", "import", "night.csv", "--source", "binance", "--symbol", "BTCUSDT", "--sandbox")
      #expect(back.status == 0 && back.out.contains(" 0 new, 0 restated, "), "\(back)")
      expectSame(before, try project.learned())
    }
  }

  @Test func `imports all or nothing, and names every bad line`() async throws {
    try await Project.with { project in
      try project.write(Self.header + "A,1d,2026-01-01,1,1,1,1,1\nA,1d,2026-01-02,NaN,1,1,1,1\nA,1d,2026-01-03,1,2,3,1,1\n", to: "bad.csv")
      let ended = try await project.jobs("data", "import", "bad.csv", "--json")
      #expect(ended.status == 65, "\(ended)")
      #expect(
        ended.err == """
          error: bad.csv: 2 lines cannot be read; nothing was imported
            line 3: open `NaN` is not a decimal number
            line 4: open or close lies above high or below low

          """)
      #expect(try JSONDecoder().decode(Problem.self, from: Data(ended.out.utf8)).status == 65)
      #expect(!FileManager.default.fileExists(atPath: "\(project.root)/data/jobs.sqlite"))
    }
  }

  @Test(
    arguments: [
      (["data", "import", "nofile"], 74, "nofile: No such file or directory"), (["data", "import", "Jobs"], 74, "Jobs: Is a directory"),
      (["data", "import", "/dev/null"], 65, "the file is empty"), (["data", "import", "crontab"], 65, "this is no header of candles"),
      (["data", "import", "/dev/null", "--source", "a b"], 64, "--source `a b` is no name"),
      (["data", "import", "/dev/null", "--interval", "2d"], 64, "--interval `2d` is unknown"),
      (["data", "export", "candles"], 65, "nothing is stored yet"), (["data", "status"], 65, "nothing is stored yet"),
      (["data", "export", "coffee"], 64, "coffee"),
    ] as [([String], Int32, String)])
  func `says what it cannot do`(arguments: [String], status: Int32, message: String) async throws {
    try await Project.with { project in
      let ended = try await project.start(arguments).end()
      #expect(ended.status == status && ended.err.contains(message) && ended.out.isEmpty, "\(ended)")
    }
  }

  @Test func `status tells what is stored`() async throws {
    try await Project.with { project in
      try project.write(Self.candles, to: "a.csv")
      _ = try await project.jobs("data", "import", "a.csv")
      let table = try await project.jobs("data", "status")
      #expect(table.out.contains(/\nA +1d +import +2  2026-01-01T00:00:00Z +2026-01-02T00:00:00Z +- +-\n/), "\(table)")
      #expect(table.out.contains("data/jobs.sqlite"))
      let json = try await project.jobs("data", "status", "--json")
      let status = try JSONDecoder().decode(Status.self, from: Data(json.out.utf8))
      #expect(status.schema == "jobs.data.status/1")
      #expect(status.series.map { "\($0.symbol) \($0.candles)" } == ["=cmd 1", "A 2", "a,b 1"])
      #expect(status.tables["candles"] == 4)
      #expect(status.files.first.map { $0.bytes > 0 } == true)
    }
  }

  @Test func `stops without a word when nobody reads on, and with one when the disk is full`() async throws {
    try await Project.with { project in
      let lines = (1...20_000).map { "A,1s,\(Date(timeIntervalSince1970: Double($0)).formatted(.iso8601)),1,1,1,1,1\n" }
      try project.write(Self.header + lines.joined(), to: "long.csv")
      _ = try await project.jobs("data", "import", "long.csv")
      let head = try await project.jobs("data", "export", "candles", shell: #"{ "$@"; echo $? >status; } | head -1"#)
      #expect(head.out == Self.header && head.err.isEmpty, "\(head)")
      #expect(try project.text("status") == "141\n")
      let full = try await project.jobs("data", "export", "candles", shell: #""$@" > /dev/full"#)
      #expect(full.status == 74, "\(full)")
    }
  }

  private struct Import: Decodable {
    let schema: String
    let new: Int?
    let unchanged: Int?
  }

  private struct Problem: Decodable { let status: Int32 }

  private struct Status: Decodable {
    let schema: String
    let series: [Series]
    let tables: [String: Int]
    let files: [File]

    struct Series: Decodable {
      let symbol: String
      let candles: Int
    }

    struct File: Decodable { let bytes: Int }
  }
}
