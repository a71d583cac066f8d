import Foundation
import Testing

@Suite struct `Bad input` {
  private let night = ["run", "nightly", "--sandbox", "--date", "2026-01-15"]

  @Test func `of a graph is told all at once, with places and the nearest names`() async throws {
    try await Project.with { project in
      try project.job(
        "broken",
        """
        steps:
          fetch:
            uses: binance.candels
            each: { symbol: $watchlist.crypto, interval: [1d] }
          fetch:
            uses: shell
            with: { run: ["true"] }
        """)
      let ended = try await project.jobs("run", "broken", "--sandbox", "--date", "2026-01-15")
      #expect(ended.status == 78)
      #expect(ended.out == "")
      #expect(
        ended.err == """
          error[E112]: no operation is called `binance.candels`
           --> Jobs/broken.yaml:5:11
            |
          5 |     uses: binance.candels
            |           ^^^^^^^^^^^^^^^ unknown operation
            = an operation with a similar name exists: `binance.candles`
            = `jobs operations` lists them all
          error[E105]: the key `fetch` stands twice
           --> Jobs/broken.yaml:7:3, 4:3
            |
          7 |   fetch:
            |   ^^^^^ it stands on line 4 already
          2 errors, 0 warnings

          """)
      #expect(!FileManager.default.fileExists(atPath: "\(project.root)/data"), "nothing was begun")
    }
  }

  @Test func `that goes round in a circle is shown as a path`() async throws {
    try await Project.with { project in
      try project.job(
        "circle",
        """
        steps:
          a: { uses: shell, needs: [b], with: { run: ["true"] } }
          b: { uses: shell, needs: [c], with: { run: ["true"] } }
          c: { uses: shell, needs: [a], with: { run: ["true"] } }
        """)
      let ended = try await project.jobs("run", "circle", "--sandbox")
      #expect(ended.status == 78)
      #expect(ended.err.contains("error[E120]: steps wait for each other: a -> b -> c -> a\n"))
      #expect(ended.err.contains("Jobs/circle.yaml:4:29"))
    }
  }

  @Test(arguments: [
    (
      "crypto: [BTCUSDT]\nequties: [AAPL]\n",
      ["Jobs/nightly.yaml:54:21", "the watchlist has no list `equities`", "a list with a similar name exists: `equties`"]
    ),
    ("crypto: [BTCUSDT]\nequities: [AA PL]\n", ["Jobs/config/watchlist.yaml:2:12", "`AA PL` is no symbol"]),
    (
      "crypto: [BTCUSDT]\nequities: [{ symbol: AAPL, wieght: 3 }]\n",
      ["Jobs/config/watchlist.yaml:2:28", "wieght", "similar name exists: `weight`"]
    ),
    ("crypto: [BTCUSDT]\nequities: [{ symbol: AAPL, weight: much }]\n", ["Jobs/config/watchlist.yaml:2:36", "number"]),
    ("crypto: [BTCUSDT\nequities: [AAPL]\n", ["Jobs/config/watchlist.yaml:2:"]),
  ])
  func `in the watchlist is told with line, column and what was expected`(text: String, words: [String]) async throws {
    try await Project.with { project in
      try project.write(text, to: project.watchlist)
      let ended = try await project.start(night).end()
      #expect(ended.status == 78)
      for word in words { #expect(ended.err.contains(word), "\(ended)") }
    }
  }

  @Test func `that names no job, or no flag, or no step, is a matter of usage`() async throws {
    try await Project.with { project in
      let job = try await project.jobs("run", "nightl", "--sandbox")
      #expect(job.status == 64)
      #expect(job.err.contains("no job is called `nightl`"))
      #expect(job.err.contains("nightly"))
      let flag = try await project.jobs("run", "nightly", "--sandbx")
      #expect(flag.status == 64)
      #expect(flag.err.contains("Did you mean '--sandbox'?"))
      let step = try await project.start(night + ["--only", "reprot"]).end()
      #expect(step.status == 64)
      #expect(step.err.contains("no step is called `reprot`; the steps are: instruments, crypto,"))
      let date = try await project.jobs("run", "nightly", "--sandbox", "--date", "2026-02-30")
      #expect(date.status == 64)
      #expect(date.err.contains("--date is `2026-02-30`; write a day such as 2026-01-15"))
      let faults = try await project.jobs("run", "nightly", "--sandbox-faults", "x.json")
      #expect(faults.status == 64)
    }
  }

  @Test func `in the crontab is shown with its place, and a run is not dated by guess`() async throws {
    try await Project.with { project in
      try project.write("CRON_TZ=UTC\n61 2 * * * jobs run nightly\n", to: "crontab")
      let mistake = "crontab:2:1: error: minute (field 1 of 5): 61 is out of range; allowed: 0-59\n"
      let checked = try await project.jobs("check")
      #expect(checked.status == 78)
      #expect(
        checked.err.contains("error[E201]: minute (field 1 of 5): 61 is out of range; allowed: 0-59\n --> crontab:2:1\n"), "\(checked)")
      let undated = try await project.jobs("run", "nightly", "--sandbox")
      #expect(undated.status == 78, "\(undated)")
      #expect(undated.err.contains(mistake), "\(undated)")
      #expect(!FileManager.default.fileExists(atPath: "\(project.root)/data"), "nothing was begun")
      let dated = try await project.start(night + ["--set", "history=30d", "--set", "hourly_history=1d"]).end()
      #expect(dated.status == 0, "\(dated)")
    }
  }

  @Test func `is one document for programs, too`() async throws {
    try await Project.with { project in
      try project.write("crypto: [BTCUSDT]\nequties: [AAPL]\n", to: project.watchlist)
      let ended = try await project.start(night + ["--json"]).end()
      #expect(ended.status == 78)
      let document = try #require(try JSONSerialization.jsonObject(with: Data(ended.out.utf8)) as? [String: Any])
      #expect(document["ok"] as? Bool == false)
    }
  }

  @Test func `of a missing key leaves out what needs it, says how to get one, and does the rest`() async throws {
    try await Project.with { project in
      // Not the sandbox, which takes any key; nothing may be asked of anybody.
      let rest = ["--skip", "instruments", "--skip", "crypto", "--skip", "crypto_hourly"]
      let nightly = try await project.start(["run", "nightly", "--date", "2026-01-15"] + rest).end()
      #expect(nightly.status == 3, "\(nightly)")
      let hint = "no key `alphavantage` is set; a free one takes a minute at https://www.alphavantage.co/support/#api-key"
      #expect(nightly.out.contains(hint))
      #expect(nightly.out.contains("PARTIAL"))
      #expect(nightly.out.contains("Report   reports/nightly/2026-01-15/index.html"))

      try project.job("shares", "steps:\n  equities:\n    uses: alphavantage.candles\n    each: { symbol: $watchlist.equities }")
      let shares = try await project.jobs("run", "shares", "--date", "2026-01-15")
      #expect(shares.status == 77, "\(shares)")
      #expect(shares.out.contains("no key `alphavantage` is set"))
    }
  }

  @Test func `in a key's file is not used when others can read it`() async throws {
    try await Project.with { project in
      try FileManager.default.createDirectory(atPath: "\(project.root)/data/secrets", withIntermediateDirectories: true)
      try project.write("SECRETKEY", to: "data/secrets/alphavantage")
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: "\(project.root)/data/secrets/alphavantage")
      try project.job("shares", "steps:\n  equities:\n    uses: alphavantage.candles\n    each: { symbol: $watchlist.equities }")
      let ended = try await project.jobs("run", "shares", "--date", "2026-01-15")
      #expect(ended.status == 77)
      #expect(ended.out.contains("can be read by others, so its key is not used; `chmod 600 "))
      #expect(!ended.description.contains("SECRETKEY"))
    }
  }

  @Test func `behind an address that nobody answers at fails, and shows no key`() async throws {
    try await Project.with { project in
      try project.job(
        "shares",
        """
        defaults: { retry: { attempts: 1 } }
        steps:
          equities:
            uses: alphavantage.candles
            each: { symbol: $watchlist.equities }
        """)
      let ended = try await project.jobs("run", "shares", "--date", "2026-01-15", environment: ["JOBS_SECRET_ALPHAVANTAGE": "SECRETKEY"])
      #expect(ended.status == 1, "\(ended)")
      #expect(ended.out.contains("alphavantage AAPL"))
      #expect(!ended.description.contains("SECRETKEY"))
      for entry in try project.entries(below: "data") where !entry.isFolder {
        let bytes = try Data(contentsOf: URL(filePath: "\(project.root)/\(entry.path)"))
        #expect(bytes.firstRange(of: Data("SECRETKEY".utf8)) == nil, "\(entry.path)")
      }
    }
  }
}
