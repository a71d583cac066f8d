import Foundation
import Testing

@Suite struct `jobs analyze indicators` {
  /// The recorded candles and the values that TA-Lib and NumPy give for them, beside the tests of the analysis.
  private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../AnalysisTests/Fixtures")
    .standardized
    .path()

  @Test func `prints every expected value of a file, and no other`() async throws {
    try await Project.with { project in
      var found: [String: Double] = [:]
      for interval in ["1d", "1h"] {
        let ended = try await project.jobs("analyze", "indicators", "--input", "\(Self.fixtures)/candles.csv", "--interval", interval)
        #expect(ended.status == 0 && ended.out.hasPrefix("symbol,open_time,name,value\n") && !ended.out.contains("\r"))
        found.merge(Self.values(ended.out)) { $1 }
      }
      let expected = Self.values(try String(contentsOfFile: "\(Self.fixtures)/expected.csv", encoding: .utf8))
      #expect(found.count == 31_378 && Set(found.keys) == Set(expected.keys))
      // The exact tolerances are the business of the analysis' own tests; here a wrong column or row would show.
      let largest = Dictionary(grouping: expected, by: { String($0.key.prefix { $0 != "," }) }).mapValues {
        $0.map { abs($0.value) }.max()!
      }
      for (key, value) in expected {
        let scale = max(1, min(abs(value) * 1e6, largest[String(key.prefix { $0 != "," })]!))
        #expect(abs(found[key]! - value) <= 1e-5 * max(abs(value), 1) || abs(found[key]! - value) <= 1e-9 * scale, "\(key)")
      }
    }
  }

  @Test func `prints what is asked for, reads a pipe, and writes a file whole`() async throws {
    try await Project.with { project in
      let input = "\(Self.fixtures)/candles.csv"
      let piped = try await project.jobs(
        "analyze", "indicators", "--input", "-", "--interval", "1d", "--name", "sma_9", "--name", "rsi_14", shell: #"cat \#(input) | "$@""#)
      #expect(piped.status == 0, "\(piped.err)")
      #expect(Set(Self.values(piped.out).keys.map { $0.split(separator: ",")[2] }) == ["sma_9", "rsi_14"])
      #expect(piped.out.hasPrefix("symbol,open_time,name,value\nBTCUSDT,2017-08-25T00:00:00Z,sma_9,4154.0466"))
      let written = try await project.jobs(
        "analyze", "indicators", "--input", input, "--interval", "1d", "--name", "sma_9", "--name", "rsi_14", "--output", "out.csv")
      #expect(written.status == 0 && written.out.isEmpty, "\(written)")
      #expect(try project.text("out.csv") == piped.out)
      let json = try await project.jobs("analyze", "indicators", "--input", input, "--interval", "1d", "--name", "sma_9", "--json")
      let document = try JSONDecoder().decode(Document.self, from: Data(json.out.utf8))
      #expect(document.schema == "jobs.analyze.indicators/1" && document.values.first?.symbol == "BTCUSDT")
    }
  }

  @Test(
    arguments: [
      (["--input", "FIXTURE"], 64, "several intervals: 1h, 1d; choose one with --interval"),
      (["--input", "FIXTURE", "--interval", "1w"], 64, "none of the 774 candles is of 1w"),
      (["--input", "FIXTURE", "--name", "RSI"], 64, "no indicator is called `RSI`"),
      (["--input", "FIXTURE", "--interval", "1d", "--output", "/dev/full"], 74, "/dev/full cannot be written"),
      (["--input", "FIXTURE", "--interval", "1d", "--output", "no/such/file"], 74, "no/such/file"),
      (["--input", "nofile"], 74, "nofile: No such file or directory"), (["--input", "Jobs"], 74, "Jobs: Is a directory"),
      (["--input", "/dev/null"], 65, "line 1: the file is empty"), ([], 64, "--input"),
    ] as [([String], Int32, String)])
  func `says what it cannot do`(arguments: [String], status: Int32, message: String) async throws {
    try await Project.with { project in
      let arguments = arguments.map { $0.replacing("FIXTURE", with: "\(Self.fixtures)/candles.csv") }
      let ended = try await project.start(["analyze", "indicators"] + arguments).end()
      #expect(ended.status == status && ended.err.contains(message) && ended.out.isEmpty, "\(ended)")
    }
  }

  /// By symbol, time and name.
  private static func values(_ csv: String) -> [String: Double] {
    var values: [String: Double] = [:]
    for line in csv.split(separator: "\n").dropFirst() {
      guard let comma = line.lastIndex(of: ",") else { continue }
      values[String(line[..<comma])] = Double(line[line.index(after: comma)...])
    }
    return values
  }

  private struct Document: Decodable {
    let schema: String
    let values: [Value]

    struct Value: Decodable { let symbol: String }
  }
}
