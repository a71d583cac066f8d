/// Which steps of a job a command means: `--only` and `--skip` with a step's name, `+step` (it and all it needs), `step+` (it and
/// all that need it), `tag:name`, or several of these separated by commas.
///
/// Steps of `finally` are not chosen: they run at the end of every run.
public struct Selection: Sendable, Equatable {
  public var only: [String]
  public var skip: [String]

  public init(only: [String] = [], skip: [String] = []) {
    (self.only, self.skip) = (Self.parts(only), Self.parts(skip))
  }

  /// A comma belongs to no name, so it separates.
  private static func parts(_ texts: [String]) -> [String] {
    texts.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false).map { String($0.drop { $0 == " " }) } }
  }

  /// The ordinary steps that are left.
  /// - Throws: ``SelectionError`` for a selector that matches nothing, and when nothing is left.
  /// - Complexity: O((steps + edges) · selectors).
  public func steps(of job: Job) throws(SelectionError) -> Set<StepID> {
    let names = job.steps.map(\.id)
    var chosen = Set(names)
    guard !only.isEmpty || !skip.isEmpty else { return chosen }
    let graph = (all: chosen, needs: Dictionary(job.steps.map { ($0.id, $0.needs) }) { first, _ in first }, dependents: job.dependents)
    if !only.isEmpty {
      chosen = []
      for selector in only { chosen.formUnion(try matches(selector, in: job, graph)) }
    }
    for selector in skip { chosen.subtract(try matches(selector, in: job, graph)) }
    guard !chosen.isEmpty else { throw SelectionError(.nothingLeft(only: only, skip: skip), in: job) }
    return chosen
  }

  private typealias Graph = (all: Set<StepID>, needs: [StepID: [StepID]], dependents: [StepID: [StepID]])

  private func matches(_ selector: String, in job: Job, _ graph: Graph) throws(SelectionError) -> Set<StepID> {
    if selector.hasPrefix("tag:") {
      let tag = String(selector.dropFirst(4))
      let found = job.steps.filter { $0.tags.contains(tag) }.map(\.id)
      guard !found.isEmpty else { throw SelectionError(.unknownTag(tag), in: job) }
      return Set(found)
    }
    let (upstream, downstream) = (selector.hasPrefix("+"), selector.count > 1 && selector.hasSuffix("+"))
    let id = StepID(String(selector.dropFirst(upstream ? 1 : 0).dropLast(downstream ? 1 : 0)))
    guard graph.all.contains(id) else { throw SelectionError(.unknownStep(id.name), in: job) }
    return Set([id])
      .union(upstream ? closure(of: id, next: graph.needs) : [])
      .union(downstream ? closure(of: id, next: graph.dependents) : [])
  }

  private func closure(of id: StepID, next: [StepID: [StepID]]) -> Set<StepID> {
    var (seen, open) = (Set([id]), [id])
    while let current = open.popLast() {
      for neighbour in next[current] ?? [] where seen.insert(neighbour).inserted { open.append(neighbour) }
    }
    return seen
  }
}

/// A selector that matches no step.
public struct SelectionError: Error, Equatable, CustomStringConvertible {
  public let reason: Reason
  /// The steps that exist.
  public let names: [String]
  /// The tags that exist, each once.
  public let tags: [String]
  public let finally: [String]

  public enum Reason: Sendable, Hashable {
    case unknownStep(String)
    case unknownTag(String)
    /// `--skip` leaves nothing of what `--only` chose.
    case nothingLeft(only: [String], skip: [String])
  }

  init(_ reason: Reason, in job: Job) {
    self.reason = reason
    names = job.steps.map(\.id.name)
    var seen: Set<String> = []
    tags = job.steps.flatMap(\.tags).filter { seen.insert($0).inserted }
    finally = job.finally.map(\.id.name)
  }

  /// What was written, and the names of its kind: for the nearest one.
  public var wrongName: (kind: String, name: String, known: [String])? {
    switch reason {
    case .unknownStep(let name): finally.contains(name) ? nil : ("step", name, names)
    case .unknownTag(let name): ("tag", name, tags)
    case .nothingLeft: nil
    }
  }

  private static let namesShown = 40

  public var description: String {
    switch reason {
    case .unknownStep(let name) where finally.contains(name):
      "`\(name)` is a step of `finally`; those run at the end of every run and are not selected"
    case .unknownStep(let name): "no step is called `\(name)`; the steps are: \(Self.list(names))"
    case .unknownTag(let name):
      "no step has the tag `\(name)`; " + (tags.isEmpty ? "the job has no tags" : "the tags are: \(Self.list(tags))")
    case .nothingLeft(let only, let skip):
      "nothing is left: --skip \(skip.joined(separator: ",")) takes all of \(only.isEmpty ? "the steps" : only.joined(separator: ","))"
    }
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(namesShown).joined(separator: ", ") + (names.count > namesShown ? " and \(names.count - namesShown) more" : "")
  }
}

extension Job {
  /// For each step those that need it.
  public var dependents: [StepID: [StepID]] {
    var result: [StepID: [StepID]] = [:]
    for step in steps { for need in step.needs { result[need, default: []].append(step.id) } }
    return result
  }
}
