/// How an event of an order stands beside the others of it: the highest one tells the order's state, in whatever order they come.
///
/// A final status is never taken back. Among equals the later one counts; events of the same moment go by how far the order has come in
/// them, then by their keys, so that every order of arrival ends in the same state.
public struct OrderStanding: Sendable, Hashable, Comparable {
  public var isFinal: Bool
  /// Of the event, in nanoseconds since 1970.
  public var at: Int64
  /// How far an order has come in its status.
  public var rank: Int
  public var key: String

  public init(isFinal: Bool, at: Int64, rank: Int, key: String) {
    (self.isFinal, self.at, self.rank, self.key) = (isFinal, at, rank, key)
  }

  /// - Parameter receivedAt: in place of the event's own time where it has none, in nanoseconds since 1970.
  public init(of message: OrderMessage, key: String, receivedAt: Int64) {
    let status = message.order.status ?? message.event
    self.init(
      isFinal: Self.final.contains(status), at: message.time?.nanoseconds ?? receivedAt, rank: Self.rank(of: status), key: key)
  }

  public static func < (a: OrderStanding, b: OrderStanding) -> Bool {
    (a.isFinal ? 1 : 0, a.at, a.rank, a.key) < (b.isFinal ? 1 : 0, b.at, b.rank, b.key)
  }

  /// From these no order comes back. Source: Alpaca, "Orders at Alpaca", section "Order lifecycle".
  static let final: Set<String> = ["filled", "canceled", "expired", "replaced", "rejected"]

  private static func rank(of status: String) -> Int {
    switch status {
    case "pending_new": 0
    case "accepted", "accepted_for_bidding": 1
    case "new": 2
    case "pending_replace", "pending_cancel": 4
    case "partially_filled": 5
    case "stopped", "suspended", "calculated", "done_for_day": 6
    case "replaced": 7
    case "canceled", "expired", "rejected": 8
    case "filled": 9
    default: 3
    }
  }
}
