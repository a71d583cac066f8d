/// A night on an empty warehouse, by its size.
struct Night {
  var pairs: Int
  /// Days of daily and of hourly candles.
  var (days, hourlyDays): (Int, Int)

  var name: String { "\(pairs) pairs, \(days) d daily, \(hourlyDays) d hourly" }

  /// Rows, nearly: made-up markets have outages.
  var rows: Int { pairs * (days + hourlyDays * 24) }

  /// The arguments that make `jobs run nightly` this night. Shares are left to the quota's own tests: 25 requests a day say nothing
  /// about speed.
  var arguments: [String] {
    ["run", "nightly", "--skip", "equities", "--set", "history=\(days)d", "--set", "hourly_history=\(hourlyDays)d", "--quiet"]
  }
}
