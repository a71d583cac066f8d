/// What the realtime database is told, by ticker:
///
///     tickers/AAPL/price               the latest
///     tickers/AAPL/prices/t1745…       one a second at most, when history is asked for
///     tickers/AAPL/orders/ORDER        the order as it is
///     tickers/AAPL/events/KEY          each event of it
enum TickerTree {
  /// The path of events is not below their order: writing the order's state replaces all that is below it.
  static func changes(_ events: [UntoldEvent]) -> [BridgeChange] {
    // The state of an order is told once, by its last event here.
    let last = Dictionary(events.indices.map { (events[$0].orderID, $0) }) { $1 }
    return events.indices.flatMap { index -> [BridgeChange] in
      let event = events[index]
      let own = BridgeChange(path: ["tickers", event.symbol, "events", event.key], value: event.event)
      guard last[event.orderID] == index else { return [own] }
      return [own, BridgeChange(path: ["tickers", event.symbol, "orders", event.orderID], value: event.order)]
    }
  }

  static func changes(_ prices: [PriceRow], hasHistory: Bool) -> [BridgeChange] {
    prices.flatMap { price -> [BridgeChange] in
      let value = json(price)
      let latest = BridgeChange(path: ["tickers", price.symbol, "price"], value: value)
      return hasHistory
        ? [latest, BridgeChange(path: ["tickers", price.symbol, "prices", "t\(price.receivedAt)"], value: value)] : [latest]
    }
  }

  static func json(_ price: PriceRow) -> String {
    var members = ["\"price\":\(price.price.json)", "\"received_at\":\(price.receivedAt)", "\"symbol\":\(JSONText.quoted(price.symbol))"]
    if let time = price.time { members.append("\"timestamp\":\(JSONText.quoted(time.text))") }
    if let volume = price.volume { members.append("\"volume\":\(volume.json)") }
    return "{\(members.joined(separator: ","))}"
  }
}

extension OrderRow {
  /// What happened, without the order around it.
  public var eventJSON: String {
    var members = [
      ("event", JSONText.quoted(message.event)), ("order_id", JSONText.quoted(message.order.id)),
      ("received_at", String(receivedAt)), ("symbol", JSONText.quoted(message.symbol)),
    ]
    if let id = message.executionID { members.append(("execution_id", JSONText.quoted(id))) }
    if let time = message.time { members.append(("timestamp", JSONText.quoted(time.text))) }
    if let price = message.price { members.append(("price", price.json)) }
    if let quantity = message.quantity { members.append(("qty", quantity.json)) }
    if let position = message.position { members.append(("position_qty", position.json)) }
    if let status = message.order.status { members.append(("status", JSONText.quoted(status))) }
    if let side = message.order.side { members.append(("side", JSONText.quoted(side))) }
    return JSONText.object(members)
  }

  /// The order as it was after the event.
  public var orderJSON: String {
    var members = [
      ("id", JSONText.quoted(message.order.id)), ("event", JSONText.quoted(message.event)), ("received_at", String(receivedAt)),
    ]
    if let time = message.time { members.append(("timestamp", JSONText.quoted(time.text))) }
    if let position = message.position { members.append(("position_qty", position.json)) }
    for (field, value) in message.order.fields {
      switch value {
      case .text(let text): members.append((field.rawValue, JSONText.quoted(text)))
      case .number(let number): members.append((field.rawValue, number.json))
      case .flag(let flag): members.append((field.rawValue, flag ? "true" : "false"))
      }
    }
    return JSONText.object(members)
  }
}

/// JSON that we write ourselves: few kinds, and always in the same order.
enum JSONText {
  static func object(_ members: [(String, String)]) -> String {
    "{" + members.sorted { $0.0 < $1.0 }.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
  }

  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{0}"..<"\u{20}", "\u{7F}", "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
