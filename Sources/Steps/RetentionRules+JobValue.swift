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
      case "raw_responses": rawResponses = try RetentionRules.age(entry)
      case "runs": runs = try RetentionRules.age(entry)
      case "quality_results": qualityResults = try RetentionRules.age(entry)
      case "reports": reports = try RetentionRules.age(entry)
      case "candles":
        guard case .map(let intervals) = entry.value else { continue }
        for part in intervals {
          guard let interval = Interval(rawValue: part.key) else {
            throw TaskFailure(.permanent, "retention: `\(part.key)` is no interval")
          }
          if let age = try RetentionRules.age(part) { candles[interval] = age }
        }
      default: throw TaskFailure(.permanent, "retention: there is nothing called `\(entry.key)` to keep")
      }
    }
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
