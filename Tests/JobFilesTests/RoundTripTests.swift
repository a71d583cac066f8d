import JobFiles
import JobGraph
import Testing

/// Makes jobs that are valid, of every shape that a file can have.
struct JobMaker {
  var generator: SeededGenerator

  private mutating func flip() -> Bool { Bool.random(using: &generator) }
  private mutating func pick<Value>(_ values: [Value]) -> Value { values.randomElement(using: &generator)! }

  private mutating func text() -> String {
    pick([
      "plain", "two words", "no", "010", "1e3", "12:30:00", "true", "null", "", "a: b", "# x", "\"q\"", "it's", "$x", "é👩‍💻", "[a]",
      "back\\slash", "line\nbreak",
    ])
  }

  mutating func value(depth: Int = 0) -> JobValue {
    switch Int.random(in: 0..<(depth < 3 ? 7 : 5), using: &generator) {
    case 0: return .null
    case 1: return .bool(flip())
    case 2: return .int(Int.random(in: -1_000_000...1_000_000, using: &generator))
    case 3: return .double(Double(Int.random(in: -4000...4000, using: &generator)) / 16)
    case 4: return .string(text())
    case 5: return .list((0..<Int.random(in: 0...3, using: &generator)).map { _ in value(depth: depth + 1) })
    default: return .map((0..<Int.random(in: 0...3, using: &generator)).map { JobValue.Entry("k\($0)", value(depth: depth + 1)) })
    }
  }

  private mutating func duration() -> Duration { .seconds(pick([0, 1, 59, 60, 90, 3600, 5400, 86_400, 90 * 86_400, 365 * 86_400])) }

  private mutating func step(_ number: Int) -> Step {
    var step = Step(id: StepID("step-\(number)"), uses: "test.any")
    step.needs = (0..<number).filter { _ in Int.random(in: 0..<4, using: &generator) == 0 }.map { StepID("step-\($0)") }
    step.each = flip() ? [] : [Step.Dimension("symbol", (0..<Int.random(in: 1...4, using: &generator)).map { .init("S\($0)") })]
    if !step.each.isEmpty { step.uses = "test.each" }
    step.with = flip() ? [] : [JobValue.Entry("rules", .map([JobValue.Entry("x", value())]))]
    step.when = step.needs.isEmpty ? pick([.success, .always]) : pick(Step.When.allCases)
    step.calendar = flip() ? "XNYS" : nil
    if step.calendar != nil {
      step.offset = pick([.close, SessionOffset(.close, .seconds(2700)), SessionOffset(.open, .seconds(-1800)), SessionOffset(.open)])
    }
    step.retry = RetryPolicy(attempts: Int.random(in: 1...100, using: &generator), backoff: .seconds(2), maxBackoff: .seconds(300))
    step.timeout = flip() ? duration() : nil
    step.tolerate = pick([.none, .count(3), .share(0.05), .share(0.125), .share(1)])
    step.pool = flip() ? "pool" : nil
    step.priority = Int.random(in: -1000...1000, using: &generator)
    step.tags = flip() ? [] : [text(), "x"]
    step.description = text()
    return step
  }

  mutating func job() -> Job {
    var job = Job(name: "j", steps: (0..<Int.random(in: 1...8, using: &generator)).map { step($0) })
    (job.description, job.timeZone) = (text(), pick(["UTC", "America/New_York", "Europe/Berlin"]))
    job.readyBy = pick([nil, "06:30", "23:59 Asia/Kolkata"])
    job.timeout = flip() ? duration() : nil
    (job.overlap, job.missed) = (
      pick(Job.Overlap.allCases),
      Job.MissedPolicy(pick(Job.Missed.allCases), window: flip() ? .seconds(pick([60, 7 * 86_400])) : nil, cap: pick([1, 10, 1000]))
    )
    job.pools = ["pool": Int.random(in: 1...1000, using: &generator)]
    job.parameters = (0..<Int.random(in: 0...4, using: &generator)).map { JobValue.Entry("p\($0)", value()) }
    job.finally = flip() ? [] : [Step(id: "last", uses: "test.any")]
    return job
  }
}

