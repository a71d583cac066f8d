/// Told of each request that goes out over the network while a piece of work is done, so that its cost can be written beside it.
///
/// It follows the work by the task it runs in: between an operation and its requests lie adapters that have no business knowing who asks.
public struct RequestMeter: Sendable {
  @TaskLocal static var current: RequestMeter?

  private let sent: @Sendable (_ provider: String, _ weight: Int) async throws -> Void

  /// - Parameter sent: called when a request has been let through, before it goes out.
  public init(_ sent: @escaping @Sendable (_ provider: String, _ weight: Int) async throws -> Void) {
    self.sent = sent
  }

  /// Does `work` and is told of its requests.
  public func measure<Result: Sendable>(_ work: () async throws -> Result) async rethrows -> Result {
    try await RequestMeter.$current.withValue(self, operation: work)
  }

  static func count(_ weight: Int, of provider: String) async throws {
    try await current?.sent(provider, weight)
  }
}
