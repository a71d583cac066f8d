import JobGraph
import MarketData
import Scheduling

/// What a trace begins with: `BTCUSDT/1d/2026-01-15`, the source before it when there are several, a strategy or an alert behind it.
struct TraceID {
  var source: String?
  var symbol: Symbol
  var interval: Interval
  var openTime: Instant
  var strategy: String?

  /// - Throws: ``Failure`` that says what is wrong with the text.
  init(_ text: String) throws {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard let place = (1...2).first(where: { parts.count > $0 + 1 && Interval(rawValue: parts[$0]) != nil }), parts.count <= place + 3
    else {
      throw Failure(
        .usage,
        "`\(OneLine.shown(text))` names no candle; write SYMBOL/INTERVAL/TIME, for example BTCUSDT/1d/2026-01-15,"
          + " with the source and a slash before it when several have it")
    }
    do {
      symbol = try Symbol(parts[place - 1])
    } catch {
      throw Failure(.usage, "`\(OneLine.shown(parts[place - 1]))` is no symbol: \(error)")
    }
    guard let openTime = Instant(iso8601: parts[place + 1]) ?? CivilDate(parts[place + 1])?.midnight else {
      throw Failure(
        .usage, "`\(OneLine.shown(parts[place + 1]))` is no time; write 2026-01-15, or 2026-01-15T07:00Z")
    }
    (interval, self.openTime) = (Interval(rawValue: parts[place])!, openTime)
    source = place == 2 ? parts[0] : nil
    strategy = parts.count > place + 2 ? parts[place + 2] : nil
  }
}
