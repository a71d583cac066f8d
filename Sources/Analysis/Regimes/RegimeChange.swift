/// A series of states went over to another one and stayed there for two bars.
public struct RegimeChange<State: Equatable & Sendable>: Equatable, Sendable {
  /// The second bar of the new state: the one on whose close the change is known.
  public let index: Int
  public let from, to: State

  public init(index: Int, from: State, to: State) {
    (self.index, self.from, self.to) = (index, from, to)
  }

  /// The changes in a series of states, oldest first.
  ///
  /// A state counts once two bars in a row have it; a single bar of another state changes nothing. The first state that counts is the
  /// beginning, not a change. A bar without a state (nil) breaks a pair.
  ///
  /// - Complexity: O(*n*).
  public static func changes(in states: [State?]) -> [RegimeChange] {
    var changes: [RegimeChange] = []
    var current: State?
    for (index, pair) in zip(states.indices.dropFirst(), zip(states, states.dropFirst())) {
      guard let state = pair.0, state == pair.1, state != current else { continue }
      if let current { changes.append(RegimeChange(index: index, from: current, to: state)) }
      current = state
    }
    return changes
  }
}
