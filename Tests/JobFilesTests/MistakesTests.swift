import Foundation
import JobFiles
import Testing

/// One case of Fixtures/mistakes.txt: a text and what is said about it.
struct Mistake: Sendable, CustomTestStringConvertible {
  var title: String
  var text: String
  var expected: String
  var testDescription: String { title }

  /// `[file] title`; `[--set a=b] title` is a job with an override.
  var result: String {
    let parts = title.dropFirst().split(separator: "]", maxSplits: 1)
    let subject = parts.first.map(String.init) ?? ""
    let text = decoded
    if subject == "job" { return mistakes(text) }
    if subject == "strategy" {
      let path = "Jobs/strategies/s.yaml"
      return StrategyReader.read(path, from: .texts([path: text])).diagnostics.map { $0.rendered() }.joined(separator: "\n")
    }
    guard subject.hasPrefix("--set ") else {
      let path = "Jobs/config/\(subject).yaml"
      // A watchlist is read beside the pairs that are known.
      let known = subject == "watchlist" ? ["Jobs/config/instruments.yaml": "binance: { USDT: [BTC, ETH] }\n"] : [:]
      return Configuration.load(from: .texts(known.merging([path: text]) { $1 })).diagnostics.map { $0.rendered() }.joined(separator: "\n")
    }
    let pair = subject.dropFirst(6).split(separator: "=", maxSplits: 1).map(String.init)
    return mistakes(text, overrides: [(pair[0], pair[1])])
  }

  /// Characters that an editor would not show stand as `\u{1B}` in the file.
  private var decoded: String {
    var result = text
    while let escape = result.firstMatch(of: /\\u\{([0-9A-F]+)\}/), let value = UInt32(escape.1, radix: 16),
      let scalar = Unicode.Scalar(value)
    {
      result.replaceSubrange(escape.range, with: String(Character(scalar)))
    }
    return result
  }

  static let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/mistakes.txt")

  /// Cases begin with `### title`; `>>>` stands between the text and what is said.
  static func all() throws -> [Mistake] {
    try String(contentsOf: file, encoding: .utf8).components(separatedBy: "### ").dropFirst().map { block in
      let (title, rest) = (block.prefix { $0 != "\n" }, block.drop { $0 != "\n" }.dropFirst())
      let halves = String(rest).components(separatedBy: ">>>\n")
      let said = halves.count > 1 ? halves[1] : ""
      return Mistake(title: String(title), text: halves[0], expected: String(said.reversed().drop { $0 == "\n" }.reversed()))
    }
  }
}

@Suite struct `A mistake in a file` {
  /// `RECORD_SNAPSHOTS=1 swift test` writes the file anew; the diff is reviewed like code.
  @Test func `is told with place, caret, what is expected and the nearest name`() throws {
    let cases = try Mistake.all()
    #expect(cases.count >= 80)
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
      let text = cases.map { "### \($0.title)\n\($0.text)>>>\n\($0.result)\n\n" }.joined()
      try text.write(to: Mistake.file, atomically: true, encoding: .utf8)
      return
    }
    for mistake in cases { #expect(mistake.result == mistake.expected, "\(mistake.title)") }
  }

  @Test func `has an example in the table for each code that a text can have`() throws {
    let text = try String(contentsOf: Mistake.file, encoding: .utf8)
    // A file that is not there, and one with a thousand mistakes, do not stand in the table; nor do
    // those of the crontab, what only all jobs together show, and what the store of secrets lacks.
    let others: Set<DiagnosticCode> = [.unreadable, .tooManyMistakes, .unwatchedAlert, .missingSecret]
    for code in DiagnosticCode.all where !others.contains(code) && !code.rawValue.dropFirst().hasPrefix("2") {
      #expect(text.contains("[\(code.rawValue)]"), "\(code)")
    }
  }
}
