extension BotsDay {
  var json: JSONValue {
    .object([
      .init("from", .time(from)), .init("to", .time(to)), .init("gaps", .int(gaps)), .init("gap_seconds", .double(gapSeconds)),
      .init("tickers", .array(rows.map(\.json))),
    ])
  }

  var table: CSVTable {
    var table = CSVTable(
      "bots",
      columns: [
        .init("symbol", .text, "as the bots name it"), .init("prices", .integer, unit: "messages"), .init("low", .number),
        .init("high", .number), .init("orders", .integer), .init("fills", .integer, unit: "executions"),
        .init("ended", .integer, unit: "orders", "rejected, canceled or expired"),
        .init("slippage", .number, unit: "fraction", "mean, beside the last price seen before a fill; above zero, it cost"),
        .init("slippage_worst", .number, unit: "fraction"), .init("slippage_sample", .integer, unit: "executions"),
      ])
    for row in rows {
      table.append([
        .text(row.symbol), .integer(row.prices), .init(row.low), .init(row.high), .integer(row.orders), .integer(row.fills),
        .integer(row.ended), .init(row.slippage?.mean), .init(row.slippage?.worst), .init(row.slippage?.sample),
      ])
    }
    return table
  }
}

extension BotRow {
  var json: JSONValue {
    .object([
      .init("symbol", .string(symbol)), .init("prices", .int(prices)), .init("low", .optional(low)), .init("high", .optional(high)),
      .init("orders", .int(orders)), .init("fills", .int(fills)), .init("ended", .int(ended)),
      .init(
        "slippage",
        slippage.map {
          .object([.init("mean", .double($0.mean)), .init("worst", .double($0.worst)), .init("sample", .int($0.sample))])
        } ?? .null),
    ])
  }
}