/// Writes a job as a file; every text in double quotes.
enum JobWriter {
  static func text(_ job: Job) -> String {
    var lines = ["job: \(job.name)", "description: \(quoted(job.description))", "time_zone: \(job.timeZone)"]
    if let readyBy = job.readyBy { lines.append("ready_by: \(quoted(readyBy))") }
    if let timeout = job.timeout { lines.append("timeout: \(duration(timeout))") }
    lines += [
      "overlap: \(job.overlap.rawValue)", missed(job.missed), pools(job.pools), "parameters: \(value(.map(job.parameters)))", "steps:",
    ]
    lines += job.steps.flatMap(step)
    if !job.finally.isEmpty { lines += ["finally:"] + job.finally.flatMap(step) }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func missed(_ missed: Job.MissedPolicy) -> String {
    let window = missed.window.map { ", within: \(duration($0))" } ?? ""
    return missed == Job.MissedPolicy(missed.policy)
      ? "missed: \(missed.policy.rawValue)" : "missed: { policy: \(missed.policy.rawValue)\(window), at_most: \(missed.cap) }"
  }

  private static func pools(_ pools: [String: Int]) -> String {
    "pools: { " + pools.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ") + " }"
  }

  private static func step(_ step: Step) -> [String] {
    var lines = ["  \(step.id):", "    uses: \(step.uses)", "    needs: [\(step.needs.map(\.name).joined(separator: ", "))]"]
    for dimension in step.each {
      lines.append("    each: { \(dimension.name): [\(dimension.values.map(\.text).joined(separator: ", "))] }")
    }
    lines += ["    with: \(value(.map(step.with)))", "    when: \(step.when.rawValue)"]
    if let calendar = step.calendar { lines.append("    calendar: \(calendar)") }
    if step.offset != .close {
      let distance = step.offset.distance
      let sign = distance == .zero ? "" : distance > .zero ? "+" + duration(distance) : "-" + duration(.zero - distance)
      lines.append("    offset: \(step.offset.edge.rawValue)\(sign)")
    }
    let retry = step.retry
    lines.append(
      "    retry: { attempts: \(retry.attempts), backoff: \(duration(retry.backoff)), max_backoff: \(duration(retry.maxBackoff)) }")
    if let timeout = step.timeout { lines.append("    timeout: \(duration(timeout))") }
    switch step.tolerate {
    case .count(let count): lines.append("    tolerate: \(count)")
    case .share(let share): lines.append("    tolerate: \(share * 100)%")
    }
    if let pool = step.pool { lines.append("    pool: \(pool)") }
    lines += ["    priority: \(step.priority)", "    tags: [\(step.tags.map(quoted).joined(separator: ", "))]"]
    return lines + ["    description: \(quoted(step.description))"]
  }

  private static func duration(_ duration: Duration) -> String { "\(duration.components.seconds)s" }

  private static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n") + "\""
  }

  static func value(_ value: JobValue) -> String {
    switch value {
    case .null: "null"
    case .bool(let flag): "\(flag)"
    case .int(let number): "\(number)"
    case .double(let number): "\(number)"
    case .string(let text): quoted(text)
    case .list(let elements): "[" + elements.map(Self.value).joined(separator: ", ") + "]"
    case .map(let entries): "{ " + entries.map { "\($0.key): \(Self.value($0.value))" }.joined(separator: ", ") + " }"
    }
  }
}

@Suite struct `A job` {
  private let loader = JobLoader(
    configuration: configuration,
    operations: [
      OperationDeclaration(name: "test.any", summary: "", parameters: [ParameterDeclaration("rules", .mapping, summary: "")]),
      OperationDeclaration(
        name: "test.each", summary: "", dimensions: ["symbol"], parameters: [ParameterDeclaration("rules", .mapping, summary: "")]),
    ])

  @Test func `that is written and read again is the same`() {
    for seed in 0..<UInt64(300) {
      var maker = JobMaker(generator: SeededGenerator(state: seed))
      let job = maker.job()
      let text = JobWriter.text(job)
      let (read, diagnostics) = loader.load(Array(text.utf8), file: "Jobs/j.yaml")
      #expect(diagnostics.map(\.line) == [], "seed \(seed)\n\(text)")
      #expect(read == job, "seed \(seed)\n\(text)")
    }
  }
}
