/// The five fields in the order in which they are written.
public enum CronField: Int, Sendable, CaseIterable {
  case minute = 1
  case hour, dayOfMonth, month, dayOfWeek

  /// 1...5
  public var position: Int { rawValue }

  public var name: String {
    switch self {
    case .minute: "minute"
    case .hour: "hour"
    case .dayOfMonth: "day of month"
    case .month: "month"
    case .dayOfWeek: "day of week"
    }
  }

  public var range: ClosedRange<Int> {
    switch self {
    case .minute: 0...59
    case .hour: 0...23
    case .dayOfMonth: 1...31
    case .month: 1...12
    case .dayOfWeek: 0...7
    }
  }

  /// The values that may stand in the field, in words.
  var allowed: String {
    switch self {
    case .minute, .hour, .dayOfMonth: "\(range.lowerBound)-\(range.upperBound)"
    case .month: "1-12 or jan-dec"
    case .dayOfWeek: "0-7 or sun-sat (0 and 7 are Sunday)"
    }
  }

  /// Three-letter names, for the field's lowest value first.
  var names: [String] {
    switch self {
    case .month: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    case .dayOfWeek: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
    default: []
    }
  }
}

/// Why a text is no cron expression, and where.
public struct CronDefect: Error, Sendable, Hashable {
  /// Nil when the whole expression is meant.
  public let field: CronField?
  /// Of the character at fault in the text, from 1.
  public let column: Int
  public let problem: Problem

  public enum Problem: Sendable, Hashable {
    case empty
    /// How many fields there are instead of five.
    case fieldCount(Int)
    case unknownMacro(String)
    case reboot
    /// Text where a value, `*` or a separator should stand; empty at the end of the field.
    case unexpected(String)
    case outOfRange(String)
    case unknownName(String)
    case descendingRange(String)
    case badStep(String)
    case stepWithoutRange(String)
    /// No month that is named has the first day that is named.
    case neverDue(day: Int)
  }

  public init(field: CronField?, column: Int, problem: Problem) {
    (self.field, self.column, self.problem) = (field, column, problem)
  }
}

extension CronDefect: CustomStringConvertible {
  /// `minute (field 1 of 5), column 1: 60 is out of range; allowed: 0-59`
  public var description: String {
    let place = field.map { "\($0.name) (field \($0.position) of 5), column \(column): " } ?? "column \(column): "
    return place + sentence
  }

  /// What is wrong and what is allowed, without the place.
  public var sentence: String {
    let allowed = field.map { "; allowed: \($0.allowed)" } ?? ""
    switch problem {
    case .empty:
      return "the expression is empty; write five fields (minute hour day-of-month month day-of-week) or a macro such as @daily"
    case .fieldCount(let count):
      let more = count == 6 ? "; seconds are not supported" : ""
      return "an expression has five fields (minute hour day-of-month month day-of-week), this one has \(count)\(more)"
    case .unknownMacro(let name):
      return "no macro is called `\(name)`; there are \(CronParser.macros.map(\.name).joined(separator: " "))"
    case .reboot:
      return "`@reboot` has no next time, so it cannot be scheduled here; let systemd start the job at boot, or write a time"
    case .unexpected(let text):
      return (text.isEmpty ? "a value is missing" : "`\(text)` is not understood here") + allowed
        + ", `*`, lists (1,2), ranges (1-5) and steps (*/2, 1-9/2)"
    case .outOfRange(let text):
      return "\(text) is out of range\(allowed)"
    case .unknownName(let name):
      return "`\(name)` is not a name of this field\(allowed)"
    case .descendingRange(let text):
      let hint = field == .dayOfWeek && text.lowercased().hasSuffix("sun") ? " (Sunday at the end of a range is 7)" : ""
      return "the range \(text) runs backwards; write the smaller value first, or a list\(hint)"
    case .badStep(let text):
      return (text.isEmpty ? "a step is missing after `/`" : "`\(text)` is no step") + "; a step is a whole number from 1, as in */15"
    case .stepWithoutRange(let text):
      return "a step needs `*` or a range; write \(text)-\(field?.range.upperBound ?? 59)/… or */… instead of \(text)/…"
    case .neverDue(let day):
      return "no month of this expression has a day \(day), so it would never be due"
    }
  }
}
