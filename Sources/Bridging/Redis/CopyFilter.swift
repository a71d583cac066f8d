import CHiredis

/// Knows the copies of a message that comes by several subscriptions at once, such as `ticker:AAPL` and `ticker:*`.
///
/// Redis sends one message to all subscriptions before the next, and to each once. So a message like the one before, by a subscription that
/// has not had that yet, is a copy; by one that had it, it was published again.
/// - Source: redis.io, "Redis Pub/sub", section "Messages matching both a pattern and a channel subscription".
struct CopyFilter {
  private var channel: [UInt8] = []
  private var payload: [UInt8] = []
  /// The patterns by which it came; that of a subscription by name is empty.
  private var patterns: [[UInt8]] = []

  /// - Parameter elements: of a push: `message`, channel, payload, or `pmessage`, pattern, channel, payload.
  mutating func isCopy(_ elements: UnsafeMutablePointer<UnsafeMutablePointer<redisReply>?>, count: Int) -> Bool {
    func bytes(_ index: Int) -> UnsafeRawBufferPointer? {
      // What was too long is left out, and is none.
      elements[index].flatMap { $0.pointee.type == REDIS_REPLY_STRING ? .init(start: $0.pointee.str, count: Int($0.pointee.len)) : nil }
    }
    guard let channel = bytes(count - 2), let payload = bytes(count - 1) else {
      patterns = []
      return false
    }
    let pattern = count == 4 ? bytes(1).map(Array.init) ?? [] : []
    let isSame = !patterns.isEmpty && payload.elementsEqual(self.payload) && channel.elementsEqual(self.channel)
    if isSame, !patterns.contains(pattern) {
      patterns.append(pattern)
      return true
    }
    if !isSame { (self.channel, self.payload) = (Array(channel), Array(payload)) }
    patterns = [pattern]
    return false
  }
}
