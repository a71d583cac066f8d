import Analysis
public import JobGraph
import MarketData

/// The JSON Schemas of the files under Jobs/config that the program knows.
public enum ConfigurationSchema: String, Sendable, CaseIterable {
  case watchlist, providers, quality, retention, realtime, monitoring, notifications, calendars, instruments, bridge, alerts
  /// Of the files in Jobs/imports.
  case `import`
  /// Of the files in Jobs/strategies.
  case strategy

  public var document: JobValue {
    switch self {
    case .watchlist: Schema.document("The symbols that are followed", watchlist, definitions: [("name", Schema.name)])
    case .providers:
      Schema.document(
        "Where the data comes from, and what is allowed", Schema.named(provider),
        definitions: [("name", Schema.name), ("duration", Schema.duration)])
    case .quality: Schema.document("Which checks run over stored candles", quality, definitions: [])
    case .retention:
      Schema.document("How long what is kept", retention, definitions: [("age", age)])
    case .alerts:
      Schema.document("What is to be told once", Schema.named(AlertsReader.schema), definitions: [("name", Schema.name)])
    case .calendars: Schema.document("Days of an exchange that follow no rule", calendars, definitions: [("day", day)])
    case .instruments:
      Schema.document("Well-known pairs of each exchange", Schema.named(instruments), definitions: [("name", Schema.name)])
    case .import: Schema.document("Where the candles of another store lie", importMapping, definitions: [("name", Schema.name)])
    case .strategy: Schema.document("When a strategy speaks", strategyFile, definitions: [("name", Schema.name)])
    case .monitoring: Schema.document("Who watches the jobs from outside", monitoring, definitions: [("name", Schema.name)])
    case .notifications:
      Schema.document(
        "Who is told what, and when", NotificationsConfiguration.schema,
        definitions: [("name", Schema.name), ("duration", Schema.duration)])
    case .bridge: Schema.document("Where the trading bots speak", bridge, definitions: [("name", Schema.name)])
    case .realtime:
      Schema.document(
        "What the realtime mirror is told",
        Schema.mapping(
          [
            ("sink", Schema.words(RealtimeConfiguration.Sink.allCases.map(\.rawValue))),
            ("mirror", Schema.list(of: Schema.words(RealtimeConfiguration.Part.allCases.map(\.rawValue)))),
            ("database", Schema.pattern("^https?://[^\\s/?#]+/?(\\?ns=[^&#]+)?$", "https://NAME.europe-west1.firebasedatabase.app")),
            ("project", Schema.pattern("^[a-z][a-z0-9-]{4,62}$", "my-project")),
            ("secret", Schema.name),
          ] + RealtimeConfiguration.Access.schema), definitions: [("name", Schema.name)])
    }
  }

