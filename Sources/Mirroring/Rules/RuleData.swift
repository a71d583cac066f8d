/// The data that rules ask about: read place by place, so that a verdict does not cost the whole tree.
public final class RuleData: Sendable {
  private nonisolated(unsafe) let read: ([String]) throws -> RealtimeValue
  private nonisolated(unsafe) var error: (any Error)?

  /// - Parameter read: the value at a path; called by the thread that asks for a verdict, while it does.
  public init(_ read: @escaping ([String]) throws -> RealtimeValue) {
    self.read = read
  }

  /// A tree that is at hand.
  public convenience init(_ tree: RealtimeValue) {
    self.init { tree[$0] }
  }

  /// The tree as it will be after a set of changes of which none lies below another.
  public convenience init(_ before: RuleData, changes: [(path: [String], value: RealtimeValue)]) {
    self.init { path in
      if let change = changes.first(where: { path.starts(with: $0.path) }) { return change.value[path.dropFirst(change.path.count)] }
      var value = try before.read(path)
      for change in changes where change.path.starts(with: path) {
        value = value.setting(change.value, at: change.path.dropFirst(path.count))
      }
      return value
    }
  }

  /// Null when it cannot be read.
  func value(at path: [String]) -> RealtimeValue {
    do {
      return try read(path)
    } catch {
      self.error = self.error ?? error
      return .null
    }
  }

  /// Passes on what went wrong while a verdict was found: then it is none.
  public func check() throws {
    if let error { throw error }
  }
}
