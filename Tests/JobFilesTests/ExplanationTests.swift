import JobFiles
import JobGraph
import Scheduling
import Steps
import Testing

/// The examples of `jobs explain`, read as files.
@Suite struct `An explanation` {
  /// A job with everything but what the example is about.
  private func job(_ text: String, place: DiagnosticCode.Explanation.Example.Place) -> String {
    guard place == .step else { return text.contains("job: ") ? text : "job: example\n" + text }
    return "job: example\nsteps:\n  example:\n" + text.split(separator: "\n").map { "    \($0)\n" }.joined()
  }

  private func codes(_ text: String, of code: DiagnosticCode, place: DiagnosticCode.Explanation.Example.Place) -> Set<DiagnosticCode> {
    let loader = JobLoader(configuration: configuration, operations: Operations.all)
    let path = "Jobs/strategies/example.yaml"
    switch place {
    case .job, .step:
      return Set(loader.load(Array(job(text, place: place).utf8), file: "Jobs/example.yaml").diagnostics.map(\.code))
    case .configuration(let name):
      let known = "binance: { USDT: [BTC, ETH, LINK] }\n"
      let files = ["Jobs/config/instruments.yaml": known, "Jobs/config/\(name).yaml": text + "\n"]
      let (read, mistakes) = Configuration.load(from: .texts(files))
      let watching = "job: example\nsteps:\n  alerts: { uses: analysis.alerts, each: { symbol: [BTCUSDT] } }\n"
      let jobs = [loader.load(Array(watching.utf8), file: "Jobs/example.yaml").job].compactMap(\.self)
      return Set((mistakes + read.unwatchedAlerts(by: jobs, operation: Operations.alerts.name)).map(\.code))
    case .strategy: return Set(StrategyReader.read(path, from: .texts([path: text + "\n"])).diagnostics.map(\.code))
    case .crontab:
      let (crontab, defects) = Crontab.parse(code == .cronLastLine || text.hasSuffix("\n") ? text : text + "\n")
      let lost = crontab.entries.filter { $0.job.map { $0 != "nightly" } ?? false }.map {
        CrontabDefect.unknownJob($0.job ?? "", at: $0, known: ["nightly"])
      }
      return Set((defects + lost).map { DiagnosticCode($0) })
    case .command: return commandCodes(text, loader)
    }
  }

  private func commandCodes(_ command: String, _ loader: JobLoader) -> Set<DiagnosticCode> {
    let nightly = "job: nightly\nparameters: { history: all }\nsteps: { a: { uses: nothing } }\n"
    let words = command.split(separator: " ").map(String.init)
    let path = words.first { $0.hasPrefix("Jobs/") } ?? "Jobs/nightly.yaml"
    let pair = words.firstIndex(of: "--set").map { words[$0 + 1].split(separator: "=").map(String.init) }
    let overrides = pair.map { [(key: $0[0], text: $0[1])] } ?? []
    return Set(loader.load(path, from: .texts(["Jobs/nightly.yaml": nightly]), overrides: overrides).diagnostics.map(\.code))
  }

  /// What only `jobs cron install` and `jobs check` find on a machine is shown by its own tests; a thousand mistakes are not an example.
  @Test(arguments: DiagnosticCode.all.filter { ![.tooManyMistakes, .cronOtherZone, .cronPath, .missingSecret].contains($0) })
  func `shows a mistake of its code, and the same without it`(code: DiagnosticCode) {
    let example = code.explanation.example
    #expect(codes(example.wrong, of: code, place: example.place) == [code], "\(example.wrong)")
    #expect(codes(example.right, of: code, place: example.place) == [], "\(example.right)")
  }

  @Test func `is there for each code, and says what to do`() {
    for code in DiagnosticCode.all {
      let page = code.explanation
      #expect(!page.title.isEmpty && page.cause.hasSuffix(".") && page.remedy.hasSuffix(".") && page.consequence.hasSuffix("."), "\(code)")
      #expect(page.example.wrong != page.example.right && code.manual.hasPrefix(code.rawValue), "\(code)")
    }
    #expect(Set(DiagnosticCode.all.map(\.rawValue)).count == DiagnosticCode.all.count)
    #expect(Set(DiagnosticCode.all.map(\.explanation.title)).count == DiagnosticCode.all.count)
  }

  @Test func `tells more mistakes than anyone reads as one`() {
    let text = "job: example\nsteps:\n" + (0..<1001).map { "  s\($0): { colour: red, uses: nothing }\n" }.joined()
    #expect(codes(text, of: .tooManyMistakes, place: .job) == [.unknownKey, .tooManyMistakes])
  }
}
