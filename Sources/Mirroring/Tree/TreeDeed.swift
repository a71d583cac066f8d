/// Something that the audit log keeps: who did what to what. Never a token, and no value: digests of them.
public struct TreeDeed: Sendable, Hashable {
  public enum Kind: String, Sendable, CaseIterable {
    case rulesChanged = "rules changed"
    case usersWritten = "users written"
    case serverStarted = "server started"
    case signInsRefused = "sign-ins refused"
  }

  public let kind: Kind
  /// `the admin`, `the admin as user ann`, `desk (uid 1000), jobs realtime rules --deploy`
  public let who: String
  /// A path of the tree, or a database.
  public let object: String
  /// SHA-256 in hexadecimal of what was there, and is there now; nil where nothing is.
  public let before: String?
  public let after: String?
  public let note: String?

  public init(_ kind: Kind, by who: String, object: String, before: String? = nil, after: String? = nil, note: String? = nil) {
    (self.kind, self.who, self.object, self.before, self.after, self.note) = (kind, who, object, before, after, note)
  }

  /// - Parameters:
  ///   - before: the text of the rules; nil when none were set.
  public static func rulesChanged(by who: String, object: String, before: String?, after: String) -> TreeDeed {
    TreeDeed(
      .rulesChanged, by: who, object: object, before: before.map { RealtimeTag.digest(of: Array($0.utf8)) },
      after: RealtimeTag.digest(of: Array(after.utf8)))
  }

  /// - Parameter place: where it listens.
  public static func started(by who: String, at place: String, rules: SecurityRules, note: String) -> TreeDeed {
    TreeDeed(.serverStarted, by: who, object: place, after: RealtimeTag.digest(of: Array(rules.text.utf8)), note: note)
  }

  static func refused(_ count: Int, _ reason: String) -> TreeDeed {
    TreeDeed(.signInsRefused, by: "unknown", object: "the realtime server", note: "\(count): \(reason)")
  }
}

/// The places of users that an admin writes.
struct UserPlaces {
  private let paths: [[String]]

  /// So many are named, the others counted.
  private static let namedMax = 8

  /// - Returns: nil when no admin writes, or nothing of users.
  init?(of call: RealtimeCall, _ write: RealtimeWrite) {
    guard call.visitor.isAdmin else { return nil }
    // Who replaces the root replaces all users.
    paths = write.changes.compactMap { $0.path.isEmpty ? ["users"] : $0.path.first == "users" ? $0.path : nil }
    if paths.isEmpty { return nil }
  }

  /// - Returns: nil where nothing is.
  func digest(in tree: any TreeReading) throws -> String? {
    var bytes: [UInt8] = []
    for path in paths {
      let value = try tree.value(at: path)
      if !value.isNull { bytes += Array(TreeLeaves.stored(path).utf8) + [0] + RealtimeJSON.bytes(of: value) + [0] }
    }
    return bytes.isEmpty ? nil : RealtimeTag.digest(of: bytes)
  }

  func deed(by visitor: RealtimeDoor.Visitor, before: String?, in tree: any TreeReading) throws -> TreeDeed {
    let named = paths.prefix(UserPlaces.namedMax).map { ("/" + $0.joined(separator: "/")).cut(to: 300) }.joined(separator: ", ")
    let others = paths.count > UserPlaces.namedMax ? " and \(paths.count - UserPlaces.namedMax) more" : ""
    return TreeDeed(.usersWritten, by: visitor.name, object: named + others, before: before, after: try digest(in: tree))
  }
}
