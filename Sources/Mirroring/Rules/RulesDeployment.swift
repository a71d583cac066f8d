/// A database whose rules can be replaced.
public protocol RulesDeployment: Sendable {
  /// Where it is, as people read it.
  var place: String { get }

  /// Replaces the rules. - Throws: what the database says, when it does not take them.
  func put(rules: String) async throws

  /// The rules as the database has them.
  func rules() async throws -> String
}

/// The database does not have what it was given.
public enum RulesDeploymentFailure: Error, Equatable, CustomStringConvertible {
  case unreadable(place: String, mistakes: RulesMistakes)
  /// With the first place that differs: `/rules/quotes/.read`.
  case differs(place: String, at: String)

  public var description: String {
    switch self {
    case .unreadable(let place, let mistakes):
      "\(place): the rules were written, but what comes back cannot be read: \(mistakes); look at them in the console of the database"
    case .differs(let place, let path):
      "\(place): the rules were written, but others came back; the first difference is at \(path). Somebody else may be deploying: try again"
    }
  }
}

extension RulesDeployment {
  /// Writes the rules, reads them back and compares what they say; blanks, comments and the order of keys do not count.
  /// - Returns: the rules as they came back.
  public func deploy(_ text: String) async throws -> SecurityRules {
    try await put(rules: text)
    let back = try await rules()
    let deployed: SecurityRules
    do {
      deployed = try SecurityRules(reading: back)
    } catch {
      throw RulesDeploymentFailure.unreadable(place: place, mistakes: error)
    }
    if let path = RulesComparison.difference(text, back) { throw RulesDeploymentFailure.differs(place: place, at: path) }
    return deployed
  }
}

/// Compares documents of rules by what they say.
public enum RulesComparison {
  /// The first place that differs, `/rules/quotes/.read`; nil when there is none. A text that is no JSON differs everywhere.
  public static func difference(_ a: String, _ b: String) -> String? {
    // `try?`: what cannot be read is different from everything.
    let nodes = [a, b].map { try? RealtimeJSON.document(of: Array($0.utf8), .rules) }
    guard let a = nodes[0], let b = nodes[1] else { return "/" }
    return difference(a, b, at: "")
  }

  private static func difference(_ a: RealtimeJSONNode, _ b: RealtimeJSONNode, at path: String) -> String? {
    guard case .object(let members) = a.content, case .object(let others) = b.content else {
      return a.value == b.value ? nil : path.isEmpty ? "/" : path
    }
    let known = Dictionary(others.map { ($0.key, $0.value) }) { $1 }
    for member in members {
      let place = path + "/" + member.key
      guard let other = known[member.key] else { return place }
      if let found = difference(member.value, other, at: place) { return found }
    }
    let names = Set(members.map(\.key))
    return others.first { !names.contains($0.key) }.map { path + "/" + $0.key }
  }
}
