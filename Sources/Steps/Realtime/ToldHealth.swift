import JobGraph
import Mirroring
import Scheduling
import Storage

/// Whether the desk can be trusted, as the mirror is told: a state of each thing that may be wrong, and why.
struct ToldHealth {
  private let reader: WarehouseReader
  private let logicalDate: Instant
  private let now: Instant

  /// Sentences and names of a check that are told; the report has all of them.
  private static let examplesMax = 10
  /// How long what could not be told to people is worth telling.
  private static let messageMemory: Duration = .days(7)

  init(_ reader: WarehouseReader, logicalDate: Instant, now: Instant) {
    (self.reader, self.logicalDate, self.now) = (reader, logicalDate, now)
  }

  private enum State: String {
    case ok, warning, bad
  }

  /// By their usual paths.
  /// - Parameter providers: their names, as providers.yaml has them.
  func states(providers: [String]) throws -> [(path: String, value: String)] {
    try [("data", data()), ("jobs", jobs()), ("messages", messages()), ("providers", self.providers(providers))].compactMap {
      check, value in
      value.isNull ? nil : (RealtimePath("health", check).description, RealtimeJSON.text(of: value))
    }
  }

  /// What the last check of the quality rules found; nothing before there was one.
  private func data() throws -> RealtimeValue {
    guard let checked = try reader.lastQualityCheck(notAfter: logicalDate) else { return .null }
    let wrong = try reader.qualityResults(at: checked).filter { !$0.passed }
    let errors = wrong.filter { $0.severity == "error" }
    let warnings = wrong.filter { $0.severity == "warning" }
    return value(
      errors.isEmpty ? warnings.isEmpty ? .ok : .warning : .bad, (errors + warnings).map(\.sentence),
      [
        "checked_at": .string(checked.iso8601), "errors": count(errors.count), "warnings": count(warnings.count),
        "rules": .node(Dictionary(grouping: errors + warnings, by: \.rule).mapValues { count($0.count) }),
      ])
  }

  /// How the last run of each job ended that came to an end, and when one last succeeded.
  private func jobs() throws -> RealtimeValue {
    var (jobs, sentences, worst) = ([String: RealtimeValue](), [String](), State.ok)
    let delivered = Dictionary(try reader.lastDeliveredRuns().map { ($0.job, $0) }) { first, _ in first }
    for last in try reader.lastEndedRuns() {
      let (job, state) = (last.job, last.state)
      jobs[job] = .node([
        "state": .string(state.rawValue), "logical_date": .string(last.logicalDate.iso8601),
        "succeeded_at": delivered[job]?.endedAt.map { .string($0.iso8601) } ?? .null,
      ])
      switch state {
      case .succeeded, .notDue: continue
      case .partial: if worst == .ok { worst = .warning }
      default: worst = .bad
      }
      sentences.append("\(job) of \(last.logicalDate.iso8601): \(state.rawValue)")
    }
    return jobs.isEmpty ? .null : value(worst, sentences, ["jobs": .node(jobs)])
  }

  /// What people were to be told and were not.
  private func messages() throws -> RealtimeValue {
    let untold = try reader.untold(from: logicalDate - ToldHealth.messageMemory, before: logicalDate + .days(1))
    let closed = try reader.closedChannels().sorted { $0.key < $1.key }
    let sentences =
      closed.map { "\($0.key) is closed: \($0.value)" } + untold.map { "\($0.telling.channel): \($0.reason ?? $0.state.rawValue)" }
    return value(untold.isEmpty && closed.isEmpty ? .ok : .warning, sentences, ["untold": count(untold.count)])
  }

  /// Which providers do not answer, or do not want to be asked.
  private func providers(_ names: [String]) throws -> RealtimeValue {
    guard !names.isEmpty else { return .null }
    var (states, sentences) = ([String: RealtimeValue](), [String]())
    for name in names {
      let ledger = try reader.rateLedger(of: name)
      var (word, until): (String, Instant?) = ("ok", nil)
      if case .open(let end) = ledger.breaker.state(at: now) { (word, until) = ("does not answer", end) }
      if let pause = ledger.pause, pause.end > now { (word, until) = (pause.reason, pause.end) }
      states[name] = .node(["state": .string(word), "until": until.map { .string($0.iso8601) } ?? .null])
      if let until { sentences.append("\(name): \(word), until \(until.iso8601)") }
    }
    return value(sentences.isEmpty ? .ok : .warning, sentences, ["providers": .node(states)])
  }

  private func value(_ state: State, _ sentences: [String], _ more: [String: RealtimeValue]) -> RealtimeValue {
    let shown = sentences.prefix(ToldHealth.examplesMax).enumerated().map { ("s\($0.offset)", RealtimeValue.string($0.element)) }
    let own: [String: RealtimeValue] = [
      "state": .string(state.rawValue), "sentences": .node(Dictionary(uniqueKeysWithValues: shown)),
      "more": count(max(0, sentences.count - ToldHealth.examplesMax)),
    ]
    return .node(own.merging(more) { first, _ in first })
  }

  private func count(_ value: Int) -> RealtimeValue { value == 0 ? .null : .number(Double(value)) }
}
