public import Transport

/// Where Redis is, and how to get in.
public struct RedisSettings: Sendable {
  public var host: String
  public var port: Int
  public var user: String?
  public var password: Secret?
  public var channels: ChannelChoice
  /// So many seconds without a byte, and a PING is sent; as many again without an answer, and the connection is given up.
  public var silenceMax = 5

  public init(host: String, port: Int, user: String? = nil, password: Secret? = nil, channels: ChannelChoice) {
    (self.host, self.port, self.user, self.password, self.channels) = (host, port, user, password, channels)
  }
}

/// How long to wait before the next try to connect.
struct ReconnectDelay {
  /// Fails since the last connection.
  private var failures = 0
  private var waited = 0

  /// For the first minute of an outage no wait is longer, so that a server that is back is found within a second, in milliseconds.
  static let firstMax = 500
  static let laterMax = 5000
  /// A connection that is over before is a failure, too: a server, or what stands before it, that takes everybody in and throws them out at
  /// once would be asked without a pause.
  static let steadyAfter: Int64 = 1000

  /// - Parameter chance: in `0..<1`.
  /// - Returns: milliseconds; 0 for the first try after a loss.
  mutating func next(chance: Double) -> Int {
    defer { failures += 1 }
    guard failures > 0 else { return 0 }
    let cap = waited < 60_000 ? Self.firstMax : Self.laterMax
    let wait = min(cap, 50 << min(failures - 1, 8))
    let jittered = wait / 2 + Int(Double(wait / 2) * chance)
    waited += jittered
    return jittered
  }

  /// All channels were subscribed to for so many milliseconds.
  mutating func ended(after milliseconds: Int64) { if milliseconds >= Self.steadyAfter { self = ReconnectDelay() } }
}
