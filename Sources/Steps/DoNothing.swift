public import JobGraph
public import Running

/// `nothing`: a point where steps meet. Its task succeeds, and leaves nothing but that.
public struct DoNothing: StepOperation {
  public init() {}

  public func run(in context: StepContext) async throws -> TaskOutcome { TaskOutcome() }
}