  private var day: JobValue { Schema.pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "2026-11-27") }

  private var calendars: JobValue {
    let days = Schema.list(of: Schema.reference("day"))
    let short = Schema.object([
      "type": "object", "propertyNames": Schema.reference("day"),
      "additionalProperties": Schema.pattern("^(09:(3[1-9]|[45][0-9])|1[0-5]:[0-5][0-9]|16:00)$", "13:00"),
    ])
    return Schema.mapping([("XNYS", Schema.mapping([("closures", days), ("early_closes", short), ("extra_sessions", days)]))])
  }

  private var instruments: JobValue {
    Schema.object(["type": "object", "additionalProperties": Schema.list(of: Schema.pattern("^[^\\s/]{1,32}$", "BTC"))])
  }

  private var monitoring: JobValue {
    let file = Schema.pattern("[^/]\\.prom$", "/var/lib/prometheus/node-exporter/jobs.prom")
    return Schema.mapping([
      ("metrics", Schema.mapping([("file", file)], required: ["file"])), ("pings", Schema.named(Schema.reference("name"))),
    ])
  }

  private var bridge: JobValue {
    let text = Schema.object(["type": "string"])
    return Schema.mapping([
      ("redis", Schema.pattern("^[^@/\\s]+$", "127.0.0.1:6379")), ("user", text), ("secret", Schema.reference("name")),
      ("format", Schema.pattern("\\{symbol\\}", "ticker:{symbol}")), ("symbols", Schema.list(of: text)),
      ("channels", Schema.list(of: text)), ("history", Schema.object(["type": "boolean"])),
      ("volume", Schema.words(BridgeConfiguration.Volume.allCases.map(\.rawValue))),
    ])
  }

  private var importMapping: JobValue {
    let text = Schema.object(["type": "string"])
    func field(_ field: CandleField) -> JobValue {
      let words = Schema.object(["type": "object", "additionalProperties": text])
      var keys: [(key: String, value: JobValue)] = [
        ("from", text), ("value", Schema.any(text, Schema.object(["type": "number"]))), ("words", words),
      ]
      if field.isTime { keys.append(("format", Schema.words(ForeignTime.allCases.map(\.rawValue)))) }
      return Schema.any(text, Schema.mapping(keys))
    }
    let flag = Schema.object(["type": "boolean"])
    return Schema.mapping(
      [
        ("import", Schema.reference("name")), ("description", text), ("format", Schema.words(ForeignFormat.allCases.map(\.rawValue))),
        ("rows", Schema.pattern("^/", "/market_data/{symbol}/candles/*")), ("by_column", flag), ("table", text), ("query", text),
        ("delimiter", Schema.words([",", ";", "|", "tab"])), ("source", Schema.reference("name")), ("follow", flag),
        ("tolerate", Schema.pattern("^[0-9.]+%$", "1%")),
        ("fields", Schema.mapping(CandleField.allCases.map { ($0.rawValue, field($0)) }, required: ImportMappingReader.required)),
      ], required: ["import", "format", "source", "fields"])
  }

  private var strategyFile: JobValue {
    let text = Schema.object(["type": "string"])
    let share = Schema.pattern("^[0-9][0-9.]*%$", "0.1%")
    let periods = Schema.list(of: Schema.whole(1...NamedPeriods.most))
    let number = Schema.object(["type": "number"])
    let word = Schema.words(MovingAverageCross.Kind.allCases.map(\.rawValue))
    let with: [(key: String, value: JobValue)] = Set(StrategyTemplate.allCases.flatMap(\.parameters)).sorted().map { key in
      switch key {
      case "average": (key, word)
      case "kinds": (key, Schema.list(of: Schema.words(ChartPattern.Kind.allCases.map(\.rawValue))))
      case "low", "high", "deviations", "confidence": (key, number)
      default: (key, Schema.whole(1...NamedPeriods.most))
      }
    }
    return Schema.mapping(
      [
        ("strategy", Schema.reference("name")), ("description", text),
        ("template", Schema.words(StrategyTemplate.allCases.map(\.rawValue))), ("with", Schema.mapping(with)), ("bullish", text),
        ("bearish", text), ("only_when", text),
        ("trading", Schema.mapping([("cash", number)] + TermsReader.keys.dropFirst().map { ($0, share) })),
        ("grid", Schema.mapping([("fast", periods), ("slow", periods)], required: ["fast", "slow"])),
      ], required: ["strategy"])
  }

  private var watchlist: JobValue {
    let symbol = Schema.pattern("^[^\\s/]{1,64}$", "BTCUSDT")
    let weight = Schema.object(["type": "number", "exclusiveMinimum": .int(0)])
    let entry = Schema.any(symbol, Schema.mapping([("symbol", symbol), ("weight", weight)], required: ["symbol"]))
    return Schema.object([
      "type": "object", "propertyNames": Schema.object(["$ref": "#/$defs/name", "not": Schema.object(["const": "all"])]),
      "additionalProperties": Schema.list(of: entry),
    ])
  }

  private var provider: JobValue {
    let limit: [(key: String, value: JobValue)] = [
      ("weight", Schema.whole(1...Int.max)), ("requests", Schema.whole(1...Int.max)), ("concurrent", Schema.whole(1...Int.max)),
      ("per", Schema.reference("duration")),
      ("window", Schema.words(["fixed", "rolling"])), ("reset_zone", Schema.zone),
    ]
    guard case .map(let entries) = Schema.mapping(limit) else { return .null }
    let one = JobValue.list(
      [["weight", "per"], ["requests", "per"], ["concurrent"]].map { Schema.object(["required": Schema.texts($0)]) })
    return Schema.mapping(
      [
        ("base_url", Schema.pattern("^https?://", "https://example.com")),
        (
          "key",
          Schema.mapping(
            [("parameter", Schema.reference("name")), ("secret", Schema.reference("name"))], required: ["parameter", "secret"])
        ),
        ("limits", Schema.object(["type": "array", "items": .map(entries + [.init("oneOf", one)])])),
        ("usage_header", Schema.object(["type": "string"])), ("safety_share", Schema.number(0.01...1)),
        ("timeout", Schema.reference("duration")), ("contact", Schema.object(["type": "string"])),
      ], required: ["base_url"])
  }

  private var quality: JobValue {
    Schema.mapping(
      QualityConfiguration.known.map { rule -> (key: String, value: JobValue) in
        let thresholds = rule.thresholds.map { threshold -> (key: String, value: JobValue) in
          (
            key: threshold.key,
            value: threshold.isWhole
              ? Schema.whole(Int(threshold.range.lowerBound)...Int(threshold.range.upperBound)) : Schema.number(threshold.range)
          )
        }
        return (
          rule.name, Schema.mapping([("severity", Schema.words(QualityConfiguration.Severity.allCases.map(\.rawValue)))] + thresholds)
        )
      })
  }

  private var age: JobValue { Schema.pattern("^(forever|(0|[1-9][0-9]{0,11})[smhdwy])$", "400d") }

  private var retention: JobValue {
    let age = Schema.reference("age")
    let kept = Schema.any(age, Schema.mapping([("age", age), ("count", Schema.whole(1...Int.max))]))
    return Schema.mapping(
      RetentionConfiguration.tableNames.map { ($0, kept) } + [
        ("candles", Schema.mapping(Interval.allCases.map { ($0.rawValue, kept) })),
        ("roll_up", Schema.list(of: Schema.words(RolledInterval.allCases.map(\.rawValue)))),
      ])
  }
}
