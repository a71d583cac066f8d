/// Where the bridge keeps what it heard: the warehouse, behind this. All of it may be called twice with the same, and leaves the same.
///
/// Those that are not asynchronous are called on one thread and may wait. One that fails is called again later; nothing is lost meanwhile.
public protocol BridgeStore: Sendable {
  /// Keeps events of orders, each once by its key, and the state of each order.
  /// - Returns: how many were new.
  func keep(orders: [OrderRow]) throws -> Int
  /// Keeps prices, and what else was seen.
  func keep(_ notes: BridgeNotes) throws
  /// Puts itself in order; called now and then, after something was kept.
  func tidy() throws
  /// Makes all that was kept before safe against a power cut.
  func makeDurable() throws
  /// Events that the sink has not acknowledged, oldest first, each with its order's state as it is now.
  func untold(limit: Int) async throws -> [UntoldEvent]
  /// The sink has these.
  func acknowledge(_ events: [UntoldEvent]) async throws
  /// Judges the volume of hours that have closed, oldest first; closed is one when all that was sent in it was heard and kept, or is a known gap.
  /// - Returns: how many there were.
  func judgeHours(limit: Int) async throws -> Int
  /// Verdicts on hours that the sink has not acknowledged, oldest first.
  func untoldVolumes(limit: Int) async throws -> [VolumeSignal]
  /// The sink has these.
  func acknowledge(_ volumes: [VolumeSignal]) async throws
  /// When the bridge was last alive, in milliseconds since 1970; nil before its first day.
  func lastAlive() throws -> Int64?
}

/// An event of an order on its way to the store.
public struct OrderRow: Sendable, Equatable {
  public var key: String
  public var message: OrderMessage
  public var standing: OrderStanding
  /// In milliseconds since 1970.
  public var receivedAt: Int64
  public var seen: SeenPrice?
  /// The message as it came.
  public var text: String

  init?(_ record: SpillRecord) {
    self.init(record.message, text: String(decoding: record.message, as: UTF8.self), receivedAt: record.receivedAt, seen: record.seen)
  }

  /// Reads a message that was kept; nil when it is none of an order.
  public init?(message: String, receivedAt: Int64) {
    self.init(Array(message.utf8), text: message, receivedAt: receivedAt, seen: nil)
  }

  private init?(_ bytes: [UInt8], text: String, receivedAt: Int64, seen: SeenPrice?) {
    // What was written down or kept had been read before.
    guard case .order(let message)? = try? TickerMessage(bytes) else { return nil }
    self.message = message
    key = EventKey.key(of: message)
    standing = OrderStanding(of: message, key: key, receivedAt: receivedAt * 1_000_000)
    (self.receivedAt, self.seen, self.text) = (receivedAt, seen, text)
  }
}

/// What is kept beside the orders.
public struct BridgeNotes: Sendable {
  public var prices: [PriceRow] = []
  public var hours: [HourRow] = []
  /// Prices for the history: one a second for each ticker at most.
  public var history: [PriceRow] = []
  public var gaps: [GapRow] = []
  public var rejected: [RejectedRow] = []
  /// In milliseconds since 1970.
  public var aliveAt: Int64 = 0
  /// When it was connected for the first time; the store keeps the first that it is told in its life.
  public var beganAt: Int64?

  public init() {}
}

/// A time in which nothing was heard.
public struct GapRow: Sendable, Hashable {
  /// In milliseconds since 1970.
  public var from: Int64
  public var to: Int64
  public var why: String

  public init(from: Int64, to: Int64, why: String) { (self.from, self.to, self.why) = (from, to, why) }
}

/// A message that cannot be used.
public struct RejectedRow: Sendable, Hashable {
  public var receivedAt: Int64
  public var defect: MessageDefect
  /// Its beginning.
  public var text: String

  static let bytesMax = 2048
}

/// An event that the sink has not acknowledged.
public struct UntoldEvent: Sendable, Equatable {
  public var key: String
  public var orderID: String
  public var symbol: String
  public var receivedAt: Int64
  /// JSON of the event.
  public var event: String
  /// JSON of the order as it is now.
  public var order: String

  public init(key: String, orderID: String, symbol: String, receivedAt: Int64, event: String, order: String) {
    (self.key, self.orderID, self.symbol, self.receivedAt, self.event, self.order) = (key, orderID, symbol, receivedAt, event, order)
  }
}

/// A verdict on the volume of an hour, on its way to the sink.
public struct VolumeSignal: Sendable, Hashable {
  public var symbol: String
  /// Its start, in milliseconds since 1970.
  public var hour: Int64
  public var change: BridgeChange

  public init(symbol: String, hour: Int64, change: BridgeChange) { (self.symbol, self.hour, self.change) = (symbol, hour, change) }
}

/// Where the bridge tells on what it heard. It may take its time; it may fail.
public protocol BridgeSink: Sendable {
  /// Writes values at paths; the same ones again leave the same.
  /// - Returns: what will never be taken, as people read it: it is left out, so that nothing waits behind it.
  func tell(_ changes: [BridgeChange]) async throws -> [String]
}

/// A value at a path of the tree.
public struct BridgeChange: Sendable, Hashable {
  /// Keys as people mean them.
  public var path: [String]
  /// JSON.
  public var value: String

  public init(path: [String], value: String) { (self.path, self.value) = (path, value) }
}
