public import Providers
public import Scheduling
public import Storage
public import Transport

/// Keeps the providers' answers in the raw store and their record in the warehouse.
public struct WarehouseArchive: ResponseArchive {
  private let warehouse: Warehouse
  private let rawStore: RawStore
  private let wallClock: any TimeSource

  public init(warehouse: Warehouse, rawStore: RawStore, wallClock: any TimeSource) {
    (self.warehouse, self.rawStore, self.wallClock) = (warehouse, rawStore, wallClock)
  }

  private static let settled = AnswerClass.allCases.filter(\.settlesRequest).map(\.rawValue)

  public func answered(_ key: RequestKey) async throws -> [UInt8]? {
    let hash = try await warehouse.answeredBody(
      source: key.provider, request: key.request, logicalDate: key.logicalDate, answers: WarehouseArchive.settled)
    return hash.flatMap { rawStore.body($0) }
  }

  /// An answer that has come is kept whole, also when the run is being stopped: asking again would cost quota again.
  public func land(_ response: HTTPResponse, for key: RequestKey) async throws -> LandedResponse {
    try await Task { try await self.keep(response, for: key) }.value
  }

  private func keep(_ response: HTTPResponse, for key: RequestKey) async throws -> LandedResponse {
    let hash = try rawStore.store(response.body, gzipped: response.gzippedBody)
    let landed = LandedResponse(hash: hash, key: key, status: response.status)
    try await record(landed, answer: "landed", bytes: response.body.count)
    return landed
  }

  public func judge(_ landed: LandedResponse, as answer: AnswerClass) async throws {
    let warehouse = warehouse
    try await Task {
      try await warehouse.judge(
        source: landed.key.provider, request: landed.key.request, logicalDate: landed.key.logicalDate, bodyHash: landed.hash,
        answer: answer.rawValue)
      // What asks again anyway is no loss.
      guard answer.settlesRequest else { return }
      try ResponseJournal(folder: rawStore.folder).append(self.row(landed, answer: answer.rawValue, bytes: 0))
    }.value
  }

  private func record(_ landed: LandedResponse, answer: String, bytes: Int) async throws {
    try await warehouse.record(row(landed, answer: answer, bytes: bytes))
  }

  private func row(_ landed: LandedResponse, answer: String, bytes: Int) -> ResponseRow {
    ResponseRow(
      source: landed.key.provider, request: landed.key.request, logicalDate: landed.key.logicalDate, bodyHash: landed.hash, answer: answer,
      status: landed.status, bodyBytes: bytes, receivedAt: wallClock.now())
  }
}

/// Remembers in the warehouse what the plan of a key does not include.
public struct WarehouseEntitlements: EntitlementMemory {
  private let warehouse: Warehouse
  private let provider: String

  public init(warehouse: Warehouse, provider: String) {
    (self.warehouse, self.provider) = (warehouse, provider)
  }

  public func isRefused(_ function: String, on day: CivilDate) async throws -> Bool {
    let provider = provider
    return try await warehouse.read { try $0.isRefused(function, of: provider, at: day.midnight) }
  }

  public func rememberRefusal(of function: String, on day: CivilDate) async throws {
    try await warehouse.rememberRefusal(of: function, of: provider, until: day.adding(days: 1).midnight)
  }
}
