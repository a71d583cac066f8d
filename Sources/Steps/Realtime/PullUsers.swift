import Foundation
public import JobGraph
public import Mirroring
public import Running
public import Storage

/// `realtime.pull`: brings what users keep in the realtime database into the warehouse.
///
/// The tables are what the database holds at this moment, no more: a user who is gone there is gone here. What is not right goes into
/// quarantine with its reason, and spoils nothing beside it.
public struct PullUsers: StepOperation {
  private let warehouse: Warehouse
  private let source: any RealtimeReading
  /// Nil: realtime.yaml knows no users.
  private let reader: UserReader?

  /// - Parameter rules: the mapping of realtime.yaml.
  /// - Throws: ``JobGraph/TaskFailure`` when it is none.
  public init(_ warehouse: Warehouse, from source: any RealtimeReading, rules: JobValue?) throws {
    guard case .map = rules else { throw TaskFailure(.permanent, "`rules` is no mapping; give `$config.realtime`") }
    (self.warehouse, self.source) = (warehouse, source)
    reader = rules?["users"].map { users in UserReader(UserLimits(users)) { TimeZone(identifier: $0) != nil } }
  }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    guard let reader else {
      // Those of before are not kept: nobody would ever hear that they are gone.
      return try await context.commit(in: warehouse) { transaction in
        try transaction.replaceUsers([], quarantine: [], at: context.logicalDate)
        return TaskOutcome(note: "realtime.yaml has no users")
      }
    }
    let (accounts, defects) = reader.read(try await source.value(at: [UserLimits.top]))
    let users = accounts.map { StoredUser($0) }
    let quarantine = defects.map { QuarantinedUserValue($0) }
    let logicalDate = context.logicalDate
    return try await context.commit(in: warehouse) { transaction in
      try transaction.replaceUsers(users, quarantine: quarantine, at: logicalDate)
      let wrong = quarantine.isEmpty ? "" : ", \(quarantine.count) value\(quarantine.count == 1 ? "" : "s") in quarantine"
      return TaskOutcome(
        note: "\(users.count) user\(users.count == 1 ? "" : "s")\(wrong)",
        counts: [
          .init("users", users.count), .init("symbols", Set(users.flatMap(\.watchlist)).count),
          .init("alerts", users.reduce(0) { $0 + $1.alerts.count }), .init("quarantined", quarantine.count),
        ])
    }
  }
}

extension UserLimits {
  /// As realtime.yaml says, which was checked before; what it does not say is usual.
  init(_ users: JobValue) {
    self.init()
    if case .int(let value)? = users["name_max"] { nameMax = value }
    if case .int(let value)? = users["watchlist_max"] { watchlistMax = value }
    if case .int(let value)? = users["alerts_max"] { alertsMax = value }
  }
}

extension StoredUser {
  fileprivate init(_ account: UserAccount) {
    self.init(
      uid: account.uid, displayName: account.profile?.displayName, email: account.profile?.email, locale: account.profile?.locale,
      timeZone: account.profile?.timeZone)
    watchlist = account.watchlist
    alerts = account.alerts.map {
      Alert(
        slot: $0.slot, symbol: $0.symbol, kind: $0.kind.rawValue, threshold: $0.threshold, channel: $0.channel.rawValue,
        isEnabled: $0.isEnabled, note: $0.note)
    }
  }
}

extension QuarantinedUserValue {
  fileprivate init(_ defect: UserDefect) {
    let text = RealtimeJSON.text(of: defect.value)
    // A cut value is a JSON text that says so, not a broken one.
    let value =
      text.utf8.count <= QuarantinedUserValue.valueMax
      ? text : RealtimeJSON.text(of: .string(String(decoding: text.utf8.prefix(QuarantinedUserValue.valueMax / 4), as: UTF8.self) + "…"))
    self.init(path: RealtimePath([UserLimits.top] + defect.path).description, rule: defect.rule, sentence: defect.sentence, value: value)
  }
}
