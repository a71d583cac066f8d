/// Days of a market that follow no rule: closed for mourning or a storm, closed early, or open when they should not be.
public struct SessionExceptions: Sendable, Hashable {
  /// Days without trading.
  public var closures: Set<CivilDate>
  /// When a day closes, in minutes since midnight on the market's clock.
  public var earlyCloses: [CivilDate: Int]
  /// Days with trading though the rules say that there is none.
  public var extraSessions: Set<CivilDate>

  public init(closures: Set<CivilDate> = [], earlyCloses: [CivilDate: Int] = [:], extraSessions: Set<CivilDate> = []) {
    (self.closures, self.earlyCloses, self.extraSessions) = (closures, earlyCloses, extraSessions)
  }
}
