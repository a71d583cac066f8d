public import MarketData
import Scheduling

/// A file of targets: `open_time,target`, where 1 is "be long", 0 "be flat", and nothing "leave it".
public enum TargetsFile {
  /// - Returns: one decision for each bar of the series; bars without a line stay ``Decision/keep``.
  /// - Throws: ``ScenarioDefect/target(line:message:)`` for the first line that says something else or is of no bar.
  public static func decisions(_ text: String, for series: CandleSeries) throws(ScenarioDefect) -> [Decision] {
    var bars: [Instant: Int] = [:]
    for (index, time) in series.openTimes.enumerated() { bars[time] = index }
    var result = [Decision](repeating: .keep, count: series.count)
    for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      if line.isEmpty { continue }
      if number == 0 {
        guard line == "open_time,target" else { throw .target(line: 1, message: "the header must be `open_time,target`") }
        continue
      }
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      guard fields.count == 2, let time = Instant(iso8601: fields[0]) else {
        throw .target(line: number + 1, message: "`\(line.prefix(60))` is not an instant, a comma and a target")
      }
      guard let bar = bars[time] else { throw .target(line: number + 1, message: "no candle opens at \(time.iso8601)") }
      result[bar] = try decision(String(fields[1]), line: number + 1)
    }
    return result
  }

  private static func decision(_ text: String, line: Int) throws(ScenarioDefect) -> Decision {
    if text.isEmpty || text.lowercased() == "nan" { return .keep }
    switch Double(text) {
    case 1: return .buy
    case 0: return .sell
    default: throw .target(line: line, message: "the target `\(text.prefix(40))` is not 1, 0 or empty")
    }
  }
}
