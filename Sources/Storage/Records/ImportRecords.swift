import Foundation
internal import GRDB
import MarketData
public import Scheduling

/// What is known of an import.
public struct ImportRecord: Sendable, Equatable {
  public enum State: String, Sendable, Encodable {
    /// Its rows wait apart; nobody sees them.
    case loading
    case committed
    case rolledBack = "rolled back"
  }

  /// A file of it.
  public struct File: Sendable, Equatable {
    public let name: String
    /// SHA-256, in hexadecimal digits.
    public let hash: String

    public init(name: String, hash: String) { (self.name, self.hash) = (name, hash) }
  }

  /// 12 hexadecimal digits: the same for the same mapping and files.
  public var id: String
  /// Its name.
  public var mapping: String
  public var source: String
  public var state: State = .loading
  public var files: [File]
  public var rowsRead = 0
  public var rowsRepeated = 0
  public var rowsRefused = 0
  /// Of the candles, as they were read.
  public var checksum = ImportChecksum()
  public var startedAt: Instant
  public var endedAt: Instant?

  /// Candles of it.
  public var candles: Int { rowsRead - rowsRepeated - rowsRefused }

  /// - Parameter text: the mapping as it is written.
  public init(mapping: String, text: [UInt8], source: String, files: [File], at now: Instant) {
    (self.mapping, self.source, self.files, startedAt) = (mapping, source, files, now)
    let whole = text + [0] + files.flatMap { Array("\($0.hash)\n".utf8) }
    id = String(Hex.text(SHA256.hash(whole)).prefix(12))
  }

  init(_ row: Row) throws {
    (id, mapping, source) = (row["id"], row["mapping"], row["source"])
    state = State(rawValue: row["state"]) ?? .loading
    files = try JSONDecoder().decode([[String]].self, from: Data((row["files"] as String).utf8)).map { File(name: $0[0], hash: $0[1]) }
    (rowsRead, rowsRepeated, rowsRefused) = (row["rows_read"], row["rows_repeated"], row["rows_refused"])
    checksum = ImportChecksum(stored: row["checksum"])
    startedAt = Instant(milliseconds: row["started_at"])
    endedAt = (row["ended_at"] as Int64?).map { Instant(milliseconds: $0) }
  }
}

/// The sum of a hash of each candle: the same in whatever order they come, another when one is lost, doubled or changed.
public struct ImportChecksum: Sendable, Equatable {
  public private(set) var value: UInt64 = 0

  public init() {}
  init(stored: Int64) { value = UInt64(bitPattern: stored) }
  var stored: Int64 { Int64(bitPattern: value) }

  /// - Source: FNV-1a, then the finalizer of SplitMix64, so that sums of alike candles do not meet.
  public mutating func add(_ symbol: String, _ interval: String, _ openTime: Int64, _ closeTime: Int64, _ numbers: [Double]) {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    for byte in symbol.utf8 { mix(byte) }
    mix(0)
    for byte in interval.utf8 { mix(byte) }
    for word in [UInt64(bitPattern: openTime), UInt64(bitPattern: closeTime)] + numbers.map(\.bitPattern) {
      hash = (hash ^ word) &* 0x9e37_79b9_7f4a_7c15
      hash ^= hash >> 32
    }
    hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
    hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
    value &+= hash ^ (hash >> 31)
  }
}

/// A row that is no candle.
public struct ImportRefusal: Sendable, Equatable {
  public let file: Int
  public let place: String
  public let reason: String
  public let text: String

  public init(file: Int, place: String, reason: String, text: String) {
    (self.file, self.place, self.reason, self.text) = (file, place, reason, text)
  }
}

/// Where an imported candle stood.
public struct ImportOrigin: Sendable, Equatable {
  public let importID: String
  public let mapping: String
  public let file: ImportRecord.File
  public let place: String
  /// Whether it says what is stored.
  public let isStored: Bool
}

extension WarehouseReader {
  /// - Returns: nil when there was none of this id.
  public func importRecord(_ id: String) throws -> ImportRecord? {
    try Row.fetchOne(database, sql: "SELECT * FROM imports WHERE id = ?", arguments: [id]).map(ImportRecord.init)
  }

  /// All imports, the newest first.
  public func importRecords() throws -> [ImportRecord] {
    try Row.fetchAll(database, sql: "SELECT * FROM imports ORDER BY started_at DESC, id").map(ImportRecord.init)
  }

  /// The first refused rows of an import, in the order of the files.
  public func importRefusals(of id: String, limit: Int) throws -> [ImportRefusal] {
    try Row.fetchAll(
      database,
      sql: "SELECT file, place, reason, row_text FROM import_refusals WHERE import_id = ? ORDER BY file, length(place), place LIMIT ?",
      arguments: [id, limit]
    ).map { ImportRefusal(file: $0[0], place: $0[1], reason: $0[2], text: $0[3]) }
  }

  /// Where a candle stood in what was imported; the newest import first.
  public func importOrigins(of key: SeriesKey, at openTime: Instant) throws -> [ImportOrigin] {
    // A file of an older schema knows no imports.
    guard try database.tableExists("imports") else { return [] }
    return try Row.fetchAll(
      database,
      sql: """
        SELECT i.*, m.file AS file_index, m.place AS place,
          (c.open, c.high, c.low, c.close, c.volume) = (m.open, m.high, m.low, m.close, m.volume) AS is_stored
        FROM imports AS i JOIN import_candles AS m ON m.import_id = i.id
          JOIN candles AS c ON c.source = i.source AND c.symbol = m.symbol AND c.interval = m.interval AND c.open_time = m.open_time
        WHERE i.source = ? AND i.state = 'committed' AND m.symbol = ? AND m.interval = ? AND m.open_time = ? ORDER BY i.ended_at DESC
        """, arguments: [key.source, key.symbol.name, key.interval.rawValue, openTime.milliseconds]
    ).map { row in
      let record = try ImportRecord(row)
      return ImportOrigin(
        importID: record.id, mapping: record.mapping, file: record.files[row["file_index"]], place: row["place"], isStored: row["is_stored"]
      )
    }
  }
}
