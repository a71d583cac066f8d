public import JobGraph
public import Running
public import Scheduling
public import Storage

/// `backup.create`: makes a backup while the run goes on, verifies it, and deletes those that are too old.
public struct CreateBackup: StepOperation {
  private let warehouse: Warehouse
  private let store: BackupStore
  private let keys: BackupKeys
  private let time: any TimeSource

  /// - Parameter time: the computer's clock: the age of a backup is no matter of a run's date.
  public init(_ warehouse: Warehouse, in store: BackupStore, keys: BackupKeys, time: any TimeSource) {
    (self.warehouse, self.store, self.keys, self.time) = (warehouse, store, keys, time)
  }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    guard case .last(let age)? = History(context.parameters.text("keep")), age >= .days(1) else {
      throw TaskFailure(.permanent, "`keep` is `\(context.parameters.text("keep"))`; a backup is kept for a day at least, as 30d")
    }
    let made = try await store.create(from: warehouse, key: keys.current, at: time.now(), keeping: age)
    return try await context.commit(in: warehouse) { _ in
      TaskOutcome(
        note: "\(made.name)\(made.facts.header.keyID == nil ? ", not encrypted" : "")",
        counts: [.init("rows", made.facts.rows.values.reduce(0, +)), .init("deleted", made.rotated.count)], warnings: made.warnings)
    }
  }
}

/// `backup.drill`: restores the newest backup into a folder for the purpose, and looks whether it can be worked with.
public struct DrillBackup: StepOperation {
  private let warehouse: Warehouse
  private let store: BackupStore
  private let keys: BackupKeys
  private let time: any TimeSource

  public init(_ warehouse: Warehouse, in store: BackupStore, keys: BackupKeys, time: any TimeSource) {
    (self.warehouse, self.store, self.keys, self.time) = (warehouse, store, keys, time)
  }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    guard try !store.list().isEmpty else {
      let sentence = "there is no backup to try out"
      return try await context.commit(in: warehouse) { _ in
        TaskOutcome(note: sentence, warnings: [sentence + "; `jobs backup create` makes one"])
      }
    }
    let report = try await store.drill(keys: keys, at: time.now())
    let missing = report.bodies.missing
    return try await context.commit(in: warehouse) { _ in
      TaskOutcome(
        note: "\(report.header.name) can be restored", counts: [.init("rows", report.rows.values.reduce(0, +))],
        warnings: missing == 0 ? [] : ["\(missing) of \(report.bodies.named) responses that it names are not in the raw store"])
    }
  }
}
