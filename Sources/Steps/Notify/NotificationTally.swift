/// What became of what was due.
public struct NotificationTally: Sendable, Equatable {
  public var delivered = 0
  /// What waits for a time to come: the end of quiet hours or of a mute, a digest.
  public var held = 0
  /// One sentence for each message that was not delivered, or perhaps not.
  public var troubles: [String] = []
  public var remarks: [String] = []
  /// The rows that the troubles are about and that wait no more.
  var ended: Set<Int64> = []

  public init(delivered: Int = 0, held: Int = 0) { (self.delivered, self.held) = (delivered, held) }

  mutating func add(_ other: NotificationTally) {
    delivered += other.delivered
    troubles += other.troubles
    remarks += other.remarks
    ended.formUnion(other.ended)
  }
}
