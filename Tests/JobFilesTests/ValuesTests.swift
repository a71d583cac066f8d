import Foundation
import JobFiles
import JobGraph
import Testing

private func load(_ text: String, _ overrides: [(key: String, text: String)] = []) -> (job: Job?, diagnostics: [Diagnostic]) {
  JobLoader(configuration: configuration, operations: operations).load(Array(text.utf8), file: "Jobs/j.yaml", overrides: overrides)
}

@Suite struct `A plain scalar` {
  @Test(arguments: [
    ("true", JobValue.bool(true)), ("FALSE", .bool(false)), ("no", .string("no")), ("on", .string("on")), ("y", .string("y")),
    ("tRue", .string("tRue")), ("~", .null), ("", .null), ("Null", .null), ("nil", .string("nil")), ("0", .int(0)), ("-0", .int(0)),
    ("+7", .int(7)), ("010", .string("010")), ("-01", .string("-01")), ("0x1F", .string("0x1F")), ("0o17", .string("0o17")),
    ("1e3", .string("1e3")), ("1.0e3", .double(1000)), ("-1.5E-3", .double(-0.0015)), ("1.", .string("1.")), (".5", .string(".5")),
    ("0.1", .double(0.1)), ("00.1", .string("00.1")), ("1.0e999", .string("1.0e999")), (".inf", .string(".inf")), (".nan", .string(".nan")),
    ("1_000", .string("1_000")), ("12:30:00", .string("12:30:00")), ("2026-01-15", .string("2026-01-15")),
    ("9223372036854775807", .int(.max)), ("9223372036854775808", .string("9223372036854775808")), ("+", .string("+")),
    ("\"1\"", .string("1")), ("'true'", .string("true")), ("\"\"", .string("")), ("١٢", .string("١٢")),
  ])
  func `has the type that the table says`(text: String, value: JobValue) throws {
    let job = try #require(load("job: j\nparameters: {\n  p: \(text)\n}\nsteps: { a: { uses: report.run } }\n").job, "\(text)")
    #expect(job.parameters == [JobValue.Entry("p", value)])
  }
}

@Suite struct `A duration` {
  @Test(arguments: [
    ("90s", 90), ("10m", 600), ("2h", 7200), ("90d", 7_776_000), ("1w", 604_800), ("2y", 63_072_000), ("0s", 0), ("1000y", 31_536_000_000),
  ])
  func `is a number and a unit`(text: String, seconds: Int) {
    #expect(DurationText.parse(text) == .seconds(seconds))
  }

  @Test(arguments: [
    "", "s", "90", "1.5h", "-1s", "+1s", " 1s", "1s ", "1 s", "1S", "1M", "01s", "1h30m", "1001y", "999999999999y", "all", "१s", "1ms",
  ])
  func `is nothing else`(text: String) {
    #expect(DurationText.parse(text) == nil)
  }
}

@Suite struct `An override` {
  private let text = """
    job: j
    parameters: { t: all, n: 1, x: 0.5, f: false, l: [a, b], m: [1], z: null, k: {} }
    steps: { a: { uses: analysis.signals, each: { symbol: $parameters.l }, with: { interval: 1d } } }
    """

  @Test(arguments: [
    ("t", "5", JobValue.string("5")), ("t", "", .string("")), ("n", "-3", .int(-3)), ("x", "2", .double(2)), ("f", "true", .bool(true)),
    ("l", "c, d", .list([.string("c"), .string("d")])), ("l", "[e]", .list([.string("e")])), ("m", "1,2", .list([.int(1), .int(2)])),
    ("z", "x", .string("x")), ("z", "3", .int(3)),
  ])
  func `has the type of what it replaces`(key: String, written: String, value: JobValue) throws {
    let job = try #require(load(text, [(key, "ignored when not last"), (key, written)].suffix(1)).job)
    #expect(job.parameters.first { $0.key == key }?.value == value)
  }

  @Test(arguments: [("n", "1.5"), ("n", "010"), ("x", "much"), ("f", "no"), ("m", "1,x"), ("k", "{}")])
  func `of another type is refused`(key: String, written: String) {
    let (job, diagnostics) = load(text, [(key, written)])
    #expect(job == nil)
    #expect(diagnostics.map(\.code) == [.wrongType])
  }

