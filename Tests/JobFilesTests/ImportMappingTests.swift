import JobFiles
import MarketData
import Testing

@Suite struct `A mapping of an import` {
  private func read(_ text: String) -> (mapping: ImportMapping?, lines: [String]) {
    let (mapping, diagnostics) = ImportMappingReader.read("Jobs/imports/m.yaml", from: .texts(["Jobs/imports/m.yaml": text]))
    return (mapping, diagnostics.map { "\($0.code.rawValue) \($0.message)" })
  }

  private let fields = """
    fields:
      symbol: { from: s, words: { XBT: BTC } }
      interval: { value: 1d }
      open_time: { from: t, format: unix_s }
      open: o
      high: h
      low: l
      close: c
      volume: { value: 0 }
    """

  @Test func `is read whole`() throws {
    let text = "import: m\nformat: firestore\nrows: /a/{s}/*\nsource: old\nfollow: true\ntolerate: 2.5%\n\(fields)"
    let (mapping, lines) = read(text)
    #expect(lines == [])
    let read = try #require(mapping)
    #expect(read.format == .firestore && read.rows?.parts == [.key("a"), .field("s"), .any] && read.source == "old")
    #expect(read.isFollowed && read.tolerance == 0.025)
    #expect(read.fields[.symbol] == ForeignField(from: "s", words: ["XBT": "BTC"]))
    #expect(read.fields[.openTime]?.format == .unixSeconds && read.fields[.volume]?.constant == "0")
    #expect(read.wanted == ["c", "h", "l", "o", "s", "t"])
  }

  @Test(arguments: [
    ("import: n\nformat: csv\nsource: a", "E127 the mapping is called `n`, its file `m.yaml`"),
    ("import: m\nformat: xml\nsource: a", "E126 `format` is `xml`"), ("import: m\nformat: csv", "E110 the mapping has no `source`"),
    ("import: m\nformat: json\nsource: a", "E110 the mapping has no `rows`"),
    ("import: m\nformat: json\nrows: a/b\nsource: a", "E111 `rows` is `a/b`"),
    ("import: m\nformat: json\nrows: /{x}/{x}\nsource: a", "E111 `rows` is `/{x}/{x}`"),
    ("import: m\nformat: csv\nrows: /a\nsource: a", "E104 `rows` is not for `format: csv`"),
    ("import: m\nformat: sqlite\nsource: a", "E110 a SQLite mapping has either `table` or `query`"),
    ("import: m\nformat: sqlite\ntable: a\nquery: b\nsource: a", "E110 a SQLite mapping has either `table` or `query`"),
    ("import: m\nformat: csv\ndelimiter: x\nsource: a", "E126 `delimiter` is `x`"),
    ("import: m\nformat: csv\nsource: a\ntolerate: 200%", "E115 `tolerate` is `200%`"),
    ("import: m\nformat: csv\nsource: a b", "E111 `a b` cannot name a source"),
    ("import: m\nformat: csv\nsource: a\ninto: x", "E104 unknown key `into`"),
  ])
  func `names what is wrong with it`(head: String, mistake: String) {
    let (mapping, lines) = read(head + "\n" + fields)
    #expect(mapping == nil && lines == [mistake], "\(lines)")
  }

  @Test(arguments: [
    ("  open: o\n", "", "E110 `fields` has no `open`"),
    ("open: o", "open: { from: a, value: 1 }", "E110 `open` has either `from` or `value`"),
    ("open: o", "open: { from: a, format: iso8601 }", "E104 unknown key `format`"), ("value: 1d", "value: 2d", "E126 `value` is `2d`"),
    ("format: unix_s", "format: unix", "E126 `format` is `unix`"), ("open: o", "open: o\n  trades: n", "E104 unknown key `trades`"),
    ("{ from: s, words: { XBT: BTC } }", "{ value: \"a b\" }", "E128 `a b` is no symbol: it holds a space"),
  ])
  func `names what is wrong with a field`(old: String, new: String, mistake: String) {
    let (mapping, lines) = read("import: m\nformat: csv\nsource: a\n" + fields.replacing(old, with: new))
    #expect(mapping == nil && lines.count == 1 && lines[0].hasPrefix(mistake.prefix(24)), "\(lines)")
  }

  @Test func `of the project is without a mistake`() throws {
    for name in ["legacy-csv", "firestore-candles", "realtime-candles", "databutton-json", "sqlite-prices"] {
      let (mapping, diagnostics) = ImportMappingReader.read("Jobs/imports/\(name).yaml", from: .directory(root))
      #expect(mapping != nil && diagnostics.isEmpty, "\(name): \(diagnostics.map(\.message))")
    }
  }
}
