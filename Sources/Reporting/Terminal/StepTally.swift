public import JobGraph

/// What the tasks of a step said when they succeeded, in a few words.
public struct StepTally: Sendable, Equatable {
  private var tasks = 0
  private var note = ""
  private var order: [String] = []
  private var sums: [String: Int] = [:]

  public init() {}

  public mutating func add(note: String, counts: [TaskOutcome.Count]) {
    tasks += 1
    if tasks == 1 { self.note = note }
    for count in counts {
      if sums[count.name] == nil { order.append(count.name) }
      // A sum that does not fit tells nothing; it stays at the largest number.
      let (sum, overflows) = sums[count.name, default: 0].addingReportingOverflow(count.value)
      sums[count.name] = overflows ? .max : sum
    }
  }

  /// The one thing that the only task said, or the sums of what all said: `31,361 rows, 12 new`. Sums of zero are left out, but the first.
  /// - Parameter tasksOfStep: a step of one task speaks in that task's own words.
  public func text(tasksOfStep: Int) -> String {
    if tasksOfStep == 1 { return note }
    return order.filter { sums[$0]! > 0 || $0 == order.first }.map { "\(GroupedNumber.text(sums[$0]!)) \($0)" }.joined(separator: ", ")
  }
}

/// Whole numbers as people read them on a terminal.
public enum GroupedNumber {
  /// `1,484`; an ASCII minus before what is below zero.
  public static func text(_ number: Int) -> String {
    var digits = Array(String(number.magnitude))
    var index = digits.count - 3
    while index > 0 {
      digits.insert(",", at: index)
      index -= 3
    }
    return (number < 0 ? "-" : "") + String(digits)
  }
}
