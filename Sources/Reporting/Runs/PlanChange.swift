import JobGraph
import Scheduling

/// What differs between a step of one plan and the same step of another.
enum PlanChange {
  /// - Parameters:
  ///   - a: nil: only the second plan has the step.
  ///   - b: nil: only the first plan has it.
  static func sentences(_ a: PlannedStep?, _ b: PlannedStep?, _ id: StepID) -> [String] {
    guard let a else { return b.map { ["\(id) is only in the second run: it uses \($0.uses)"] } ?? [] }
    guard let b else { return ["\(id) is only in the first run: it uses \(a.uses)"] }
    return settings(a, b).compactMap { name, before, after in
      before == after ? nil : "\(id) has another `\(name)`: \(after) instead of \(before)"
    } + parameters(a.with, b.with).map { "\(id) has another `with`: \($0)" } + fanOut(a, b).map { "\(id) \($0)" }
  }

  private static func settings(_ a: PlannedStep, _ b: PlannedStep) -> [(name: String, before: String, after: String)] {
    func pair(_ name: String, _ text: (PlannedStep) -> String) -> (String, String, String) { (name, text(a), text(b)) }
    return [
      pair("uses") { $0.uses }, pair("needs") { names($0.needs) }, pair("when") { $0.condition?.source ?? $0.when.rawValue },
      pair("retry") {
        "\($0.retry.attempts) attempts, \(TimeStyle.length($0.retry.backoff)) to \(TimeStyle.length($0.retry.maxBackoff))"
      }, pair("timeout") { $0.timeout.map(TimeStyle.length) ?? "none" },
      pair("tolerate") { step in
        switch step.tolerate {
        case .count(let count): "\(count)"
        case .share(let share): "\(NumberStyle(decimals: 1).text(share * 100)) %"
        }
      }, pair("pool") { $0.pool ?? "none" }, pair("priority") { "\($0.priority)" },
    ]
  }

  private static func names(_ needs: [StepID]) -> String { needs.isEmpty ? "none" : needs.map(\.name).joined(separator: ", ") }

  private static func fanOut(_ a: PlannedStep, _ b: PlannedStep) -> [String] {
    let (before, after) = (Set(a.tasks.map(\.id.key)), Set(b.tasks.map(\.id.key)))
    let (added, removed) = (after.subtracting(before).sorted(), before.subtracting(after).sorted())
    return [
      added.isEmpty ? nil : "has \(added.count) task\(added.count == 1 ? "" : "s") more: \(listed(added))",
      removed.isEmpty ? nil : "lacks \(removed.count) task\(removed.count == 1 ? "" : "s"): \(listed(removed))",
    ].compactMap(\.self)
  }

  private static func listed(_ names: [String]) -> String {
    names.prefix(8).map { $0.isEmpty ? "the only one" : $0 }.joined(separator: ", ") + (names.count > 8 ? ", …" : "")
  }

  /// `history 90d instead of 2y`: the leaves that differ, in the order of their paths.
  private static func parameters(_ a: [JobValue.Entry], _ b: [JobValue.Entry]) -> [String] {
    let (before, after) = (leaves(.map(a)), leaves(.map(b)))
    return Set(before.keys).union(after.keys).sorted().compactMap { path in
      before[path] == after[path] ? nil : "\(path) \(after[path] ?? "(not there)") instead of \(before[path] ?? "(not there)")"
    }
  }

  private static func leaves(_ value: JobValue, at path: String = "") -> [String: String] {
    guard case .map(let entries) = value, !entries.isEmpty || path.isEmpty else { return [path: text(value)] }
    return entries.reduce(into: [:]) { result, entry in
      result.merge(leaves(entry.value, at: path.isEmpty ? entry.key : "\(path).\(entry.key)")) { $1 }
    }
  }

  private static func text(_ value: JobValue) -> String {
    switch value {
    case .null: "null"
    case .bool(let flag): "\(flag)"
    case .int(let number): "\(number)"
    case .double(let number): "\(number)"
    case .string(let text): VisibleText.shown(text)
    case .list(let values): "[\(values.map(text).joined(separator: ", "))]"
    case .map(let entries): "{\(entries.map { "\($0.key): \(text($0.value))" }.joined(separator: ", "))}"
    }
  }
}
