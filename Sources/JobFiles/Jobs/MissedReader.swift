import JobGraph

/// Reads `missed: last`, or `missed: { policy: all, within: 7d, at_most: 5 }`.
struct MissedReader {
  let findings: Findings

  static let keys = ["policy", "within", "at_most"]
  static let capRange = 1...1000

  func read(_ tree: Tree) -> Job.MissedPolicy {
    guard case .mapping = tree.content else {
      let text = findings.text(tree, of: "`missed`", wanted: "\(Job.Missed.wordList), or a mapping of \(Self.keys.joined(separator: ", "))")
      return Job.MissedPolicy(text.flatMap { findings.word($0, of: "`missed`") } ?? .last)
    }
    guard let section = Section(tree, title: "`missed`", findings: findings) else { return Job.MissedPolicy() }
    section.refuseKeys(except: Self.keys)
    section.require("policy", Job.Missed.wordList)
    let window = section.duration("within")
    if let window, window == .zero {
      findings.add(.outOfRange, at: section["within"]?.spot ?? section.spot, "`within` is 0", label: "expected more than 0")
    }
    return Job.MissedPolicy(
      section.word("policy") ?? .last, window: window, cap: section.integer("at_most", in: Self.capRange) ?? Job.MissedPolicy.standardCap)
  }
}
