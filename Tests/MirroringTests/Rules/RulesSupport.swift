import Mirroring
import Testing

/// What became of an expression as the `.read` of the root.
enum ExpressionOutcome: Equatable {
  case isTrue, isFalse
  /// Refused when the rules were read.
  case refused
  /// It could not be asked: false as a whole.
  case failed
}

/// Asks one expression as the real database would be asked: as the `.read` at the end of `$a/$b/…`, of somebody.
func outcome(
  of expression: String, auth: RealtimeIdentity = .nobody, captures: [String: String] = [:], data: RealtimeValue = .null,
  now: Double = 1_000, query: RulesQuery = RulesQuery()
) -> ExpressionOutcome {
  let names = captures.keys.sorted()
  var document = "{\".read\": \(quoted(expression))}"
  for name in names.reversed() { document = "{\(quoted(name)): \(document)}" }
  guard let rules = try? SecurityRules(reading: "{\"rules\": \(document)}") else { return .refused }
  let path = names.map { captures[$0]! }
  switch rules.allowsRead(path: path, auth: auth, now: now, root: data, query: query) {
  case .allowed: return .isTrue
  case .denied(let refusal): return refusal.failure == nil ? .isFalse : .failed
  }
}

func quoted(_ text: String) -> String { RealtimeJSON.text(of: .string(text)) }

func tree(_ json: String) -> RealtimeValue {
  do {
    return try RealtimeJSON.value(of: Array(json.utf8))
  } catch {
    Issue.record("\(json): \(error.explanation)")
    return .null
  }
}

func rules(_ json: String) throws -> SecurityRules { try SecurityRules(reading: "{\"rules\": \(json)}") }

func keys(_ path: String) -> [String] { path.split(separator: "/").map(String.init) }

extension SecurityRules {
  /// Writes values to paths, together, and asks whether that may be.
  func write(_ changes: [String: String], to before: RealtimeValue = .null, as identity: RealtimeIdentity = .nobody, now: Double = 1_000)
    -> RulesVerdict
  {
    let after = changes.reduce(before) { $0.setting($1.value == "null" ? .null : tree($1.value), at: keys($1.key)) }
    return allowsWrite(changes: changes.keys.sorted().map(keys), auth: identity, now: now, root: before, newRoot: after)
  }

  func reads(_ path: String, of data: RealtimeValue = .null, as identity: RealtimeIdentity = .nobody) -> Bool {
    allowsRead(path: keys(path), auth: identity, now: 1_000, root: data).isAllowed
  }
}
