import Foundation
import MarketData
import Testing

@testable import Reporting

@Suite struct `A JSON document` {
  @Test(arguments: [
    (0.1, "0.1"), (1.0, "1"), (-2.5, "-2.5"), (1e21, "1e+21"), (Double.leastNonzeroMagnitude, "5e-324"), (.nan, "null"),
    (.infinity, "null"), (-0.0, "0"),
    (9_007_199_254_740_992, "9007199254740992"),
  ])
  func `writes the shortest exact form of a number`(value: Double, text: String) {
    #expect(JSONValue.double(value).text == text + "\n")
  }

  @Test func `keeps the order of its keys and escapes what could act`() {
    let value = JSONValue.object([
      .init("z", .string("a\"b\\\n\u{202E}<\u{2028}")), .init("a", .array([.int(1), .double(2.5), .null])), .init("e", .array([])),
    ])
    #expect(
      value.text == """
        {
          "z": "a\\"b\\\\\\n\\u202e\\u003c\\u2028",
          "a": [1, 2.5, null],
          "e": []
        }

        """)
  }

  @Test func `of a report is read back by Foundation with the same doubles`() throws {
    let series = try SampleReports.candles(fixture("candles.csv"))
    let report = SampleReports.nightly(series)
    let read = try JSONDecoder().decode(ReadReport.self, from: Data(report.json.utf8))
    #expect(read.schema == "jobs.report/1")
    let expected = try #require(report.movers.content)
    #expect(read.movers.map(\.change) == expected.map(\.change))
    #expect(read.movers.map(\.closes) == expected.map(\.closes))
    #expect(read.coverage.data_through == "2018-05-04T00:00:00Z")
    #expect(report.json.contains("\"quarantined\": null"))
  }

  private struct ReadReport: Decodable {
    struct Row: Decodable {
      var change: Double?
      var closes: [Double?]
    }

    struct Coverage: Decodable {
      var data_through: String
    }

    var schema: String
    var movers: [Row]
    var coverage: Coverage
  }

  @Test func `tells a part that failed from an empty one`() throws {
    let series = try SampleReports.candles(fixture("candles.csv"))
    var report = SampleReports.nightly(series)
    report.movers = .failed("the store was closed")
    #expect(report.json.contains("\"movers\": {\n    \"failed\": \"the store was closed\"\n  }"))
  }
}

@Suite struct `A CSV table` {
  private func text(of cell: CSVTable.Cell, guards: Bool = true) -> String {
    var table = CSVTable("t", columns: [.init("c", .text)], guardsFormulas: guards)
    table.append([cell])
    return String(table.text(lineEnd: .lf).dropFirst(2).dropLast())
  }

  @Test(arguments: [
    ("plain", "plain"), ("=1+1", "'=1+1"), ("+49", "+49"), ("-5.25", "-5.25"), ("-1e-3", "-1e-3"), ("-5.25 USD", "'-5.25 USD"),
    ("@SUM(A1)", "'@SUM(A1)"), ("\u{FF1D}1", "'\u{FF1D}1"), ("\tx", "'\tx"), ("a,=b", "\"a,'=b\""), ("a; =b", "a; '=b"),
    ("say \"hi\"", "\"say \"\"hi\"\"\""), ("two\nlines", "\"two\nlines\""), ("-", "'-"), ("1-2", "1-2"), ("", ""), (" =x", "\" '=x\""),
  ])
  func `guards text that a spreadsheet would run, and nothing else`(value: String, written: String) {
    #expect(text(of: .text(value)) == written)
  }

  @Test func `never touches numbers`() {
    #expect(text(of: .number(-5.25)) == "-5.25")
    #expect(text(of: .number(1e-7)) == "1e-07")
    #expect(text(of: .integer(-3)) == "-3")
    #expect(text(of: .exact("0.10000000")) == "0.10000000")
    #expect(text(of: .exact("=1")) == "'=1")
  }

  @Test func `writes what is missing as nothing`() {
    #expect(text(of: .missing) == "")
    #expect(text(of: .number(.nan)) == "")
  }

  @Test func `leaves text as it is when the guard is off`() {
    #expect(text(of: .text("=1"), guards: false) == "=1")
  }

  @Test func `ends lines as asked for, and describes itself`() throws {
    var table = CSVTable("prices", columns: [.init("symbol", .text), .init("last", .number, unit: "USD", "last close")])
    table.append([.text("AAPL"), .number(204.47)])
    #expect(table.text() == "symbol,last\r\nAAPL,204.47\r\n")
    #expect(table.text(lineEnd: .lf) == "symbol,last\nAAPL,204.47\n")
    try expectSnapshot(table.schema, "prices.schema.json")
  }

  @Test func `is made of every part of a report, with one cell per column`() throws {
    let report = SampleReports.nightly(try SampleReports.candles(fixture("candles.csv")))
    #expect(report.csvTables.map(\.name) == ["signals", "alerts", "movers", "risk", "patterns", "strategies", "quality", "steps", "stale"])
    #expect(report.csvTables.map(\.rows.count) == [6, 2, 24, 24, 2, 3, 2, 3, 1])
  }
}

@Suite struct `A page name` {
  @Test(arguments: [
    ("BTCUSDT", "BTCUSDT"), ("BRK.B", "BRK.B"), ("brk.b", "_62_72_6b._62"), (".X", "_2eX"), ("X.", "X_2e"), ("-X", "_2dX"),
    ("A_B", "A_5fB"),
    ("é", "_c3_a9"), ("NUL", "_4eUL"), ("COM1.X", "_43OM1.X"), ("^GSPC", "_5eGSPC"), ("=A", "_3dA"),
  ])
  func `is reversible`(symbol: String, name: String) throws {
    let symbol = try Symbol(symbol)
    #expect(PageName.file(for: symbol) == name)
    #expect(PageName.symbol(from: name) == symbol)
  }

  @Test func `never collides on a disk that takes abc and ABC for one`() throws {
    var random = SampleReports.Generator(state: 7)
    let letters = Array("aAbB._-1é💥\u{301}")
    let symbols = Set(
      (0..<2000).compactMap { _ in
        do {
          return try Symbol(String((0..<Int(1 + random.unit() * 5)).map { _ in letters[Int(random.unit() * Double(letters.count))] }))
        } catch {
          return nil  // `.` and `..` are no symbols.
        }
      } as [Symbol])
    let names = symbols.map(PageName.file)
    #expect(symbols.count > 500)
    #expect(Set(names.map { $0.lowercased() }).count == symbols.count)
    #expect(names.allSatisfy { !$0.hasPrefix(".") && !$0.contains("/") && !$0.hasSuffix(".") })
    #expect(zip(symbols, names).allSatisfy { PageName.symbol(from: $1) == $0 })
  }

  @Test(arguments: ["abc", "_", "_4", "_zz", "_41", "", "..", "A/B"])
  func `that no symbol makes is refused`(name: String) {
    #expect(PageName.symbol(from: name) == nil)
  }
}

@Suite struct `A link` {
  @Test(arguments: ["javascript:alert(1)", "//evil.example/x", "/etc/passwd", "https://x", "a//b", "a\\b", "a\nb", ""])
  func `to another place is refused`(path: String) {
    #expect(RelativePath(path) == nil)
  }

  @Test func `is percent-encoded byte by byte`() {
    #expect(RelativePath("../sym bols/é\".html")?.href == "../sym%20bols/%C3%A9%22.html")
  }
}
