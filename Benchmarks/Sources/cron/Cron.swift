import Foundation
import Scheduling

/// What the next instant of a schedule costs, beside Foundation's Calendar asked the same: one line per expression, `name ns ns`.
@main
enum Cron {
  static func main() throws {
    try measure("daily", "30 2 * * *", "UTC") {
      $0.hour = 2; $0.minute = 30
    }
    try measure("sessions", "30 16 * * 1-5", "America/New_York") {
      $0.hour = 16; $0.minute = 30
    }
    try measure("quarters", "*/15 * * * *", "Europe/Berlin") { $0.minute = 15 }
    try measure("leap", "0 0 29 2 *", "UTC") {
      $0.month = 2; $0.day = 29; $0.hour = 0; $0.minute = 0
    }
  }

  private static let rounds = 7

  private static func measure(_ name: String, _ text: String, _ zoneName: String, _ ask: (inout DateComponents) -> Void) throws {
    let expression = try CronExpression(text)
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(identifier: zoneName)!
    let zone = calendar.timeZone
    var wanted = DateComponents()
    ask(&wanted)
    let starts = (0..<1000).map { Date(timeIntervalSince1970: 1_700_000_000 + Double($0) * 86_531) }
    let instants = starts.map { Instant($0) }
    var (ours, theirs, sum) = (Double.infinity, Double.infinity, 0.0)
    for _ in 0..<rounds {
      ours = min(
        ours,
        nanoseconds(per: 20 * instants.count) {
          for _ in 0..<20 {
            for instant in instants { sum += Double(expression.next(after: instant, in: zone)?.instant.milliseconds ?? 0) }
          }
        })
      theirs = min(
        theirs,
        nanoseconds(per: starts.count) {
          for start in starts { sum += calendar.nextDate(after: start, matching: wanted, matchingPolicy: .nextTime)!.timeIntervalSince1970 }
        })
    }
    precondition(sum > 0)
    print(name, Int(ours.rounded()), Int(theirs.rounded()))
  }

  private static func nanoseconds(per count: Int, _ body: () -> Void) -> Double {
    let start = DispatchTime.now().uptimeNanoseconds
    body()
    return Double(DispatchTime.now().uptimeNanoseconds - start) / Double(count)
  }
}
