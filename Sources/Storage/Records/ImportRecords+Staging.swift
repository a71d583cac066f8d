import Foundation
internal import GRDB
public import MarketData
import Scheduling

/// A candle on its way into the warehouse, and where it stood.
public struct StagedCandle: Sendable {
  public let symbol: Symbol
  public let interval: Interval
  public let candle: Candle
  public let file: Int
  public let place: String

  public init(symbol: Symbol, interval: Interval, candle: Candle, file: Int, place: String) {
    (self.symbol, self.interval, self.candle, self.file, self.place) = (symbol, interval, candle, file, place)
  }

  var numbers: [Double] { [candle.open, candle.high, candle.low, candle.close, candle.volume] }
}

extension WarehouseTransaction {
  /// So many refused rows are kept of an import.
  public static let refusalsMax = 1000

  /// Begins an import anew: what waits of an earlier try that was taken back is gone.
  public func beginImport(_ record: ImportRecord) throws {
    try database.execute(sql: "DELETE FROM imports WHERE id = ?", arguments: [record.id])
    let files = String(decoding: try JSONEncoder().encode(record.files.map { [$0.name, $0.hash] }), as: UTF8.self)
    try database.execute(
      sql: """
        INSERT INTO imports (id, mapping, source, state, files, rows_read, rows_repeated, rows_refused, checksum, started_at)
        VALUES (?, ?, ?, 'loading', ?, 0, 0, 0, 0, ?)
        """, arguments: [record.id, record.mapping, record.source, files, record.startedAt.milliseconds])
  }

  /// Puts a batch of rows aside, with how far the import is now: all of it, or nothing.
  ///
  /// A row that says the same as an earlier one is counted; one that says otherwise is refused, as are those of `refusals`.
  /// - Returns: the import as it is now.
  /// - Complexity: about three microseconds a row.
  public func stage(_ candles: [StagedCandle], refusals: [ImportRefusal], of id: String) throws -> ImportRecord {
    guard var record = try reader.importRecord(id), record.state == .loading else { throw ImportError.notLoading(id) }
    var refusals = refusals
    let insert = try database.cachedStatement(
      sql: """
        INSERT INTO import_candles (import_id, symbol, interval, open_time, open, high, low, close, volume, close_time, file, place)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """)
    record.rowsRead += candles.count + refusals.count
    for row in candles {
      let (symbol, interval, candle) = (row.symbol.name, row.interval.rawValue, row.candle)
      try insert.execute(arguments: [
        id, symbol, interval, candle.openTime.milliseconds, candle.open, candle.high, candle.low, candle.close, candle.volume,
        candle.closeTime.milliseconds, row.file, row.place,
      ])
      if database.changesCount > 0 {
        record.checksum.add(symbol, interval, candle.openTime.milliseconds, candle.closeTime.milliseconds, row.numbers)
      } else if let other = try contradiction(of: row, in: id) {
        refusals.append(ImportRefusal(file: row.file, place: row.place, reason: other, text: "\(symbol) \(interval) \(candle.openTime)"))
      } else {
        record.rowsRepeated += 1
      }
    }
    record.rowsRefused += refusals.count
    try keep(refusals, of: record)
    try database.cachedStatement(
      sql: "UPDATE imports SET rows_read = ?, rows_repeated = ?, rows_refused = ?, checksum = ? WHERE id = ?"
    ).execute(arguments: [record.rowsRead, record.rowsRepeated, record.rowsRefused, record.checksum.stored, id])
    return record
  }

  /// What the row that was there before says otherwise; nil when it says the same.
  private func contradiction(of row: StagedCandle, in id: String) throws -> String? {
    let other = try Row.fetchOne(
      database.cachedStatement(
        sql: """
          SELECT open, high, low, close, volume, close_time, file, place FROM import_candles
          WHERE import_id = ? AND symbol = ? AND interval = ? AND open_time = ?
          """), arguments: [id, row.symbol.name, row.interval.rawValue, row.candle.openTime.milliseconds])
    guard let other else { return nil }
    let numbers: [Double] = [other[0], other[1], other[2], other[3], other[4]]
    if numbers == row.numbers, other[5] as Int64 == row.candle.closeTime.milliseconds { return nil }
    let (file, place): (Int, String) = (other[6], other[7])
    return "\(file == row.file ? "" : "file \(file + 1), ")\(place) says otherwise of the same candle"
  }

  private func keep(_ refusals: [ImportRefusal], of record: ImportRecord) throws {
    let before = record.rowsRefused - refusals.count
    for refusal in refusals.prefix(max(0, Self.refusalsMax - before)) {
      try database.cachedStatement(
        sql: "INSERT INTO import_refusals (import_id, file, place, reason, row_text) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
      ).execute(arguments: [record.id, refusal.file, refusal.place, refusal.reason, refusal.text])
    }
  }
}

/// Why an import does not go on; nothing was changed.
public enum ImportError: Error, Sendable, Equatable, CustomStringConvertible {
  case unknown(id: String, known: [String])
  case notLoading(String)
  case notCommitted(String)
  /// Its rows were forgotten.
  case forgotten(String)
  /// What waits, or what came of it, is not what was read.
  case notWhatWasRead(id: String, candles: Int, expected: Int)

  public var description: String {
    switch self {
    case .unknown(let id, let known):
      "there is no import `\(id)`" + (known.isEmpty ? "; there is none yet" : "; the last ones are \(known.joined(separator: ", "))")
    case .notLoading(let id): "the import \(id) is not loading; another process has ended it"
    case .notCommitted(let id): "the import \(id) is not committed; it has nothing to forget"
    case .forgotten(let id): "the rows of the import \(id) were forgotten, so it cannot be taken back"
    case .notWhatWasRead(let id, let candles, let expected):
      "the import \(id) has \(candles) candles in the warehouse where \(expected) were read, or others; nothing was changed. Take it back with --rollback \(id) and import again"
    }
  }
}
