import Analysis
public import JobGraph
import MarketData

extension Configuration {
  /// A warning for each alert with symbols that no step looks at: it can never fire on them, and nothing else would say so.
  /// - Parameters:
  ///   - jobs: all of the project.
  ///   - operation: the one whose steps look at alerts.
  public func unwatchedAlerts(by jobs: [Job], operation: String) -> [Diagnostic] {
    let steps = jobs.flatMap { $0.steps + $0.finally }.filter { $0.uses == operation }
    let watched = Set(steps.flatMap(\.each).filter { $0.name == "symbol" }.flatMap(\.values).map(\.text))
    return zip(alerts, alertPlaces).compactMap { alert, place in
      let silent = alert.symbols.map(\.name).filter { !watched.contains($0) }
      guard !silent.isEmpty || alert.symbols.isEmpty else { return nil }
      let names = silent.prefix(5).joined(separator: ", ") + (silent.count > 5 ? " and \(silent.count - 5) more" : "")
      return Diagnostic(
        .unwatchedAlert, at: place,
        silent.isEmpty ? "the alert `\(alert.id)` has no symbol" : "the alert `\(alert.id)` is looked at by no job on \(names)",
        label: "never fires",
        expected: silent.isEmpty ? nil : "symbols that a step `uses: \(operation)` has in its `each`")
    }
  }
}
