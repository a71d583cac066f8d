import Foundation
import MarketData
import Scheduling
import Testing

@testable import Reporting

@Suite struct `A page` {
  private let renderer: ReportRenderer
  private let series: CandleSeries

  init() throws {
    renderer = try ReportRenderer()
    series = try SampleReports.candles(fixture("candles.csv"))
  }

  private var pages: [(name: String, html: String)] {
    [
      ("overview", renderer.html(SampleReports.nightly(series))), ("symbol", renderer.html(SampleReports.symbolPage(series))),
      ("run", renderer.html(SampleReports.run)), ("index", renderer.html(SampleReports.index(500))),
      ("mail", MailVersion(SampleReports.nightly(series), fullReport: "x", renderer: renderer).html),
      ("empty overview", renderer.html(Self.emptyReport)), ("empty index", renderer.html(ReportIndex(entries: []))),
      ("empty symbol", renderer.html(emptySymbol)), ("hostile overview", renderer.html(Hostile.report)),
      ("hostile symbol", renderer.html(Hostile.symbolPage(series))), ("hostile run", renderer.html(Hostile.run)),
      ("hostile mail", MailVersion(Hostile.report, fullReport: Hostile.text, renderer: renderer).html),
    ]
  }

  private static let emptyReport = NightlyReport(
    job: "nightly", logicalDate: SampleReports.date, verdict: Verdict(.bad, word: "Failed", sentences: ["Nothing was delivered."]))

  private var emptySymbol: SymbolPage {
    let none = CandleSeries(symbol: series.symbol, interval: .day1)
    return SymbolPage(
      symbol: series.symbol, interval: .day1, logicalDate: SampleReports.date, candles: none, source: "Binance", adjustmentNote: "")
  }

  @Test func `is well formed, and so is every SVG in it`() {
    for (name, html) in pages {
      let errors = ParsedPage(html: html).errors
      #expect(errors == [], "\(name)")
      for part in html.components(between: "<svg", and: "</svg>") {
        let errors = ParsedPage(xml: part).errors
        #expect(errors == [], "SVG in \(name)")
      }
    }
  }

  @Test func `that is broken would be noticed`() {
    #expect(ParsedPage(html: "<html><body><p><b>x</p></b></body></html>").errors != [])
    #expect(ParsedPage(xml: "<svg><g></svg>").errors != [])
  }

  @Test func `loads nothing and runs nothing`() {
    for (name, html) in pages {
      let root = ParsedPage(html: html).root
      #expect(root.all("script").isEmpty && root.all("img").isEmpty && root.all("link").isEmpty && root.all("iframe").isEmpty, "\(name)")
      let elements = root.flattened
      #expect(elements.allSatisfy { $0.attributes.keys.allSatisfy { !$0.lowercased().hasPrefix("on") && $0 != "src" } }, "\(name)")
      #expect(root.all("a").allSatisfy { !($0.attributes["href"] ?? "").contains(":") }, "\(name)")
      #expect(!html.contains("url(") && !html.contains("@import") && !html.contains("http://") && !html.contains("https://"), "\(name)")
    }
  }

  @Test func `shows hostile text as text`() {
    for (name, html) in pages where name.hasPrefix("hostile") {
      #expect(!html.contains("<script") && !html.contains("\u{202E}") && !html.contains("<b>canary"), "\(name)")
      let text = ParsedPage(html: html).root.text
      #expect(text.contains("<b>canary"), "\(name)")
      #expect(text.contains("[U+202E]"), "\(name)")
    }
  }

  @Test func `has one main heading, named landmarks, and heads for columns and rows`() {
    for (name, html) in pages where !name.contains("mail") {
      let root = ParsedPage(html: html).root
      #expect(root.attributes["lang"] == "en", "\(name)")
      #expect(root.all("h1").count == 1 && root.all("main").count == 1, "\(name)")
      #expect(root.all("thead").flatMap { $0.all("th") }.allSatisfy { $0.attributes["scope"] == "col" }, "\(name)")
      #expect(root.all("table").allSatisfy { !($0.all("caption").first?.text ?? "").isEmpty }, "\(name)")
      #expect(root.all("svg").allSatisfy { $0.attributes["role"] == "img" && $0.all("title").first?.text.isEmpty == false }, "\(name)")
      let ids = root.flattened.compactMap { $0.attributes["id"] }
      #expect(Set(ids).count == ids.count, "\(name)")
      #expect(html.contains("Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'"), "\(name)")
    }
  }

  @Test func `is the same bytes for the same values`() throws {
    let again = try ReportRenderer()
    #expect(again.html(SampleReports.nightly(series)) == renderer.html(SampleReports.nightly(series)))
    #expect(again.html(SampleReports.index(50)) == renderer.html(SampleReports.index(50)))
    #expect(SampleReports.nightly(series).json == SampleReports.nightly(series).json)
  }

  @Test func `of 250 symbols with many findings stays within 300 KB, its mail within 100 KB`() {
    var report = SampleReports.nightly(series, symbols: 250)
    let signal = report.signals.content![0]
    report.signals = .ready(Array(repeating: signal, count: 40))
    report.quality = .ready(Array(repeating: report.quality.content![0], count: 60))
    #expect(renderer.html(report).utf8.count <= 300_000)
    #expect(MailVersion(report, fullReport: "x", renderer: renderer).html.utf8.count < 100_000)
  }

