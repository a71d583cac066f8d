import Foundation
import JobFiles
import JobGraph
import Testing

/// SplitMix64, so that a failure can be repeated from its seed.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

@Suite struct `Hostile bytes` {
  static let files = [
    "Jobs/nightly.yaml", "Jobs/hourly.yaml", "Jobs/weekly.yaml", "Jobs/backfill.yaml", "Jobs/config/watchlist.yaml",
    "Jobs/config/providers.yaml", "Jobs/config/quality.yaml", "Jobs/config/retention.yaml", "Jobs/config/realtime.yaml",
  ]
  static let tokens = [
    "[", "]", "{", "}", ": ", "- ", "? ", ", ", "\"", "'", "|", ">", "#", "&a ", "*a", "!t ", "<<: ", "---\n", "...\n", "%YAML 1.2\n", "\t",
    "\r",
    "\r\n", "\n", "\u{FEFF}", "\u{85}", "\u{2028}", "\u{202E}", "👩‍💻", "e\u{301}", "\0", "$", "$config.", "${{ ", "010", "no", "~", "`", "@",
    "\\",
  ]

  /// Cuts, doubles, overwrites and inserts at random.
  private func mutated(_ original: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
    var bytes = original
    for _ in 0..<Int.random(in: 1...6, using: &generator) {
      let start = Int.random(in: 0...bytes.count, using: &generator)
      let end = min(bytes.count, start + Int.random(in: 0...40, using: &generator))
      switch Int.random(in: 0..<5, using: &generator) {
      case 0: bytes.removeSubrange(start..<end)
      case 1: bytes.insert(contentsOf: Array(bytes[start..<end]), at: start)
      case 2: bytes.replaceSubrange(start..<end, with: [UInt8.random(in: 0...255, using: &generator)])
      case 3: bytes.insert(contentsOf: Array(Self.tokens.randomElement(using: &generator)!.utf8), at: start)
      default: if start < bytes.count { bytes[start] ^= 1 << UInt8.random(in: 0..<8, using: &generator) }
      }
    }
    return bytes
  }

  /// A mistake must point into the file it is about, and be printable.
  private func check(_ diagnostics: [Diagnostic], _ bytes: [UInt8], seed: UInt64) {
    let lines = bytes.count { $0 == 10 } + 1
    for diagnostic in diagnostics {
      guard let place = diagnostic.place else { continue }
      #expect((1...lines).contains(place.line) && place.column >= 1 && place.length >= 1, "seed \(seed): \(diagnostic)")
      let text = diagnostic.rendered()
      #expect(!text.unicodeScalars.contains { $0.value < 32 && $0 != "\n" || $0 == "\u{202E}" }, "seed \(seed): \(diagnostic)")
      #expect(!diagnostic.line.contains("\n"), "seed \(seed): \(diagnostic)")
    }
  }

  @Test(arguments: files)
  func `are refused with a place or read, and never crash`(file: String) throws {
    let original = [UInt8](try Data(contentsOf: root.appending(path: file)))
    let loader = JobLoader(configuration: configuration, operations: operations)
    var refused = 0
    for seed in 0..<UInt64(150) {
      var generator = SeededGenerator(state: seed)
      let bytes = mutated(original, &generator)
      let diagnostics: [Diagnostic]
      if file.hasPrefix("Jobs/config") {
        let source = FileSource(read: { _ in bytes }, list: { _ in [String(file.dropFirst("Jobs/config/".count))] })
        diagnostics = Configuration.load(from: source).diagnostics
      } else {
        let loaded = loader.load(bytes, file: file)
        #expect((loaded.job == nil) == loaded.diagnostics.hasErrors, "seed \(seed)")
        diagnostics = loaded.diagnostics
      }
      check(diagnostics, bytes, seed: seed)
      refused += diagnostics.hasErrors ? 1 : 0
    }
    #expect(refused > 50)
  }

  static let notUTF8: [(bytes: [UInt8], expected: String)] = [
    ([0xFF, 0xFE, 0x61, 0x00], "1:1: error[E101]: the file is not UTF-8: byte 1 is 0xFF"),
    (Array("a: é\nb: ".utf8) + [0xC3, 0x28] as [UInt8], "2:4: error[E101]: the file is not UTF-8: byte 10 is 0xC3"),
    ([0x61, 0x3A, 0x20, 0xED, 0xA0, 0x80], "1:4: error[E101]: the file is not UTF-8: byte 4 is 0xED"),
    ([0x61, 0x3A, 0x20, 0xC0, 0x80], "1:4: error[E101]: the file is not UTF-8: byte 4 is 0xC0"),
  ]

  @Test(arguments: notUTF8)
  func `that are no UTF-8 are named by their place`(bytes: [UInt8], expected: String) {
    let diagnostics = JobLoader(configuration: configuration, operations: operations).load(bytes, file: "j.yaml").diagnostics
    #expect(diagnostics.map(\.line) == ["j.yaml:" + expected])
  }

  @Test func `of a byte order mark and of CR LF are no mistake`() {
    #expect(mistakes("\u{FEFF}job: j\r\nsteps:\r\n  a: { uses: report.run }\r\n") == "")
  }
}
