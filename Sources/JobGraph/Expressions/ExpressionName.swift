/// The names that stand for something in an expression.
public enum ExpressionName {
  static let parameters = "parameters"
  static let steps = "steps"
  static let job = "job"
  /// Parts of the logical date, in the job's time zone. Those but `date` and `hour` are also functions of a day.
  static let dated = ["date", "weekday", "day", "month", "year", "hour"]

  /// All that stand alone.
  static let single = dated + [job]

  /// What can be asked of a step.
  static let ofStep: [(name: String, type: ExpressionType)] = [
    ("state", .stepState), ("succeeded", .flag), ("failed", .flag), ("skipped", .flag), ("tasks", .whole),
    ("succeeded_tasks", .whole), ("failed_tasks", .whole),
  ]

  static func type(ofDated name: String) -> ExpressionType {
    switch name {
    case "date": .day
    case "weekday": .weekday
    default: .whole
    }
  }
}

/// The functions of expressions. Few, because each is kept for life.
public struct ExpressionFunction: Sendable {
  public let name: String
  /// The types of the arguments.
  let parameters: [ExpressionType]
  /// So many of the last may be left out.
  let optional: Int
  let result: ExpressionType
  /// What it does, for messages and the guide: `add_days(day, count)`.
  public let usage: String
  /// Its types depend on its arguments; the check knows how.
  let isGeneral: Bool

  /// Whether a call with so many arguments depends on the logical date.
  func isDated(given count: Int) -> Bool {
    switch name {
    case "last_session", "next_session": true
    case "session": count < 2
    default: false
    }
  }

  private init(
    _ usage: String, _ parameters: [ExpressionType] = [], optional: Int = 0, _ result: ExpressionType = .anything, isGeneral: Bool = false
  ) {
    name = String(usage.prefix { $0 != "(" })
    (self.usage, self.parameters, self.optional, self.result, self.isGeneral) = (usage, parameters, optional, result, isGeneral)
  }

  public static let all: [ExpressionFunction] = [
    ExpressionFunction("date(text)", [.text], .day),
    ExpressionFunction("weekday(day)", [.day], .weekday),
    ExpressionFunction("day(day)", [.day], .whole),
    ExpressionFunction("month(day)", [.day], .whole),
    ExpressionFunction("year(day)", [.day], .whole),
    ExpressionFunction("add_days(day, count)", [.day, .whole], .day),
    ExpressionFunction("days_between(from, to)", [.day, .day], .whole),
    ExpressionFunction("month_end(day)", [.day], .day),
    ExpressionFunction("session(calendar, day)", [.text, .day], optional: 1, .flag),
    ExpressionFunction("last_session(calendar)", [.text], .day),
    ExpressionFunction("next_session(calendar)", [.text], .day),
    ExpressionFunction("if(condition, then, else)", [.flag, .anything, .anything], isGeneral: true),
    ExpressionFunction("min(a, b)", [.anything, .anything], isGeneral: true),
    ExpressionFunction("max(a, b)", [.anything, .anything], isGeneral: true),
    ExpressionFunction("round(number)", [.number], .whole),
    ExpressionFunction("text(value)", [.anything], .text),
    ExpressionFunction("length(value)", [.anything], .whole, isGeneral: true),
    ExpressionFunction("lower(text)", [.text], .text),
    ExpressionFunction("upper(text)", [.text], .text),
    ExpressionFunction("contains(text, part)", [.text, .text], .flag),
    ExpressionFunction("starts_with(text, part)", [.text, .text], .flag),
    ExpressionFunction("ends_with(text, part)", [.text, .text], .flag),
  ]

  private static let index = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

  static func named(_ name: String) -> ExpressionFunction? { index[name] }
}
