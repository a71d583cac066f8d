import Foundation
import JobGraph
import Scheduling

/// Reads the mapping that is a job file.
struct JobReader {
  let loader: JobLoader
  let findings: Findings
  let overrides: [(key: String, text: String)]
  let given: [JobValue.Entry]
  let logicalDate: Instant

  private static let keys = [
    "job", "description", "time_zone", "ready_by", "timeout", "overlap", "missed", "parameters", "pools", "defaults", "steps", "finally",
  ]

  func read(_ root: Tree) -> Job? {
    guard let section = Section(root, title: "the job", findings: findings) else { return nil }
    section.refuseKeys(except: Self.keys)
    var job = header(section)
    var facts = ExpressionFacts(job: job.name, date: dateFacts(of: job), calendars: loader.calendars)
    var scope = ExpressionScope(calendars: loader.calendarNames, allowsParameters: false)
    let ofParameters = ExpressionReader(findings: findings, scope: scope, facts: facts)
    let parameters = ParameterReader(configuration: loader.configuration, findings: findings, expressions: ofParameters)
      .read(section["parameters"], given: given, overrides: overrides, job: job.name)
    job.parameters = parameters
    facts.parameters = Dictionary(parameters.map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last })
    (scope.parameters, scope.allowsParameters) = (facts.parameters, true)
    let expressions = ExpressionReader(findings: findings, scope: scope, facts: facts, steps: names(section))
    let reader = StepReader(
      loader: loader, findings: findings,
      references: References(loader.configuration, parameters: parameters, expressions: expressions),
      defaults: defaults(section))
    job.pools = PoolsReader(findings: findings).read(section["pools"])
    let steps = drafts(section, "steps", reader)
    let final = drafts(section, "finally", reader)
    job.datedFor = expressions.usesDate || ofParameters.usesDate ? facts.date?.instant : nil
    let edges = GraphCheck(findings: findings).check(steps, finally: final)
    PoolCheck(findings: findings, loader: loader).check(steps + final, declared: job.pools)
    if let edges { OrderCheck(findings: findings, loader: loader).check(steps, finally: final, edges: edges) }
    checkSteps(section, steps)
    (job.steps, job.finally) = (steps.map(\.step), final.map(\.step))
    return job
  }

  private func header(_ section: Section) -> Job {
    let name = section.text("job")
    section.require("job", "the name of the file without `.yaml`")
    var job = Job(name: name?.value ?? "", steps: [])
    if let name, Names.check(name, "job", findings) { checkFileName(name) }
    job.description = section.text("description")?.value ?? ""
    job.timeZone = section.text("time_zone").flatMap { Names.zone($0, findings) } ?? "UTC"
    job.readyBy = section.text("ready_by").flatMap(readyBy)
    job.timeout = section.duration("timeout")
    job.overlap = section.word("overlap") ?? .skip
    job.missed = section["missed"].map { MissedReader(findings: findings).read($0) } ?? Job.MissedPolicy()
    return job
  }

  /// The names of all steps, whatever else is wrong with them.
  private func names(_ section: Section) -> [String] {
    ["steps", "finally"].flatMap { key in
      let steps: [String] = if case .mapping(let entries)? = section[key]?.content { entries.map(\.key) } else { [] }
      return steps
    }
  }

  private func dateFacts(of job: Job) -> ExpressionFacts.DateFacts? {
    guard let zone = TimeZone(identifier: job.timeZone) else { return nil }
    return ExpressionFacts.DateFacts(logicalDate, in: zone)
  }

  private func checkFileName(_ name: Located<String>) {
    let file = findings.source.file.split(separator: "/").last.map(String.init) ?? ""
    guard file != name.value + ".yaml" else { return }
    findings.add(
      .nameIsNotFile, at: name.spot, "the job `\(name.value)` is in the file `\(file)`", label: "not the name of the file",
      notes: ["name the job as the file, or the file `\(name.value).yaml`"])
  }

  /// `06:30 America/New_York`; without a zone the job's own is meant.
  private func readyBy(_ text: Located<String>) -> String? {
    let parts = text.value.split(separator: " ", maxSplits: 1)
    let time = parts.first.map { $0.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false) } ?? []
    let isTime = time.count == 2 && time.allSatisfy { $0.count == 2 && $0.allSatisfy { (0x30...0x39).contains($0) } }
    guard isTime, let hour = Int(parts[0].prefix(2)), let minute = Int(parts[0].suffix(2)), hour < 24, minute < 60 else {
      findings.add(
        .wrongType, at: text.spot, "`ready_by` is `\(text.value)`", label: "not a time of day",
        expected: "hours, minutes and a zone: `06:30 America/New_York`")
      return nil
    }
    guard parts.count == 2 else { return text.value }
    return Names.zone(Located(value: String(parts[1]), spot: text.spot), findings).map { _ in text.value }
  }

  private func defaults(_ section: Section) -> StepReader.Defaults {
    guard let section = section.section("defaults", title: "`defaults`") else { return StepReader.Defaults() }
    section.refuseKeys(except: ["retry", "timeout"])
    return StepReader.Defaults(
      retry: section["retry"].flatMap { RetryReader(findings: findings).read($0, over: RetryPolicy()) } ?? RetryPolicy(),
      timeout: section.duration("timeout"))
  }

  private func drafts(_ section: Section, _ key: String, _ reader: StepReader) -> [StepDraft] {
    section.section(key, title: "`\(key)`")?.entries.compactMap(reader.read) ?? []
  }

  private func checkSteps(_ section: Section, _ steps: [StepDraft]) {
    section.require("steps", "a mapping of step names to steps")
    if let tree = section["steps"], case .mapping(let entries) = tree.content, entries.isEmpty {
      findings.add(.emptyJob, at: section.keySpot("steps"), "the job has no steps", label: "empty")
    }
  }
}
