import JobGraph
import MarketData
import Providers
import Reporting
import Scheduling
import Storage

/// A trace as programs read it.
struct TraceDocument: Encodable {
  let schema = "jobs.trace/1"
  let candle: Bar
  let signals: [Signal]
  let alerts: [Alert]
  let revisions: [Revision]
  let answers: [Answer]
  let imports: [Import]

  struct Import: Encodable {
    let id: String
    let mapping: String
    let file: String
    /// SHA-256 of the file.
    let hash: String
    let place: String
    let saysTheSame: Bool
  }

  struct Bar: Encodable {
    let source: String
    let symbol: String
    let interval: String
    let openTime: String
    let closeTime: String
    let values: Values
  }

  struct Values: Encodable {
    let open: Double
    let high: Double
    let low: Double
    let close: Double
    let volume: Double

    var text: String {
      [("open", open), ("high", high), ("low", low), ("close", close), ("volume", volume)]
        .map { "\($0) \(DecimalWriter.text($1))" }.joined(separator: "  ")
    }
  }

  struct Revision: Encodable {
    /// The logical date of the run that saw the new value.
    let replacedAt: String
    let values: Values
  }

  struct Signal: Encodable {
    let strategy: String
    let direction: String
    let strength: Double
    let validFrom: String
    let foundAt: String
    let sentence: String
    let inputs: [Input]
  }

  struct Alert: Encodable {
    let alert: String
    let severity: String
    /// The rule with its numbers.
    let condition: String
    let validFrom: String
    let foundAt: String
    let sentence: String
    let observed: [Input]
  }

  struct Input: Encodable {
    let name: String
    let value: Double
  }

  struct Answer: Encodable {
    let logicalDate: String
    let hash: String
    /// From the project's folder.
    let file: String
    let body: String
    let row: String?
    /// Without the key; null when the record was pruned.
    let request: String?
    let status: Int?
    let bytes: Int?
    let receivedAt: String?
  }

  init(
    _ trace: CandleTrace, _ signals: [(signal: StoredSignal, foundAt: Instant)], _ alerts: [(alert: StoredAlert, foundAt: Instant)],
    _ workspace: Workspace
  ) {
    let bar = trace.candle
    candle = Bar(
      source: trace.key.source, symbol: trace.key.symbol.name, interval: trace.key.interval.rawValue, openTime: bar.openTime.iso8601,
      closeTime: bar.closeTime.iso8601,
      values: Values(open: bar.open, high: bar.high, low: bar.low, close: bar.close, volume: bar.volume))
    revisions = trace.revisions.map {
      Revision(
        replacedAt: $0.replacedAt.iso8601, values: Values(open: $0.open, high: $0.high, low: $0.low, close: $0.close, volume: $0.volume))
    }
    self.signals = signals.map { signal, foundAt in
      Signal(
        strategy: signal.strategy, direction: signal.direction, strength: signal.strength, validFrom: signal.validFrom.iso8601,
        foundAt: foundAt.iso8601, sentence: signal.sentence, inputs: signal.inputs.map { Input(name: $0.name, value: $0.value) })
    }
    self.alerts = alerts.map { alert, foundAt in
      Alert(
        alert: alert.alert, severity: alert.severity, condition: alert.condition, validFrom: alert.validFrom.iso8601,
        foundAt: foundAt.iso8601, sentence: alert.sentence, observed: alert.observed.map { Input(name: $0.name, value: $0.value) })
    }
    imports = trace.origins.map {
      Import(
        id: $0.importID, mapping: $0.mapping, file: $0.file.name, hash: $0.file.hash, place: $0.place, saysTheSame: $0.isStored)
    }
    answers = trace.answers.map { answer in
      let row: String? = if case .row(let row, _) = answer.body { row.text } else { nil }
      return Answer(
        logicalDate: answer.page.logicalDate.iso8601, hash: answer.page.responseHash,
        file: workspace.shown(workspace.rawStore.path(of: answer.page.responseHash)), body: answer.body.word, row: row,
        request: answer.page.response?.request, status: answer.page.response?.status, bytes: answer.page.response?.bodyBytes,
        receivedAt: answer.page.response?.receivedAt.iso8601)
    }
  }
}

// MARK: - For people

extension TraceDocument {
  var text: String {
    var lines: [String] = []
    for signal in signals { lines += self.lines(of: signal) + [""] }
    for alert in alerts { lines += self.lines(of: alert) + [""] }
    lines += ["candle  \(candle.source)/\(candle.symbol)/\(candle.interval)/\(candle.openTime)", "  \(candle.values.text)"]
    for revision in revisions { lines.append("  until \(revision.replacedAt) its source said  \(revision.values.text)") }
    for origin in imports {
      lines += [
        "", "import  \(origin.id)  by the mapping \(origin.mapping)", "  \(origin.file) \(origin.place), SHA-256 \(origin.hash)",
        "  it says \(origin.saysTheSame ? "the same" : "otherwise")",
      ]
    }
    if answers.isEmpty, imports.isEmpty {
      lines += ["", "No answer is recorded that brought it: it was imported, or the record was pruned."]
    }
    for answer in answers { lines += [""] + self.lines(of: answer) }
    return lines.map(VisibleText.shown).joined(separator: "\n") + "\n"
  }

  private func lines(of signal: Signal) -> [String] {
    [
      "signal  \(signal.strategy)  \(signal.direction), strength \(DecimalWriter.text(signal.strength))", "  \(signal.sentence)",
      "  caused by " + signal.inputs.map { "\($0.name) \(DecimalWriter.text($0.value))" }.joined(separator: ", "),
      "  found by the run for \(signal.foundAt), valid from \(signal.validFrom)",
    ]
  }

  private func lines(of alert: Alert) -> [String] {
    [
      "alert  \(alert.alert)  \(alert.severity): \(alert.condition)", "  \(alert.sentence)",
      "  seen " + alert.observed.map { "\($0.name) \(DecimalWriter.text($0.value))" }.joined(separator: ", "),
      "  found by the run for \(alert.foundAt), valid from \(alert.validFrom)",
    ]
  }

  private func lines(of answer: Answer) -> [String] {
    var lines = ["answer  for \(answer.logicalDate), \(answer.body)"]
    if let request = answer.request { lines.append("  \(candle.source) \(request)") }
    if let received = answer.receivedAt, let status = answer.status, let bytes = answer.bytes {
      lines.append("  status \(status), \(bytes) bytes, received \(received)")
    }
    lines.append("  sha256 \(answer.hash)")
    lines.append("  \(answer.file)")
    if let row = answer.row { lines.append("  \(row)") }
    return lines
  }
}
