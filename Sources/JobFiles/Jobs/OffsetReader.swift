import JobGraph

/// Reads `offset: close+45m`, which stands beside `calendar`.
struct OffsetReader {
  let findings: Findings

  static let expectation = "`open` or `close`, and a duration before or after it: `close`, `close+45m`, `open-30m`; at most 3d"
  private static let distanceMax = Duration.seconds(3 * 86_400)

  func read(_ tree: Tree, in step: Section) -> SessionOffset? {
    if step["calendar"] == nil {
      findings.add(
        .missingKey, at: step.keySpot("offset"), "`offset` without `calendar`", label: "counted from the sessions of which market",
        expected: "`calendar: XNYS` beside it")
    }
    guard let text = findings.text(tree, of: "`offset`", wanted: "a text such as `close+45m`") else { return nil }
    if let offset = Self.parse(text.value) { return offset }
    findings.add(
      .badDuration, at: text.spot, "`offset` is `\(text.value)`", label: "not a moment of a session", expected: Self.expectation,
      nearest: findings.nearest(
        "word", to: String(text.value.prefix { $0 != "+" && $0 != "-" }), in: SessionOffset.Edge.allCases.map(\.rawValue)))
    return nil
  }

  static func parse(_ text: String) -> SessionOffset? {
    guard let edge = SessionOffset.Edge.allCases.first(where: { text.hasPrefix($0.rawValue) }) else { return nil }
    let rest = text.dropFirst(edge.rawValue.count)
    if rest.isEmpty { return SessionOffset(edge) }
    guard rest.first == "+" || rest.first == "-", let distance = DurationText.parse(rest.dropFirst()), distance <= distanceMax else {
      return nil
    }
    return SessionOffset(edge, rest.first == "-" ? .zero - distance : distance)
  }
}
