/// What a person who runs the bridge is told.
public enum BridgeNews: Sendable {
  /// With the gap that has ended, if there was one.
  case connected(gap: GapRow?)
  case lost(RedisLoss)
  case refused(RedisRefusal)
  case spillFails(SpillError)
  /// Orders that could not be written down before the end.
  case ordersLost(Int, SpillError)
  case storeFails(String)
  case storeWorks
  case sinkFails(String)
  case sinkWorks
  /// What the realtime database will never take; the warehouse has it.
  case sinkRefuses(Int, first: String)

  public var sentence: String {
    switch self {
    case .connected(nil): "subscribed"
    case .connected(let gap?):
      "subscribed again after \(Self.seconds(gap.to - gap.from)) without messages (\(gap.why)); the gap is recorded"
    case .lost(let why): "\(why); trying again"
    case .refused(let why): why.description
    case .spillFails(let error): "received orders cannot be written down (\(error)); nothing more is read until they can"
    case .ordersLost(let count, let error): "\(count) received orders could not be written down: \(error)"
    case .storeFails(let reason): "the warehouse takes nothing now (\(reason)); orders stay in the spill and are kept later"
    case .storeWorks: "the warehouse takes what waits again"
    case .sinkFails(let reason): "the realtime database takes nothing now (\(reason)); what waits is told later"
    case .sinkRefuses(1, let first): "the realtime database does not take a change, which is left out there: \(first)"
    case .sinkRefuses(let count, let first):
      "the realtime database does not take \(count) changes, which are left out there; the first: \(first)"
    case .sinkWorks: "the realtime database takes what waits again"
    }
  }

  private static func seconds(_ milliseconds: Int64) -> String {
    let tenths = (milliseconds + 50) / 100
    return "\(tenths / 10).\(tenths % 10) s"
  }
}

/// A message as a line, for whoever looks on.
enum BridgeLine {
  static func price(_ message: PriceMessage, at: Int64) -> String {
    let volume = message.volume.map { " volume \($0)" } ?? ""
    return "\(time(at)) price \(message.symbol) \(message.price?.text ?? "none")\(volume)" + sent(message.time)
  }

  static func order(_ message: OrderMessage, at: Int64) -> String {
    let order = message.order
    let words = [
      "order", message.symbol, message.event, order.side, order[.qty], order.status.map { "status \($0)" },
      message.quantity.map { "executed \($0)" }, message.price.map { "at \($0)" }, "id \(order.id)",
    ]
    return "\(time(at)) " + words.compactMap(\.self).joined(separator: " ") + sent(message.time)
  }

  static func rejected(_ defect: MessageDefect, at: Int64) -> String { "\(time(at)) rejected \(defect)" }

  private static func sent(_ time: FeedTime?) -> String { time.map { " (\($0))" } ?? "" }

  /// Of the day, in UTC.
  private static func time(_ milliseconds: Int64) -> String {
    let ms = milliseconds % 86_400_000
    func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let part = String(ms % 1000)
    return "\(two(ms / 3_600_000)):\(two(ms / 60_000 % 60)):\(two(ms / 1000 % 60)).\(String(repeating: "0", count: 3 - part.count))\(part)"
  }
}
