import Reporting
import Scheduling
import Storage

extension BotsDay {
  /// A price that was seen longer before a fill, in milliseconds, says nothing of it.
  private static let seenWithin: Int64 = 60_000

  /// The day before a logical date; nil when the bridge heard nothing in it.
  init?(_ reader: WarehouseReader, until logicalDate: Instant) throws {
    let from = logicalDate - .days(1)
    let (hours, orders, fills) = try reader.bridgeDay(from: from, to: logicalDate)
    guard !hours.isEmpty || !orders.isEmpty else { return nil }
    let gaps = try reader.bridgeGaps(from: from, to: logicalDate)
    let symbols = Set(hours.map(\.symbol)).union(orders.map(\.symbol)).sorted()
    let seen = Dictionary(uniqueKeysWithValues: hours.map { ($0.symbol, $0) })
    let counted = Dictionary(uniqueKeysWithValues: orders.map { ($0.symbol, $0) })
    let compared = Dictionary(grouping: fills.filter { $0.seenAgo <= Self.seenWithin }, by: \.symbol)
    self.init(
      from: from, to: logicalDate,
      rows: symbols.map { symbol in
        let (hour, order) = (seen[symbol], counted[symbol])
        let slippage = Slippage(of: (compared[symbol] ?? []).lazy.map { (price: $0.price, seen: $0.seen, isBuy: $0.isBuy) })
        return BotRow(
          symbol: symbol, prices: hour?.prices ?? 0, low: hour?.low, high: hour?.high, orders: order?.orders ?? 0, fills: order?.fills ?? 0,
          ended: order?.ended ?? 0, slippage: slippage)
      }, gaps: gaps.count, gapSeconds: Double(gaps.reduce(0) { $0 + $1.to - $1.from }) / 1000)
  }
}