  @Test func `says missing where nothing is known, never zero`() {
    let root = ParsedPage(html: renderer.html(Self.emptyReport)).root
    let facts = root.all("dd").map(\.text)
    #expect(facts == ["missing", "missing", "missing", "missing", "missing", "0", "0"])
    var report = Self.emptyReport
    report.movers = .ready([Mover(symbol: series.symbol, last: nil)])
    let row = ParsedPage(html: renderer.html(report)).root.all("tbody").flatMap { $0.all("tr") }.first { $0.text.hasPrefix("BTCUSDT") }
    #expect(row?.all("td").map(\.text) == Array(repeating: "missing", count: 6))
  }

  @Test func `shows a part that failed as an error in its place`() {
    var report = SampleReports.nightly(series)
    report.movers = .failed("the store was closed")
    let root = ParsedPage(html: renderer.html(report)).root
    let section = root.all("section").first { $0.all("h2")[0].text == "Movers" }
    #expect(section?.all("div", class: "failure").first?.text == "■ This part could not be made. the store was closed")
    #expect(root.all("section").count == 10)
  }

  @Test func `reads in the order of the morning`() {
    let root = ParsedPage(html: renderer.html(SampleReports.nightly(series))).root
    let heads = root.all("section").map { $0.attributes["aria-labelledby"] }
    #expect(heads == ["changes", "alerts", "signals", "patterns", "strategies", "movers", "risk", "calendar", "quality", "health"])
    #expect(root.all("div", class: "verdict")[0].all("p", class: "word")[0].text == "▲ Partial")
  }

  @Test func `lists the gravest hits first, says how far each closed beyond its level, and leaves the rest to the table of all`() {
    var report = SampleReports.nightly(series)
    func row(_ index: Int, _ severity: Verdict.State, hit: Bool = true, _ distance: Double?) -> AlertRow {
      AlertRow(
        alert: "a\(index)", symbol: series.symbol, condition: "c", isHit: hit, severity: severity, distance: distance,
        distanceInRanges: distance.map { $0 * 20 })
    }
    let hits = (0..<40).map { row($0, $0 == 39 ? .bad : .ok, $0 == 0 ? -0.01 : $0 == 1 ? nil : 0.02) }
    report.alerts = .ready(hits + [row(40, .ok, hit: false, 0.05)])
    let section = ParsedPage(html: renderer.html(report)).root.all("section").first { $0.attributes["aria-labelledby"] == "alerts" }!
    let rows = section.all("tbody")[0].all("tr").map { $0.all("td").map(\.text) }
    #expect(rows.count == 31 && rows[0][1] == "a39" && rows[1][1] == "a0" && rows[30][1] == "a40")
    #expect(rows[0].suffix(2) == ["2.0% beyond", "0.4"] && rows[1].suffix(2) == ["1.0% back", "0.2"])
    #expect(rows[2].suffix(2) == ["", ""] && rows[30].suffix(2) == ["5.0%", "1.0"])
    #expect(section.text.contains("and 10 more hits: alerts.csv has all of them."))
    #expect(report.csvTables.first { $0.name == "alerts" }!.text().split(separator: "\r\n").count == 42)
  }

  @Test func `of the index lists the newest first and caps itself`() {
    var index = SampleReports.index(10)
    index.entries.reverse()
    index.entriesMax = 3
    let root = ParsedPage(html: renderer.html(index)).root
    #expect(root.all("tbody").last?.all("tr").map { $0.all("th")[0].text } == ["2018-05-04", "2018-05-03", "2018-05-02"])
    #expect(root.text.contains("The newest 3 of 10 reports."))
  }

  @Test func `looks as it was accepted`() throws {
    try expectSnapshot(renderer.html(SampleReports.nightly(series, symbols: 4)), "overview.html")
    try expectSnapshot(renderer.html(SampleReports.run), "run.html")
    try expectSnapshot(renderer.html(SampleReports.index(5)), "reports.html")
  }

  @Test func `is made by templates in which only names of markup stand unescaped`() throws {
    for (name, text) in ReportRenderer.templates {
      for part in text.components(between: "{{{", and: "}}}") { #expect(part.hasSuffix("Markup}}}"), "\(name): \(part)") }
      #expect(!text.contains("{{&"), "\(name)")
    }
  }
}

@Suite struct `A mail` {
  @Test func `is good enough as text alone, in 8 to 12 lines`() throws {
    let series = try SampleReports.candles(fixture("candles.csv"))
    let renderer = try ReportRenderer()
    let mail = MailVersion(SampleReports.nightly(series), fullReport: "reports/nightly/2018-05-04/index.html", renderer: renderer)
    #expect(mail.subject == "[jobs] Partial: nightly 4 May 2018, 3 new signals, 1 gap")
    try expectSnapshot(mail.plainText, "mail.txt")
    for report in [SampleReports.nightly(series), Hostile.report, Hostile.quiet] {
      let text = MailVersion(report, fullReport: "x", renderer: renderer).plainText
      #expect((8...12).contains(text.split(separator: "\n", omittingEmptySubsequences: false).count - 1), "\(text)")
    }
  }

  @Test func `never breaks its subject into a second header`() throws {
    let mail = MailVersion(Hostile.report, fullReport: "x", renderer: try ReportRenderer())
    #expect(!mail.subject.contains("\n") && !mail.subject.contains("\r"))
    #expect(mail.subject.count <= 120)
  }
}

extension String {
  /// The parts that begin with `start` and end with `end`, both included.
  func components(between start: String, and end: String) -> [String] {
    var parts: [String] = []
    var rest = self[...]
    while let from = rest.range(of: start), let to = rest[from.upperBound...].range(of: end) {
      parts.append(String(rest[from.lowerBound..<to.upperBound]))
      rest = rest[to.upperBound...]
    }
    return parts
  }
}

extension ParsedPage.Element {
  var flattened: [ParsedPage.Element] { [self] + children.flatMap(\.flattened) }
}
