/// What became of an order at the broker: an event, and the order as it was after it.
public struct OrderMessage: Sendable, Equatable {
  public var symbol: String
  /// The word of the broker: `new`, `fill`, … An unknown one is kept.
  public var event: String
  /// nil: the event is no execution.
  public var executionID: String?
  /// When it happened: the event's own time, else the message's, else that of the order's last change; nil when none can be read.
  public var time: FeedTime?
  /// Of this execution.
  public var price: FeedNumber?
  public var quantity: FeedNumber?
  /// The position after it.
  public var position: FeedNumber?
  public var order: Order

  /// The members of `order` that are kept, each as it was sent. Those that were null, or the text `None`, are not there.
  public struct Order: Sendable, Equatable {
    public var id: String
    public var fields: [Field: FieldValue] = [:]

    public subscript(field: Field) -> String? { fields[field]?.text }

    public var status: String? { self[.status] }
    public var side: String? { self[.side] }
  }

  public enum FieldValue: Sendable, Hashable {
    case text(String)
    case number(FeedNumber)
    case flag(Bool)

    public var text: String {
      switch self {
      case .text(let text): text
      case .number(let number): number.text
      case .flag(let flag): flag ? "true" : "false"
      }
    }
  }

  public enum Field: String, Sendable, CaseIterable {
    case clientOrderID = "client_order_id"
    case assetID = "asset_id"
    case symbol
    case createdAt = "created_at"
    case updatedAt = "updated_at"
    case submittedAt = "submitted_at"
    case filledAt = "filled_at"
    case expiredAt = "expired_at"
    case canceledAt = "canceled_at"
    case failedAt = "failed_at"
    case replacedAt = "replaced_at"
    case replacedBy = "replaced_by"
    case replaces
    case assetClass = "asset_class"
    case notional, qty
    case filledQuantity = "filled_qty"
    case filledAveragePrice = "filled_avg_price"
    case limitPrice = "limit_price"
    case stopPrice = "stop_price"
    case trailPercent = "trail_percent"
    case trailPrice = "trail_price"
    case hwm
    case orderClass = "order_class"
    case orderType = "order_type"
    case side
    case timeInForce = "time_in_force"
    case status
    case extendedHours = "extended_hours"
    case source

    enum Kind { case text, number, flag }

    var kind: Kind {
      switch self {
      case .notional, .qty, .filledQuantity, .filledAveragePrice, .limitPrice, .stopPrice, .trailPercent, .trailPrice, .hwm: .number
      case .extendedHours: .flag
      default: .text
      }
    }
  }
}

extension OrderMessage {
  init(_ members: TickerMessage.Members, _ scanner: MessageScanner, _ bytes: UnsafeRawBufferPointer) throws(MessageDefect) {
    guard let data = members.orderData, data.kind != .null else { throw .missing("order_data") }
    guard data.kind == .object else { throw .wrongType("order_data") }
    var found: [String: MessageScanner.Value] = [:]
    var inner = MessageScanner(bytes, inside: data)
    try inner.members { name, value throws(MessageDefect) in
      guard let key = try Self.name(name, scanner, in: Self.names) else { return }
      guard found.updateValue(value, forKey: key) == nil else { throw .duplicateKey(key) }
    }
    guard let order = found["order"], order.kind != .null else { throw .missing("order") }
    guard order.kind == .object else { throw .wrongType("order") }
    self.order = try Order(order, scanner, bytes)
    event = try scanner.name(found["event"], "event", bytesMax: TickerMessage.idBytesMax)
    executionID = try scanner.optionalName(found["execution_id"], "execution_id")
    price = try scanner.number(found["price"], "order_data.price")
    quantity = try scanner.number(found["qty"], "order_data.qty")
    position = try scanner.number(found["position_qty"], "position_qty")
    time = try Self.time(found["timestamp"], members.timestamp, self.order, scanner)
    let outer = members.symbol.flatMap { $0.kind == .null ? nil : $0 }
    if outer == nil, let own = self.order[.symbol] {
      symbol = own
    } else {
      symbol = try scanner.name(outer, "symbol", bytesMax: TickerMessage.symbolBytesMax)
    }
  }

  /// The first of the times that can be read.
  private static func time(
    _ own: MessageScanner.Value?, _ outer: MessageScanner.Value?, _ order: Order, _ scanner: MessageScanner
  ) throws(MessageDefect) -> FeedTime? {
    if let time = try scanner.time(own, "order_data.timestamp") { return time }
    if let time = try scanner.time(outer, "timestamp") { return time }
    return order[.updatedAt].flatMap { FeedTime($0) }
  }

  private static let names: Set<String> = ["event", "execution_id", "timestamp", "position_qty", "price", "qty", "order"]

  /// The name of a member when it is one of those; others are not looked at.
  fileprivate static func name(
    _ value: MessageScanner.Value, _ scanner: MessageScanner, in names: Set<String>
  ) throws(MessageDefect) -> String? {
    guard value.count <= 64 else { return nil }
    let text = try scanner.text(value, "name", bytesMax: 64)
    return names.contains(text) ? text : nil
  }
}

extension OrderMessage.Order {
  private static let names = Set(OrderMessage.Field.allCases.map(\.rawValue)).union(["id", "legs"])

  fileprivate init(_ object: MessageScanner.Value, _ scanner: MessageScanner, _ bytes: UnsafeRawBufferPointer) throws(MessageDefect) {
    var found: [String: MessageScanner.Value] = [:]
    var inner = MessageScanner(bytes, inside: object)
    try inner.members { name, value throws(MessageDefect) in
      guard let key = try OrderMessage.name(name, scanner, in: Self.names) else { return }
      guard found.updateValue(value, forKey: key) == nil else { throw .duplicateKey("order.\(key)") }
    }
    id = try scanner.name(found["id"], "order.id", bytesMax: TickerMessage.idBytesMax)
    for field in OrderMessage.Field.allCases {
      guard let value = found[field.rawValue], value.kind != .null else { continue }
      let name = "order.\(field.rawValue)"
      switch field.kind {
      case .text:
        // The sender makes texts of its times and of nothing alike.
        let text = try scanner.text(value, name, bytesMax: TickerMessage.textBytesMax)
        if text != "None" { fields[field] = .text(text) }
      case .number: if let number = try scanner.number(value, name) { fields[field] = .number(number) }
      case .flag:
        switch value.kind {
        case .yes: fields[field] = .flag(true)
        case .no: fields[field] = .flag(false)
        default: throw .wrongType(name)
        }
      }
    }
    // It may have to stand for that of the message.
    if self[.symbol] != nil { _ = try scanner.name(found["symbol"], "order.symbol", bytesMax: TickerMessage.symbolBytesMax) }
  }
}

extension MessageScanner {
  /// As ``name(_:_:bytesMax:)``; nil for null, `None` and nothing.
  fileprivate func optionalName(_ value: Value?, _ name: String) throws(MessageDefect) -> String? {
    guard let value, value.kind != .null else { return nil }
    if isText(value, "None") || (value.kind == .text && value.count == 0) { return nil }
    return try self.name(value, name, bytesMax: TickerMessage.idBytesMax)
  }
}
