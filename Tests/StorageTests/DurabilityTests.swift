import Foundation
import GRDB
import Testing

@testable import Storage

@Suite struct `A commit of the warehouse` {
  /// SQLite's number for "the log is synced with every commit".
  private let full = 2

  @Test func `is synced to the disk, from the first one on and after a light one`() async throws {
    let folder = try Folder()
    let path = folder.path + "/jobs.sqlite"
    let warehouse = try Warehouse(writingTo: path, lock: try RunLock(at: path + ".lock", purpose: "test"))
    #expect(try await level(warehouse) == full)
    let light = try await warehouse.writeLightly { try Int.fetchOne($0, sql: "PRAGMA synchronous") }
    #expect(light == 1)
    #expect(try await level(warehouse) == full)
    try warehouse.close()
  }

  private func level(_ warehouse: Warehouse) async throws -> Int? {
    try await warehouse.write { try Int.fetchOne($0.database, sql: "PRAGMA synchronous") }
  }
}
