public import Scheduling

/// Channels that are silent for a while, because somebody asked for it.
public struct ChannelMutes: Sendable, Equatable {
  /// What stands for every channel, where the name of one stands.
  public static let all = "*"

  public struct Mute: Sendable, Equatable {
    /// By the computer's clock.
    public var since: Instant
    /// From then on it is told again.
    public var until: Instant

    public init(since: Instant, until: Instant) { (self.since, self.until) = (since, until) }
  }

  /// By the name of the channel, or ``all``.
  public var mutes: [String: Mute]

  public init(_ mutes: [String: Mute] = [:]) { self.mutes = mutes }

  /// What keeps a channel silent now, its own mute or that of all, whichever ends later; nil: nothing does.
  public func mute(of channel: String, at now: Instant) -> Mute? {
    [mutes[channel], mutes[Self.all]].compactMap(\.self).filter { $0.until > now }.max { $0.until < $1.until }
  }
}
