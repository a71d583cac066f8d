/// Where it is kept what people are told: the warehouse of a run, or its file for whoever tells beside the runs.
public protocol NoticeStore: Sendable {
  /// Reads one consistent state.
  func read<R: Sendable>(_ body: @escaping @Sendable (WarehouseReader) throws -> R) async throws -> R
  /// Writes in one transaction, which is on the disk when this returns.
  func write<R: Sendable>(_ body: @escaping @Sendable (WarehouseTransaction) throws -> R) async throws -> R
}

extension Warehouse: NoticeStore {}
extension TreeFile: NoticeStore {}
