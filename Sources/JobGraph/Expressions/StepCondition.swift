/// A condition of `when`: what is left of it once parameters and the date are known, and what was seen on the way.
public struct StepCondition: Sendable, Hashable {
  /// As written, without the braces.
  public let source: String
  /// A flag; only the ends of steps may still be unknown.
  public let expression: Expression
  /// What was known when the plan was made: `weekday is thu`.
  public let observed: [String]

  public init(source: String, expression: Expression, observed: [String] = []) {
    (self.source, self.expression, self.observed) = (source, expression, observed)
  }

  /// Whether it is met, when that is known already.
  public var decision: Bool? {
    if case .flag(let flag)? = expression.value { flag } else { nil }
  }

  /// The steps whose end decides it.
  public var steps: [StepID] { expression.steps.map(\.step) }

  /// The condition once more of its steps have ended.
  ///
  /// - Parameter steps: how each step that it names has ended.
  public func decided(by steps: [String: ExpressionFacts.StepFacts]) -> StepCondition {
    let facts = ExpressionFacts(steps: steps)
    // What can have no value was refused when the plan was made; a journal of another version is followed as a condition that is not met.
    let reduced = (try? expression.reduced(in: facts, isFinal: true)) ?? expression
    return StepCondition(source: source, expression: reduced, observed: observed + expression.observations(in: facts))
  }

  /// Why the step does not run: `its condition is not met: weekday == "sun" (weekday is thu)`.
  public var refusal: String {
    "its condition is not met: \(source)" + (observed.isEmpty ? "" : " (\(observed.joined(separator: ", ")))")
  }
}
