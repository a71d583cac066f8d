public import JobGraph
import MarketData
import Scheduling
public import Storage

extension RetentionRules {
  /// The rules that `Jobs/config/retention.yaml` states.
  /// - Throws: ``JobGraph/TaskFailure`` when this is no such mapping.
  public init(_ value: JobValue?) throws {
    guard case .map(let entries)? = value else { throw TaskFailure(.permanent, "`rules` is no mapping; give `$config.retention`") }
    self.init()
    for entry in entries {
      switch entry.key {
      case "roll_up": rollUp = try RetentionRules.rollUp(entry)
      case "candles":
        guard case .map(let intervals) = entry.value else { continue }
        for part in intervals {
          guard let interval = Interval(rawValue: part.key) else {
            throw TaskFailure(.permanent, "retention: `\(part.key)` is no interval")
          }
          if let kept = try RetentionRules.kept(part) { candles[interval] = kept }
        }
      default:
        guard let table = RetainedTable(rawValue: entry.key) else {
          throw TaskFailure(.permanent, "retention: there is nothing called `\(entry.key)` to keep")
        }
        if let kept = try RetentionRules.kept(entry) { tables[table] = kept }
      }
    }
  }

  private static func rollUp(_ entry: JobValue.Entry) throws -> [Interval] {
    guard case .list(let words) = entry.value else {
      throw TaskFailure(.permanent, "retention: `roll_up` is no list; write [1h, 1d], or []")
    }
    return try words.map { word in
      guard case .string(let text) = word, let interval = Interval(rawValue: text), rolled.contains(interval) else {
        throw TaskFailure(.permanent, "retention: `roll_up` may have 1h and 1d, or be empty")
      }
      return interval
    }
  }

  /// An age, `forever`, or a mapping with `age`, `count` or both; nil is for ever.
  private static func kept(_ entry: JobValue.Entry) throws -> Kept? {
    guard case .map(let parts) = entry.value else { return try age(entry).map { Kept(age: $0) } }
    var kept = Kept()
    for part in parts {
      switch (part.key, part.value) {
      case ("age", _): kept.age = try age(part)
      case ("count", .int(let count)) where count > 0: kept.count = count
      default: throw TaskFailure(.permanent, "retention: `\(entry.key)` has `age`, a duration, and `count`, a whole number above zero")
      }
    }
    return kept == Kept() ? nil : kept
  }

  /// nil is for ever.
  private static func age(_ entry: JobValue.Entry) throws -> Duration? {
    guard case .string(let text) = entry.value else { throw TaskFailure(.permanent, "retention: `\(entry.key)` is no duration") }
    if text == "forever" { return nil }
    guard case .last(let age)? = History(text) else {
      throw TaskFailure(.permanent, "retention: `\(entry.key)` is `\(text)`; write a duration such as 400d, or forever")
    }
    return age
  }
}
