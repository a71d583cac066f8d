import Foundation

/// The daily bars of one pair from its listing on, made one after the other and kept.
struct CryptoPath: Sendable {
  let listing: CryptoListing
  private let seed: UInt64
  private let key: UInt64
  private var process: ReturnProcess
  private var price: Double
  private var openTicks: Int64
  /// One for each day from the listing on, outages included. Their quote volumes are zero until a day is ``weighed(_:_:)``: most days
  /// of a path are only passed on the way to those that somebody asks for.
  private(set) var days: [Bar] = []

  static let dayLength: Int64 = 86_400_000
  static let hourLength: Int64 = 3_600_000

  init(_ listing: CryptoListing, seed: UInt64) {
    (self.listing, self.seed) = (listing, seed)
    key = Draw.key(seed, name: listing.symbol)
    var draw = Draw(key)
    process = ReturnProcess(key: draw.bits(), usualVolatility: listing.symbol == "BTCUSDT" ? 0.026 : 0.032 + 0.022 * draw.uniform())
    let years = Double(Self.levelDay - listing.firstDay) / 365.25
    price = listing.level * exp(-CryptoPath.growth * 365.25 * years)
    openTicks = max(50, Int64((price / listing.units.tick).rounded()))
  }

  /// Daily growth of the anchor: a quarter a year until 2024.
  private static let growth = 0.25 / 365.25
  /// 2024-06-01: the day that the table's prices are about.
  private static let levelDay = 19_875

  /// Makes the days up to this one, when they are not there yet.
  /// - Parameter day: days since 1970.
  mutating func extend(through day: Int) {
    let last = min(day, listing.lastDay ?? day)
    guard last >= listing.firstDay else { return }
    days.reserveCapacity(last - listing.firstDay + 1)
    while listing.firstDay + days.count <= last { appendDay() }
  }

  private mutating func appendDay() {
    let day = listing.firstDay + days.count
    let units = listing.units
    let growth = day < Self.levelDay ? Self.growth : 0
    let story = process.next(growth: growth)
    var draw = Draw(Draw.key(key, UInt64(day)))
    price = max(price * exp(story.change), 50 * units.tick)
    let (open, close) = (openTicks, max(40, Int64((price / units.tick).rounded())))
    let spread = story.volatility * Double(max(open, close))
    let high = max(open, close) + Int64((draw.normal().magnitude * 0.45 + 0.05) * spread)
    let low = max(1, min(open, close) - Int64(min((draw.normal().magnitude * 0.45 + 0.05) * spread, 0.6 * Double(min(open, close)))))
    var bar = Bar(
      openTime: Int64(day) * Self.dayLength, closeTime: Int64(day + 1) * Self.dayLength - 1, open: open, high: high, low: low,
      close: close, volume: 0, quoteVolume: 0, trades: 0, takerVolume: 0, takerQuoteVolume: 0)
    bar.volume = max(1_000_000, Int64(listing.turnover * story.activity / price / units.lot))
    bar.trades = max(30_000, Int64(listing.turnover * story.activity / 700))
    bar.takerVolume = Int64(Double(bar.volume) * (0.5 + 0.08 * (draw.uniform() - 0.5) + (close > open ? 0.02 : -0.02)))
    days.append(bar)
    openTicks = close
  }

  /// A day with its quote volumes, which are the sums of its hours'.
  /// - Parameter hours: room for them; what it held is lost.
  func weighed(_ day: Bar, _ hours: inout [Bar]) -> Bar {
    hours.removeAll(keepingCapacity: true)
    splitIntoHours(day, into: &hours)
    var result = day
    result.quoteVolume = hours.reduce(0) { $0 + $1.quoteVolume }
    result.takerQuoteVolume = hours.reduce(0) { $0 + $1.takerQuoteVolume }
    return result
  }

  /// Whether the pair did not trade at all on a day.
  func isMissing(_ day: Int) -> Bool {
    guard listing.hasOutages, day > listing.firstDay else { return false }
    var draw = Draw(Draw.key(key ^ 0xA1, UInt64(day)))
    return draw.happens(1.0 / 300)
  }

  /// The hourly bars of a day: fewer than 24 where trading stood still, and the first after a halt may open off the hour.
  func splitIntoHours(_ bar: Bar, into parts: inout [Bar]) {
    let day = Int(bar.openTime / Self.dayLength)
    let (halted, late) = halt(on: day)
    let bridge = Bridge(
      gridStart: bar.openTime, partLength: Self.hourLength, count: 24, halted: halted, late: late, units: listing.units)
    bridge.split(bar, key: Draw.key(key ^ 0xB2, UInt64(day)), into: &parts)
  }

  /// The parts of a bar that an hour or a minute consists of; one that opens late has fewer.
  func split(_ bar: Bar, gridStart: Int64, partLength: Int64, into parts: inout [Bar]) {
    let lateBy = bar.openTime - gridStart
    let bridge = Bridge(
      gridStart: gridStart, partLength: partLength, count: 60, halted: 0..<Int(lateBy / partLength), late: lateBy % partLength,
      units: listing.units)
    bridge.split(bar, key: Draw.key(key ^ 0xC3, UInt64(bitPattern: gridStart ^ partLength)), into: &parts)
  }

  /// The hours in which the whole exchange, or this pair, stood still, and how late after the hour trading came back.
  private func halt(on day: Int) -> (hours: Range<Int>, late: Int64) {
    var exchange = Draw(Draw.key(seed ^ 0xD4, UInt64(day)))
    var own = Draw(Draw.key(key ^ 0xE5, UInt64(day)))
    if exchange.happens(1.0 / 170) { return Self.haltedHours(&exchange) }
    if listing.hasOutages, own.happens(1.0 / 150) { return Self.haltedHours(&own) }
    return (0..<0, 0)
  }

  private static func haltedHours(_ draw: inout Draw) -> (hours: Range<Int>, late: Int64) {
    let first = 1 + draw.index(17)
    let hours = first..<(first + 1 + draw.index(5))
    return (hours, draw.happens(0.4) ? Int64(1 + draw.index(3_500_000)) : 0)
  }
}
