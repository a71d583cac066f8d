/// Which steps of a job a command means: `--only` and `--skip` with a step's name, `+step` (it and all it needs), `step+` (it and
/// all that need it) or `tag:name`.
public struct Selection: Sendable, Equatable {
  public var only: [String]
  public var skip: [String]

  public init(only: [String] = [], skip: [String] = []) {
    (self.only, self.skip) = (only, skip)
  }

  /// The ordinary steps that are left.
  /// - Throws: ``SelectionError`` for a selector that matches nothing.
  public func steps(of job: Job) throws(SelectionError) -> Set<StepID> {
    var chosen = Set(job.steps.map(\.id))
    if !only.isEmpty {
      chosen = []
      for selector in only { chosen.formUnion(try matches(selector, in: job)) }
    }
    for selector in skip { chosen.subtract(try matches(selector, in: job)) }
    guard !chosen.isEmpty else { throw SelectionError(selector: (only + skip).joined(separator: " "), names: job.steps.map(\.id.name)) }
    return chosen
  }

  private func matches(_ selector: String, in job: Job) throws(SelectionError) -> Set<StepID> {
    let found: Set<StepID>
    if selector.hasPrefix("tag:") {
      let tag = String(selector.dropFirst(4))
      found = Set(job.steps.filter { $0.tags.contains(tag) }.map(\.id))
    } else {
      let (upstream, downstream) = (selector.hasPrefix("+"), selector.hasSuffix("+"))
      let id = StepID(String(selector.dropFirst(upstream ? 1 : 0).dropLast(downstream ? 1 : 0)))
      guard job.steps.contains(where: { $0.id == id }) else {
        throw SelectionError(selector: selector, names: job.steps.map(\.id.name))
      }
      found = Set([id])
        .union(upstream ? closure(of: id, next: Dictionary(uniqueKeysWithValues: job.steps.map { ($0.id, $0.needs) })) : [])
        .union(downstream ? closure(of: id, next: job.dependents) : [])
    }
    guard !found.isEmpty else { throw SelectionError(selector: selector, names: job.steps.map(\.id.name)) }
    return found
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
  public let selector: String
  /// The steps that exist.
  public let names: [String]

  public init(selector: String, names: [String]) {
    (self.selector, self.names) = (selector, names)
  }

  public var description: String {
    "`\(selector)` selects no step; the steps are: \(names.joined(separator: ", "))"
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
