import JobGraph
import MarketData

/// What `$name.path` stands for.
struct References {
  private let configuration: Configuration
  private let parameters: [String: JobValue]?
  private let parameterNames: [String]
  let expressions: ExpressionReader

  /// - Parameter parameters: nil while the parameters themselves are read.
  init(_ configuration: Configuration, parameters: [JobValue.Entry]?, expressions: ExpressionReader) {
    (self.configuration, self.expressions) = (configuration, expressions)
    self.parameters = parameters.map { Dictionary($0.map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last }) }
    parameterNames = parameters?.map(\.key) ?? []
  }

  /// The value of a node with every reference and expression in it replaced; nil, and a diagnostic, when one cannot be.
  func value(of tree: Tree, _ findings: Findings) -> JobValue? {
    switch tree.content {
    case .scalar(let scalar):
      if scalar.hasExpression { return expressions.value(of: scalar, at: tree.spot) }
      guard let path = scalar.reference else { return scalar.value }
      return resolve(path, at: tree.spot, findings)
    case .list(let elements):
      let values = elements.compactMap { value(of: $0, findings) }
      return values.count == elements.count ? .list(values) : nil
    case .mapping(let entries):
      let values = entries.compactMap { entry in value(of: entry.value, findings).map { JobValue.Entry(entry.key, $0) } }
      return values.count == entries.count ? .map(values) : nil
    }
  }

  /// The symbols of a watchlist with their weights; nil when the path is not one of these.
  func symbols(_ path: Substring) -> [Step.Dimension.Value]? {
    let parts = path.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0] == "watchlist" else { return nil }
    return configuration.watchlist?.list(String(parts[1]))?.map { Step.Dimension.Value($0.symbol.name, weight: $0.weight) }
  }

  func resolve(_ path: Substring, at spot: Spot, _ findings: Findings) -> JobValue? {
    let parts = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    let roots = ["watchlist", "config", "parameters"]
    guard parts.count > 1, parts.allSatisfy(Names.isName), roots.contains(parts[0]) else {
      findings.add(
        .undefinedReference, at: spot, "`$\(path)` refers to nothing", label: "not a reference",
        expected: "`$watchlist.LIST`, `$config.FILE` or `$parameters.NAME`; a text that begins with `$` is written in quotes",
        nearest: roots.contains(parts[0]) ? nil : findings.nearest("root", to: parts[0], in: roots))
      return nil
    }
    switch parts[0] {
    case "watchlist": return watchlist(parts, path, spot, findings)
    case "config":
      return descend(parts, into: configuration.value(of: parts[1]), names: configuration.names, "file of Jobs/config", spot, findings)
    default:
      guard let parameters else {
        findings.add(.undefinedReference, at: spot, "`$\(path)` stands in a parameter", label: "a parameter cannot refer to another one")
        return nil
      }
      return descend(parts, into: parameters[parts[1]], names: parameterNames, "parameter", spot, findings)
    }
  }

  private func watchlist(_ parts: [String], _ path: Substring, _ spot: Spot, _ findings: Findings) -> JobValue? {
    if let values = symbols(path) { return .list(values.map { .string($0.text) }) }
    let names = (configuration.watchlist?.lists.map(\.name) ?? []) + ["all"]
    findings.add(
      .undefinedReference, at: spot, "the watchlist has no list `\(parts.dropFirst().joined(separator: "."))`", label: "undefined",
      expected: configuration.watchlist == nil
        ? "a file Jobs/config/watchlist.yaml" : "lists of the watchlist: \(names.joined(separator: ", "))",
      nearest: findings.nearest("list", to: parts[1], in: names))
    return nil
  }

  /// Follows the keys after the second part.
  private func descend(
    _ parts: [String], into start: JobValue?, names: [String], _ kind: String, _ spot: Spot, _ findings: Findings
  ) -> JobValue? {
    guard var value = start else {
      findings.add(
        .undefinedReference, at: spot, "no \(kind) is called `\(parts[1])`", label: "undefined",
        nearest: findings.nearest(kind, to: parts[1], in: names))
      return nil
    }
    for (depth, part) in parts.enumerated().dropFirst(2) {
      guard let next = value[part] else {
        var keys: [String] = []
        if case .map(let entries) = value { keys = entries.map(\.key) }
        findings.add(
          .undefinedReference, at: spot, "`$\(parts[..<depth].joined(separator: "."))` has no key `\(part)`", label: "undefined",
          nearest: findings.nearest("key", to: part, in: keys))
        return nil
      }
      value = next
    }
    return value
  }
}
