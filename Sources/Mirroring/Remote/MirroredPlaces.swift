/// The places of the tree that a mirror tells, compares and repairs. Whatever else lies there belongs to somebody else.
public struct MirroredPlaces: Sendable, Hashable {
  /// Keys of the top below which everything is the mirror's.
  public let tops: Set<String>

  /// What users keep lies here; the mirror's are their results alone.
  private static let users = UserLimits.top

  /// - Parameter tops: `users`, and what the mirror says of itself, are never mirrored whole, whoever asks for it.
  public init(tops: Set<String>) {
    self.tops = tops.subtracting([MirroredPlaces.users, MirrorPointer.path.keys[0]])
  }

  /// Whether a path is at or below a place of the mirror's.
  public func contains(_ path: RealtimePath) -> Bool {
    guard let top = path.keys.first else { return false }
    return top == MirroredPlaces.users ? UserLimits.isResult(path) : tops.contains(top)
  }

  /// Where all users are; only ``results(of:)`` below it may be read or written.
  public static var usersPath: RealtimePath { RealtimePath(users) }

  /// The place of one user's results.
  public static func results(of uid: String) -> RealtimePath { RealtimePath(users, uid, UserLimits.results) }
}
