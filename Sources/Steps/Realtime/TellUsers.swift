public import JobGraph
import MarketData
import Mirroring
public import Running
import Scheduling
public import Storage

/// `realtime.results`: tells each user of the realtime database what concerns them, in their own place: the symbols that they follow, and how
/// their alerts stand.
///
/// A pure function of the warehouse at a logical date; only what changed since it was last told is queued. What a user does not follow any
/// more is taken away, and all of it when the user is gone.
public struct TellUsers: StepOperation {
  private let warehouse: Warehouse
  private let wanted: Set<ToldSymbol.Part>

  /// - Parameter rules: the mapping of realtime.yaml.
  /// - Throws: ``JobGraph/TaskFailure`` when it is none.
  public init(_ warehouse: Warehouse, rules: JobValue?) throws {
    guard case .map = rules else { throw TaskFailure(.permanent, "`rules` is no mapping; give `$config.realtime`") }
    self.warehouse = warehouse
    guard let users = rules?["users"] else {
      wanted = []
      return
    }
    let all = JobValue.list(ToldSymbol.Part.allCases.map { .string($0.rawValue) })
    wanted = Set(Parameters([.init("results", users["results"] ?? all)]).texts("results").compactMap(ToldSymbol.Part.init))
  }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    let (wanted, logicalDate, job) = (wanted, context.logicalDate, context.job)
    return try await context.commit(in: warehouse) { transaction in
      if try transaction.reader.hasLaterRun(of: job, than: logicalDate) {
        return TaskOutcome(note: "a later run has told them")
      }
      let users = wanted.isEmpty ? [] : try transaction.reader.users()
      var (symbols, changes) = (ToldSymbols(transaction.reader, logicalDate: logicalDate, wanted), 0)
      for user in users {
        changes += try transaction.tell(
          TellUsers.subject(user.uid), try symbols.states(of: user), vanished: .isDeleted, logicalDate: logicalDate)
      }
      let known = Set(users.map { TellUsers.subject($0.uid) })
      for subject in try transaction.reader.toldSubjects(beginning: TellUsers.subject("")) where !known.contains(subject) {
        changes += try transaction.tell(subject, [], vanished: .isDeleted, logicalDate: logicalDate)
      }
      return TaskOutcome(
        note: users.isEmpty ? "no users" : "\(users.count) user\(users.count == 1 ? "" : "s"), \(changes) changes",
        counts: [.init("users", users.count), .init("changes", changes)])
    }
  }

  private static func subject(_ uid: String) -> String { "\(UserLimits.top)/\(uid)" }
}

/// The symbols that users follow, each looked at once.
private struct ToldSymbols {
  private let reader: WarehouseReader
  private let logicalDate: Instant
  private let wanted: Set<ToldSymbol.Part>
  private var known: [String: ToldSymbol?] = [:]

  init(_ reader: WarehouseReader, logicalDate: Instant, _ wanted: Set<ToldSymbol.Part>) {
    (self.reader, self.logicalDate, self.wanted) = (reader, logicalDate, wanted)
  }

  mutating func states(of user: StoredUser) throws -> [(path: String, value: String)] {
    let place = [UserLimits.top, user.uid, UserLimits.results]
    var states: [(path: String, value: String)] = []
    if wanted != [.alerts] {
      for symbol in user.watchlist {
        // Told, too, that there is nothing: a person who waits for prices of a symbol that nobody fetches should know.
        let value = try told(symbol)?.json ?? #"{"state":"no data"}"#
        states.append((RealtimePath(place + ["symbols", symbol]).description, value))
      }
    }
    guard wanted.contains(.alerts) else { return states }
    for alert in user.alerts where alert.isEnabled {
      guard let kind = AlertKind(rawValue: alert.kind), let symbol = try told(alert.symbol),
        let standing = symbol.standing(of: kind, threshold: alert.threshold)
      else { continue }
      states.append((RealtimePath(place + ["alerts", alert.slot]).description, RealtimeJSON.text(of: standing)))
    }
    return states
  }

  private mutating func told(_ name: String) throws -> ToldSymbol? {
    if let found = known[name] { return found }
    // `try?`: a text that can be no symbol has no data either.
    let symbol = try? Symbol(name)
    let found = try symbol.flatMap { try ToldSymbol($0, reader, logicalDate: logicalDate, wanted) }
    known[name] = .some(found)
    return found
  }
}
