import Foundation

/// Where the realtime database is told of a change that is queued: operations name the usual place, the configuration may say another.
public final class OutboxPlaces: @unchecked Sendable {
  private let lock = NSLock()
  private var rule: @Sendable (String) -> String? = { $0 }

  /// - Parameter rule: from the usual path to the one that is told; nil: it is not told.
  public func set(_ rule: @escaping @Sendable (String) -> String?) { lock.withLock { self.rule = rule } }

  func place(of path: String) -> String? { lock.withLock { rule }(path) }
}
