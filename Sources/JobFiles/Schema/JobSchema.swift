public import JobGraph

/// The JSON Schema of job files, made from what the operations declare and the readers know.
public struct JobSchema {
  private let operations: [OperationDeclaration]
  private let calendars: [String]

  public init(operations: [OperationDeclaration], calendars: [String] = ["XNYS"]) {
    (self.operations, self.calendars) = (operations, calendars)
  }

  /// An editor cannot tell a text in quotes from one without, nor follow a reference, nor find a circle: `jobs check` does.
  public var document: JobValue {
    Schema.document(
      "A job: a file Jobs/NAME.yaml", Schema.mapping(keys, required: ["job", "steps"]),
      definitions: [
        ("name", Schema.name), ("duration", Schema.duration), ("indirect", Schema.indirect), ("condition", Schema.condition),
        ("retry", retry), ("step", step),
      ])
  }

  private var keys: [(key: String, value: JobValue)] {
    let steps = Schema.named(Schema.reference("step"))
    return [
      ("job", Schema.described("The name of the file without .yaml.", Schema.reference("name"))),
      ("description", Schema.described("One sentence, shown by `jobs list`.", Schema.object(["type": "string"]))),
      ("time_zone", Schema.described("The zone in which `date` and `hour` of expressions are meant.", Schema.zone)),
      (
        "ready_by",
        Schema.described(
          "A time of day and its zone. A run that still goes on then gives one warning.",
          Schema.pattern("^([01][0-9]|2[0-3]):[0-5][0-9]( \\S+)?$", "06:30 America/New_York"))
      ),
      ("timeout", Schema.described("The longest a run may take.", Schema.reference("duration"))),
      ("overlap", Schema.described("What a start does while another run goes on.", Schema.words(Job.Overlap.allCases.map(\.rawValue)))),
      ("missed", Schema.described("Which starts that passed while nothing ran are made up.", missed)),
      (
        "parameters",
        Schema.described(
          "Names and values; `--set NAME=VALUE` replaces one for one run.",
          Schema.object(["type": "object", "propertyNames": Schema.reference("name")]))
      ),
      ("pools", Schema.described("How many tasks run at once in each pool.", Schema.named(Schema.whole(PoolsReader.sizes)))),
      (
        "defaults",
        Schema.described(
          "For every step that does not say otherwise.",
          Schema.mapping([("retry", Schema.reference("retry")), ("timeout", Schema.reference("duration"))]))
      ),
      ("steps", Schema.described("The graph, by the names of its steps.", atLeastOne(steps))),
      ("finally", Schema.described("Steps that run when all others have ended, however they ended.", steps)),
    ]
  }

  private func atLeastOne(_ schema: JobValue) -> JobValue {
    guard case .map(let entries) = schema else { return schema }
    return .map(entries + [.init("minProperties", .int(1))])
  }

  private var missed: JobValue {
    let words = Schema.words(Job.Missed.allCases.map(\.rawValue))
    return Schema.any(
      words,
      Schema.mapping(
        [("policy", words), ("within", Schema.reference("duration")), ("at_most", Schema.whole(MissedReader.capRange))],
        required: ["policy"]))
  }

  private var retry: JobValue {
    Schema.mapping([
      ("attempts", Schema.whole(1...100)), ("backoff", Schema.reference("duration")), ("max_backoff", Schema.reference("duration")),
    ])
  }

  private var step: JobValue {
    let keys: [(key: String, value: JobValue)] = [
      ("uses", Schema.described("The operation: `jobs operations` lists them.", Schema.words(operations.map(\.name)))),
      ("with", Schema.described("The operation's parameters.", Schema.object(["type": "object"]))),
      ("needs", Schema.described("Steps that must have ended before.", Schema.list(of: Schema.reference("name")))),
      ("each", Schema.described("One task for each combination of these.", Schema.object(["type": "object"]))),
      (
        "when",
        Schema.described(
          "On which end of `needs` it runs, or a condition.",
          Schema.any(Schema.words(Step.When.allCases.map(\.rawValue)), Schema.reference("condition")))
      ),
      ("calendar", Schema.described("Not due when no session of this market has closed since.", Schema.words(calendars))),
      (
        "offset",
        Schema.described(
          "From which moment on a session counts as over.",
          Schema.pattern("^(open|close)([+-](0|[1-9][0-9]{0,11})[smhdwy])?$", "close+45m"))
      ),
      ("retry", Schema.described("How often, and how long apart, a task is tried again.", Schema.reference("retry"))),
      ("timeout", Schema.described("The longest one attempt of one task may take.", Schema.reference("duration"))),
      (
        "tolerate",
        Schema.described(
          "How many tasks may fail before the step does.",
          Schema.any(Schema.whole(0...Int.max), Schema.pattern("^(0|[1-9][0-9]?|100)(\\.[0-9]+)?%$", "5%")))
      ),
      ("pool", Schema.described("A pool that the job declares, or a provider.", Schema.reference("name"))),
      ("priority", Schema.described("Higher starts first among the tasks that are ready.", Schema.whole(-1000...1000))),
      (
        "tags",
        Schema.described("Words for `--only tag:NAME`.", Schema.object(["type": "array", "items": Schema.object(["type": "string"])]))
      ),
      ("description", Schema.described("One sentence.", Schema.object(["type": "string"]))),
    ]
    guard case .map(let entries) = Schema.mapping(keys, required: ["uses"]) else { return .null }
    return .map(
      entries + [
        .init("dependentRequired", Schema.object(["offset": Schema.texts(["calendar"])])),
        .init("allOf", .list(operations.map(rules))),
      ])
  }

  /// What a step of one operation must look like.
  private func rules(of operation: OperationDeclaration) -> JobValue {
    var properties: [JobValue.Entry] = []
    let parameters = operation.parameters.map { parameter -> (key: String, value: JobValue) in
      (key: parameter.name, value: Schema.described(parameter.summary, Schema.any(value(parameter.type), Schema.reference("indirect"))))
    }
    let needed = operation.parameters.filter(\.isRequired).map(\.name)
    properties.append(.init("with", Schema.mapping(parameters, required: needed)))
    let values = Schema.any(
      Schema.reference("indirect"), Schema.object(["type": "array", "items": Schema.object(["type": "string"])]),
      Schema.object(["type": "string"]))
    properties.append(
      .init(
        "each",
        operation.allowsAnyDimensions
          ? Schema.named(values) : Schema.mapping(operation.dimensions.map { ($0, values) }, required: operation.dimensions)))
    let required = (needed.isEmpty ? [] : ["with"]) + (operation.dimensions.isEmpty ? [] : ["each"])
    var consequence: [JobValue.Entry] = [.init("properties", .map(properties))]
    if !required.isEmpty { consequence.append(.init("required", Schema.texts(required))) }
    let isIt = Schema.object([
      "properties": Schema.object(["uses": Schema.object(["const": .string(operation.name)])]), "required": Schema.texts(["uses"]),
    ])
    return Schema.object(["if": isIt, "then": .map(consequence)])
  }

  private func value(_ type: ParameterType) -> JobValue {
    switch type {
    case .text: Schema.object(["type": "string"])
    case .oneOf(let words): Schema.words(words)
    case .integer(let range): Schema.whole(range)
    case .number(let range): Schema.number(range)
    case .flag: Schema.object(["type": "boolean"])
    case .duration: Schema.any(Schema.reference("duration"), Schema.object(["const": .string(DurationText.all)]))
    case .list(let element): Schema.object(["type": "array", "items": Schema.any(value(element), Schema.reference("indirect"))])
    case .mapping: Schema.object(["type": "object"])
    }
  }
}
