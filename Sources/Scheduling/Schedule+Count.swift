extension Schedule {
  /// How many moments there are in `start < moment <= end`, each counted once.
  ///
  /// - Complexity: for one line O(*days* + *changes of the clock*), whatever the line is: a minute of every day costs no more than
  ///   one a year. For several lines O(*moments*), since two may fall together.
  public func count(after start: Instant, through end: Instant) -> Int {
    guard start < end else { return 0 }
    guard entries.count > 1 else { return entries.first.map { $0.expression.count(after: start, through: end, in: $0.zone) } ?? 0 }
    var (count, last) = (0, start)
    while let due = next(after: last)?.occurrence.instant, due <= end {
      count += 1
      last = due
    }
    return count
  }
}
