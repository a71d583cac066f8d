public import Analysis
import Foundation

/// The strategies of a project: the files of `Jobs/strategies`.
public enum StrategyFolder {
  public static let path = "Jobs/strategies"

  /// The names of the strategies, sorted; empty where there is no such folder.
  public static func names(in source: FileSource) throws -> [String] { try source.yamlNames(in: path) }

  /// Every strategy in the order of the names, and every mistake.
  public static func load(from source: FileSource) -> (strategies: [StrategyDefinition], diagnostics: [Diagnostic]) {
    let names: [String]
    do {
      names = try self.names(in: source)
    } catch {
      let place = Diagnostic.Place(file: path, line: 1, column: 1, length: 1, excerpt: "")
      return ([], [Diagnostic(.unreadable, at: place, "the directory cannot be read: \(error.localizedDescription)")])
    }
    var (strategies, diagnostics): ([StrategyDefinition], [Diagnostic]) = ([], [])
    for name in names {
      let (strategy, found) = StrategyReader.read("\(path)/\(name).yaml", from: source)
      if let strategy { strategies.append(strategy) }
      diagnostics += found
    }
    return (strategies, diagnostics)
  }
}