  @Test func `given last holds, and reaches the steps`() throws {
    let job = try #require(load(text, [("l", "x"), ("l", "y,z")]).job)
    #expect(job.steps[0].each == [Step.Dimension("symbol", [.init("y"), .init("z")])])
  }

  @Test func `stands above what the program gives`() throws {
    let loader = JobLoader(configuration: configuration, operations: operations)
    let given = [JobValue.Entry("t", .string("given")), JobValue.Entry("n", .int(9))]
    let job = try #require(loader.load(Array(text.utf8), file: "j.yaml", overrides: [("n", "10")], parameters: given).job)
    #expect(job.parameters.prefix(2) == [JobValue.Entry("t", .string("given")), JobValue.Entry("n", .int(10))])
  }
}

@Suite struct `A reference` {
  @Test func `to lists of symbols keeps order and weights, each symbol once`() throws {
    let step = "a: { uses: analysis.signals, each: { symbol: [AAPL, $watchlist.all, $watchlist.crypto, NEW] }, with: { interval: 1d } }"
    let job = try #require(load("job: j\nsteps: { \(step) }\n").job)
    let values = job.steps[0].each[0].values
    #expect(values.map(\.text) == ["AAPL", "BTCUSDT", "ETHUSDT", "SPY", "NEW"])
    #expect(values.map(\.weight) == [1, 1, 1, 3, 1])
  }

  @Test func `in quotes is a text`() throws {
    let job = try #require(load("job: j\nsteps: { a: { uses: shell, with: { run: [echo, \"$config.quality\"] } } }\n").job)
    #expect(job.steps[0].with == [JobValue.Entry("run", .list([.string("echo"), .string("$config.quality")]))])
  }

  @Test func `to a file and to a key in it gives the value`() throws {
    let job = try #require(load("job: j\nsteps: { a: { uses: quality.check, with: { rules: $config.quality.gaps } } }\n").job)
    #expect(job.steps[0].with == [JobValue.Entry("rules", .map([JobValue.Entry("severity", .string("warning"))]))])
  }
}

@Suite struct `A diagnostic` {
  private var mistake: Diagnostic { load("job: j\nsteps:\n  a: { uses: report.rum }\n").diagnostics[0] }

  @Test func `is one line for editors`() {
    #expect(
      mistake.line
        == "Jobs/j.yaml:3:14: error[E112]: no operation is called `report.rum`; an operation with a similar name exists: `report.run`")
  }

  @Test func `is coloured only when told`() {
    #expect(!mistake.rendered().contains("\u{1B}"))
    #expect(mistake.rendered(colour: true).hasPrefix("\u{1B}[1;31merror[E112]\u{1B}[0m\u{1B}[1m: no operation"))
  }

  @Test func `is one flat JSON object`() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let json = String(decoding: try encoder.encode(mistake), as: UTF8.self)
    #expect(
      json == #"{"code":"E112","column":14,"file":"Jobs\/j.yaml","label":"unknown operation","length":10,"line":3,"#
        + #""message":"no operation is called `report.rum`","nearest":"report.run","#
        + #""notes":["`jobs operations` lists them all"],"others":[],"severity":"error"}"#
    )
  }

  @Test func `of a file that is not there names it`() {
    let loader = JobLoader(configuration: configuration, operations: operations)
    #expect(
      loader.load("Jobs/x.yaml", from: .texts([:])).diagnostics.map(\.line) == ["Jobs/x.yaml:1:1: error[E100]: there is no such file"])
  }

  @Test(arguments: DiagnosticCode.all)
  func `is explained`(code: DiagnosticCode) {
    let page = code.explanation
    for text in [page.title, page.cause, page.consequence, page.remedy, page.example.wrong, page.example.right] { #expect(!text.isEmpty) }
    #expect(!code.manual.contains("?") && code.manual.hasPrefix(code.rawValue))
    #expect(DiagnosticCode(code.rawValue.lowercased()) == code)
  }

  @Test func `has a page of its own for each code`() {
    #expect(Set(DiagnosticCode.all.map(\.explanation.title)).count == DiagnosticCode.all.count)
    #expect(DiagnosticCode("E999") == nil)
  }
}
