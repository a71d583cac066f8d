import Foundation
import JobFiles
import JobGraph
import MarketData
import Providers
import Running
import Scheduling
import Storage

/// One import: files, a mapping, and how far it is.
struct ImportSession {
  private let mapping: ImportMapping
  private let files: [String]
  private let record: ImportRecord
  private let workspace: Workspace
  private let now: Instant

  /// So many rows are put aside in one transaction.
  private static let batch = 5000
  /// Now and then a line says how far it is.
  private static let heartbeat = 250_000

  /// Reads the mapping and the hashes of the files.
  /// - Throws: ``Diagnostics``, ``FileError``.
  init(mapping path: String, files: [String], _ workspace: Workspace, at now: Instant) throws {
    (self.files, self.workspace, self.now) = (files, workspace, now)
    let (mapping, diagnostics) = ImportMappingReader.read(workspace.shown(path), from: workspace.files(also: path))
    guard let mapping else { throw Diagnostics(list: diagnostics) }
    for warning in diagnostics { Output.say(warning.line) }
    self.mapping = mapping
    record = ImportRecord(
      mapping: mapping.name, text: [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))), source: mapping.source,
      files: try files.map {
        ImportRecord.File(
          name: URL(fileURLWithPath: $0).lastPathComponent,
          hash: try FileHash.sha256(of: URL(fileURLWithPath: $0).resolvingSymlinksInPath().path))
      }, at: now)
  }

  /// Reads everything and stores nothing.
  func look() async throws -> ImportDocument {
    // In memory it is staged as it would be on the disk, so what stands twice is found in the same way.
    let warehouse = try Warehouse(inMemory: ())
    try await warehouse.write { [record] in try $0.beginImport(record) }
    let loaded = try await load(into: warehouse, from: record)
    return try await document(loaded, warehouse, state: "checked", outcome: nil)
  }

  /// Loads what is not loaded yet, verifies it, and commits it.
  func run() async throws -> ImportDocument {
    try AtomicFile.makeFolder(workspace.data)
    let lock = try RunLock(at: workspace.lockFile, purpose: "migrate import")
    let warehouse = try workspace.writing(lock: lock)
    let begun = try await begin(warehouse)
    guard begun.state != .committed else {
      let document = try await document(begun, warehouse, state: "already there", outcome: nil)
      try warehouse.close()
      return document
    }
    let loaded = try await load(into: warehouse, from: begun)
    guard isTolerable(loaded) else {
      // The rows stay aside: a better mapping is another import, and this one is taken back.
      let document = try await document(loaded, warehouse, state: "refused", outcome: nil)
      try await warehouse.write { [id = loaded.id] in _ = try $0.withdrawImport(id) }
      try warehouse.close()
      return document
    }
    let (id, isFollowed, now) = (loaded.id, mapping.isFollowed, SystemTime().now())
    let outcome = try await warehouse.write { try $0.commitImport(id, isFollowed: isFollowed, at: now) }
    let document = try await document(loaded, warehouse, state: "committed", outcome: outcome)
    try warehouse.close()
    return document
  }

  private func isTolerable(_ record: ImportRecord) -> Bool {
    record.candles > 0 && Double(record.rowsRefused) <= mapping.tolerance * Double(record.rowsRead)
  }

  private func begin(_ warehouse: Warehouse) async throws -> ImportRecord {
    let known = try await warehouse.read { [id = record.id] in try $0.importRecord(id) }
    if let known, known.state != .rolledBack {
      if known.state == .loading { Output.say("going on behind row \(known.rowsRead) of the import \(known.id)") }
      return known
    }
    try await warehouse.write { [record] in try $0.beginImport(record) }
    return record
  }

  /// Puts all rows aside that are not there yet.
  private func load(into warehouse: Warehouse, from begun: ImportRecord) async throws -> ImportRecord {
    var (record, skip, pending) = (begun, begun.rowsRead, Batch())
    for (index, path) in files.enumerated() {
      let file = try ForeignFile(path: path, mapping: mapping, at: begun.startedAt)
      while let row = try file.next() {
        guard skip == 0 else {
          skip -= 1
          continue
        }
        pending.add(row, file: index)
        guard pending.count == Self.batch else { continue }
        record = try await stage(&pending, record, warehouse)
        try Task.checkCancellation()
      }
    }
    return try await pending.count == 0 ? record : stage(&pending, record, warehouse)
  }

  private func stage(_ pending: inout Batch, _ record: ImportRecord, _ warehouse: Warehouse) async throws -> ImportRecord {
    let (batch, id) = (pending, record.id)
    pending = Batch()
    let staged = try await warehouse.write { try $0.stage(batch.candles, refusals: batch.refusals, of: id) }
    if staged.rowsRead / Self.heartbeat != record.rowsRead / Self.heartbeat {
      Output.say("\(staged.rowsRead) rows read, \(staged.rowsRefused) refused")
    }
    return staged
  }

  private func document(
    _ record: ImportRecord, _ warehouse: Warehouse, state: String, outcome: ImportOutcome?
  ) async throws -> ImportDocument {
    let refusals = try await warehouse.read { [id = record.id] in try $0.importRefusals(of: id, limit: 10) }
    let isRefused = ["checked", "refused"].contains(state) && !isTolerable(record)
    return ImportDocument(record, mapping, state: state, isRefused: isRefused, outcome: outcome, refusals)
  }

  /// Rows on their way.
  private struct Batch {
    var candles: [StagedCandle] = []
    var refusals: [ImportRefusal] = []
    var count: Int { candles.count + refusals.count }

    mutating func add(_ record: ForeignRecord, file: Int) {
      switch record {
      case .candle(let it, let place):
        candles.append(StagedCandle(symbol: it.symbol, interval: it.interval, candle: it.candle, file: file, place: place))
      case .refused(let reason, let text, let place):
        refusals.append(ImportRefusal(file: file, place: place, reason: reason, text: text))
      }
    }
  }
}
