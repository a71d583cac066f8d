public import JobGraph
public import Notifying

/// The ways to tell, as they are wired for a run.
public struct NotificationDesk: Sendable {
  /// What is told to whom; without the channels that are not to be contacted at all.
  public var rules: NoticeRules
  /// By the name of the channel.
  public var couriers: [String: any Courier]
  /// Why a channel has none: a sentence, and what to do.
  public var missing: [String: String]
  /// Those that want the report as a file too.
  public var attaching: Set<String>
  /// Why channels of the file are left out; nil: none is.
  public var remark: String?
  /// Shared by all who tell with this desk.
  let turn: NotificationTurn

  public init(
    rules: NoticeRules = NoticeRules(), couriers: [String: any Courier] = [:], missing: [String: String] = [:],
    attaching: Set<String> = [], remark: String? = nil, turn: NotificationTurn = NotificationTurn()
  ) {
    (self.rules, self.couriers, self.missing, self.attaching, self.remark) = (rules, couriers, missing, attaching, remark)
    self.turn = turn
  }
}
