public import Scheduling

/// A moment of a session: so long after its open or close, or before.
public struct SessionOffset: Sendable, Hashable {
  public enum Edge: String, Sendable, CaseIterable {
    case open, close
  }

  public var edge: Edge
  /// Negative: before the edge.
  public var distance: Duration

  public static let close = SessionOffset(.close)

  public init(_ edge: Edge, _ distance: Duration = .zero) {
    (self.edge, self.distance) = (edge, distance)
  }

  public func moment(of session: SessionCalendar.Session) -> Instant {
    (edge == .open ? session.open : session.close) + distance
  }

  /// The last session whose moment is not after `instant`.
  /// - Returns: nil when the calendar knows none in the three weeks before.
  public func lastSession(of calendar: SessionCalendar, by instant: Instant) -> SessionCalendar.Session? {
    // A moment before the open may lie on an earlier day than its session.
    let first = calendar.day(of: instant).adding(days: 5)
    return (0...26).lazy.compactMap { calendar.session(on: first.adding(days: -$0)) }.first { moment(of: $0) <= instant }
  }
}

extension SessionOffset: CustomStringConvertible {
  /// `close+45m`, as it is written.
  public var description: String {
    guard distance != .zero else { return edge.rawValue }
    let seconds = abs(distance.components.seconds)
    let unit = [("d", 86_400), ("h", 3600), ("m", 60)].first { seconds % Int64($0.1) == 0 } ?? ("s", 1)
    return "\(edge.rawValue)\(distance < .zero ? "-" : "+")\(seconds / Int64(unit.1))\(unit.0)"
  }
}
