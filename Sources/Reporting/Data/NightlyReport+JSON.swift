import MarketData
import Scheduling

extension NightlyReport {
  /// The text of `report.json`: every figure of the report, unrounded. Keys are only ever added to this schema.
  public var json: String {
    JSONValue.object([
      .init("schema", .string("jobs.report/1")), .init("job", .string(job)), .init("logical_date", .time(logicalDate)),
      .init("verdict", verdict.json), .init("coverage", coverage.json), .init("changes", changes.json(\.json)),
      .init("signals", signals.json { .array($0.map(\.json)) }), .init("alerts", alerts?.json { .array($0.map(\.json)) } ?? .null),
      .init("patterns", patterns?.json { .array($0.map(\.json)) } ?? .null),
      .init("strategies", strategies?.json { .array($0.map(\.json)) } ?? .null),
      .init("movers", movers.json { .array($0.map(\.json)) }), .init("risks", risks.json { .array($0.map(\.json)) }),
      .init("calendar", calendar.json { .strings($0) }), .init("quality", quality.json { .array($0.map(\.json)) }),
      .init("bots", bots?.json(\.json) ?? .null),
      .init("health", health.json(\.json)), .init("method", .strings(method)),
    ]).text
  }
}

extension Section {
  /// A part that failed is an object with the reason, so that no reader takes it for an empty one.
  func json(_ content: (Content) -> JSONValue) -> JSONValue {
    switch self {
    case .ready(let value): content(value)
    case .failed(let reason): .object([.init("failed", .string(reason))])
    }
  }
}

extension JSONValue {
  static func time(_ instant: Instant?) -> JSONValue { .optional(instant?.iso8601) }
  static func strings(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }
  static func symbols(_ symbols: [Symbol]) -> JSONValue { strings(symbols.map(\.name)) }
  static func seconds(_ duration: Duration?) -> JSONValue { .optional(duration?.inSeconds) }
}

extension Verdict {
  var json: JSONValue {
    .object([
      .init("state", .string(state.rawValue)), .init("word", .string(word)), .init("sentences", .strings(sentences)),
      .init("actions", .strings(actions)),
    ])
  }
}

extension NightlyReport.Coverage {
  var json: JSONValue {
    .object([
      .init("data_through", .time(dataThrough)), .init("symbols_expected", .optional(symbolsExpected)),
      .init("symbols_delivered", .optional(symbolsDelivered)), .init("gaps", .optional(gaps)),
      .init("restatements", .optional(restatements)), .init("quarantined", .optional(quarantined)),
    ])
  }
}

extension NightlyReport.Changes {
  var json: JSONValue {
    .object([
      .init("since", .time(since)), .init("new_signals", .array(newSignals.map(\.json))),
      .init("closed_signals", .array(closedSignals.map(\.json))), .init("reversed_signals", .array(reversedSignals.map(\.json))),
      .init("restated_bars", .array(restatedBars.map(\.json))), .init("new_symbols", .symbols(newSymbols)),
      .init("missing_symbols", .symbols(missingSymbols)),
      .init(
        "regimes",
        .array(
          regimes.map {
            .object([
              .init("symbol", .string($0.symbol.name)), .init("interval", .string($0.interval.rawValue)), .init("part", .string($0.part)),
              .init("from", .string($0.from)), .init("to", .string($0.to)), .init("since", .time($0.since)),
            ])
          })),
    ])
  }
}

extension NightlyReport.SignalChange {
  var json: JSONValue {
    .object([
      .init("symbol", .string(symbol.name)), .init("strategy", .string(strategy)), .init("direction", .string(direction.rawValue)),
      .init("sentence", .string(sentence)),
    ])
  }
}

extension NightlyReport.RestatedBar {
  var json: JSONValue {
    .object([
      .init("symbol", .string(symbol.name)), .init("interval", .string(interval.rawValue)), .init("open_time", .time(openTime)),
      .init("field", .string(field)), .init("old", .optional(old)), .init("new", .optional(new)),
    ])
  }
}
