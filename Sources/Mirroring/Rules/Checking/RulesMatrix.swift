/// Who may do what where: what was declared, beside what rules say. Nothing is asked but the rules; the data is made up.
public struct RulesMatrix: Sendable {
  /// One question.
  public struct Cell: Sendable, Equatable {
    public let identity: String
    /// With a slash before it, keys as they stand in the database.
    public let path: String
    public let operation: Operation
    /// What the value is that is written: `without a name`; empty for a read and a deletion.
    public let value: String
    public let isDeclared: Bool
    public let verdict: RulesVerdict

    public var isAsDeclared: Bool { isDeclared == verdict.isAllowed }
  }

  public enum Operation: String, Sendable, CaseIterable {
    case read, write, delete
  }

  public let identities: [String]
  /// Row by row; in each row the identities in their order.
  public let cells: [Cell]

  /// The cells that are not as they were declared.
  public var differences: [Cell] { cells.filter { !$0.isAsDeclared } }

  /// Asks the rules everything that the declaration speaks of, and what it does not speak of and must therefore deny.
  /// - Parameter now: milliseconds since 1970.
  public init(_ rules: SecurityRules, as access: RealtimeAccess, now: Double) {
    let subjects = RulesSubject.all(of: access)
    let questions = RulesQuestion.all(of: access)
    let tree = questions.reduce(RealtimeValue.null) { $1.stored.map { [tree = $0] in tree.setting($0.value, at: $0.keys) } ?? $0 }
    identities = subjects.map(\.name)
    cells = questions.flatMap { question in
      subjects.map { subject in
        Cell(
          identity: subject.name, path: "/" + question.keys.joined(separator: "/"), operation: question.operation, value: question.title,
          isDeclared: question.isDeclared(subject, access), verdict: question.verdict(of: rules, subject.identity, tree, now))
      }
    }
  }
}

/// Somebody who asks.
struct RulesSubject {
  let name: String
  let identity: RealtimeIdentity
  let uid: String?
  /// The roles that the identity has.
  let roles: [String]

  static let owner = "ann"
  static let other = "bob"

  static func all(of access: RealtimeAccess) -> [RulesSubject] {
    let open = access.roles.filter { $0.who == .anyone }.map(\.name)
    let signedIn = open + access.roles.filter { $0.who == .signedIn }.map(\.name)
    var subjects = [
      RulesSubject(name: "nobody", identity: .nobody, uid: nil, roles: open),
      RulesSubject(name: "the user", identity: .user(owner), uid: owner, roles: signedIn),
      RulesSubject(name: "another user", identity: .user(other), uid: other, roles: signedIn),
    ]
    for role in access.roles {
      guard case .claim(let claim, let value) = role.who else { continue }
      // Two roles may ask for the same claim; whoever has it has both.
      let same = access.roles.filter { $0.who == role.who }.map(\.name)
      subjects.append(
        RulesSubject(name: role.name, identity: .user("c\(subjects.count)", claims: [claim: value]), uid: nil, roles: signedIn + same))
      let wrong: RealtimeValue = if case .string(let text) = value { .string(text + "x") } else { .string("x") }
      subjects.append(
        RulesSubject(name: "not \(role.name)", identity: .user("c\(subjects.count)", claims: [claim: wrong]), uid: nil, roles: signedIn))
    }
    return subjects + [RulesSubject(name: "admin", identity: .admin, uid: nil, roles: [])]
  }
}

/// Something that is asked for.
struct RulesQuestion {
  enum Target {
    /// Nothing that anybody was given.
    case nothing
    case part(ProjectedPart)
    /// What tells which tree to read: for everybody who reads something.
    case pointer
    /// What a user reads, but the mirror writes.
    case owned
    /// What a user reads and writes.
    case own
  }

  let target: Target
  let keys: [String]
  let operation: RulesMatrix.Operation
  var title = ""
  var value = RealtimeValue.null
  var isValid = true
  /// What lies in the database before, for all questions.
  var stored: (keys: [String], value: RealtimeValue)?

  func isDeclared(_ subject: RulesSubject, _ access: RealtimeAccess) -> Bool {
    if subject.identity == .admin { return true }
    switch (target, operation) {
    case (.nothing, _), (.part, .write), (.part, .delete), (.pointer, .write), (.pointer, .delete), (.owned, .write), (.owned, .delete):
      return false
    case (.part(let part), .read): return access.roles.contains { subject.roles.contains($0.name) && $0.reads.contains(part) }
    case (.pointer, .read):
      return access.roles.contains { role in
        subject.roles.contains(role.name) && role.reads.contains { access.projection[$0] != nil }
      }
    case (.owned, .read), (.own, .read), (.own, .delete): return subject.uid == RulesSubject.owner
    case (.own, .write): return subject.uid == RulesSubject.owner && isValid
    }
  }

  func verdict(of rules: SecurityRules, _ identity: RealtimeIdentity, _ tree: RealtimeValue, _ now: Double) -> RulesVerdict {
    switch operation {
    case .read: rules.allowsRead(path: keys, auth: identity, now: now, root: tree)
    case .write: rules.allowsWrite(changes: [keys], auth: identity, now: now, root: tree, newRoot: tree.setting(value, at: keys))
    case .delete: rules.allowsWrite(changes: [keys], auth: identity, now: now, root: tree, newRoot: tree.setting(.null, at: keys))
    }
  }
}
