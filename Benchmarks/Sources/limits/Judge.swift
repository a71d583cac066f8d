import Foundation
import Scheduling

/// A request as the server wrote it down.
struct Arrival: Decodable {
  let at: Instant
  let weight: Int
  let status: Int
  /// It came from one of the clients, not from the intruder.
  let isOurs: Bool

  private enum Key: String, CodingKey { case at, weight, status, query }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    guard let at = Instant(iso8601: try values.decode(String.self, forKey: .at)) else { throw Trouble("a line without a time") }
    (self.at, weight, status) = (at, try values.decode(Int.self, forKey: .weight), try values.decode(Int.self, forKey: .status))
    isOurs = try values.decode(String.self, forKey: .query).contains("BTCUSDT")
  }

  static func read(_ path: String) throws -> [Arrival] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
      try JSONDecoder().decode(Arrival.self, from: Data($0.utf8))
    }.sorted { $0.at < $1.at }
  }
}

/// What a client wrote down.
struct ClientEvents {
  var reserved: [Instant] = []
  var pauses: [(known: Instant, end: Instant, reason: String)] = []
  var failures: [String] = []

  init(_ paths: [String]) throws {
    for path in paths {
      for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
        let words = line.split(separator: " ", maxSplits: 3)
        switch words.first {
        case "reserved" where words.count == 3: reserved.append(Instant(milliseconds: Int64(words[1]) ?? 0))
        case "paused" where words.count == 4:
          pauses.append((Instant(milliseconds: Int64(words[1]) ?? 0), Instant(milliseconds: Int64(words[2]) ?? 0), String(words[3])))
        case "failed": failures.append(String(line))
        default: break
        }
      }
    }
  }

  /// Bans apart from one another: each answer of one names its end to the second, so that they differ a little.
  var bans: Int {
    var ends: [Instant] = []
    for pause in pauses.filter({ $0.reason.contains("418") }).sorted(by: { $0.end < $1.end })
    where ends.last.map({ pause.end - $0 > .seconds(30) }) ?? true { ends.append(pause.end) }
    return ends.count
  }

  /// Requests that were let through when somebody had already stored that nothing may go.
  var duringSilence: Int {
    reserved.count { moment in pauses.contains { moment > $0.known && moment < $0.end } }
  }
}

/// Counts by brute force, from the server's own log.
struct Judgement {
  let requests: Int
  let weight: Int
  /// Refused by the server, 429 or 418.
  let refused: Int
  /// The most weight in any minute on the clock, and in any sixty seconds that end with a request.
  let mostInMinute: Int
  let mostInAnyMinute: Int
  /// Requests that went over the limit of such a minute.
  let overMinute: Int
  let overAnyMinute: Int
  /// Of what is allowed in the whole minutes from the first request on, the part that was used.
  let share: Double
  let minutes: Double

  init(_ arrivals: [Arrival], capacity: Int) {
    let minute = Duration.minutes(1)
    var (byMinute, used, oldest, overFixed, overRolling, mostRolling) = ([Instant: Int](), 0, 0, 0, 0, 0)
    for arrival in arrivals {
      let start = arrival.at.floored(to: minute)
      byMinute[start, default: 0] += arrival.weight
      if byMinute[start]! > capacity { overFixed += 1 }
      used += arrival.weight
      while arrivals[oldest].at <= arrival.at - minute {
        used -= arrivals[oldest].weight
        oldest += 1
      }
      mostRolling = max(mostRolling, used)
      if used > capacity { overRolling += 1 }
    }
    (requests, weight) = (arrivals.count, arrivals.reduce(0) { $0 + $1.weight })
    refused = arrivals.count { $0.status == 429 || $0.status == 418 }
    (mostInMinute, mostInAnyMinute) = (byMinute.values.max() ?? 0, mostRolling)
    (overMinute, overAnyMinute) = (overFixed, overRolling)
    let length = arrivals.isEmpty ? Duration.zero : arrivals.last!.at - arrivals.first!.at
    minutes = length.inSeconds / 60
    let whole = Int(minutes)
    let end = whole == 0 ? Instant(milliseconds: 0) : arrivals[0].at + .minutes(whole)
    let inside = arrivals.filter { $0.at < end }.reduce(0) { $0 + $1.weight }
    share = whole == 0 ? 0 : Double(inside) / Double(whole * capacity)
  }
}
