public import MarketData
public import Scheduling

/// A candle of somebody else's store.
public struct ForeignCandle: Sendable, Equatable {
  public let symbol: Symbol
  public let interval: Interval
  public let candle: Candle
}

/// A row of somebody else's store, as the mapping takes it.
public enum ForeignRecord: Sendable, Equatable {
  case candle(ForeignCandle, place: String)
  /// It is no candle: why, and what it says, on one line.
  case refused(reason: String, text: String, place: String)
}

/// A file of somebody else's store, record by record.
public final class ForeignFile {
  private let rows: any ForeignRows
  private let wanted: [String]
  private let conversion: CandleConversion

  /// - Parameter now: by the computer's clock; a candle that opens later is none.
  /// - Throws: ``ForeignFileError`` when it cannot be read as what the mapping says.
  public init(path: String, mapping: ImportMapping, at now: Instant) throws {
    wanted = mapping.wanted
    conversion = CandleConversion(mapping, wanted: wanted, now: now)
    switch mapping.format {
    case .csv: rows = try DelimitedRows(path: path, delimiter: mapping.delimiter, wanted: wanted)
    case .sqlite: rows = try SQLiteRows(path: path, query: mapping.query ?? "", wanted: wanted)
    case .json, .firestore, .realtime: rows = try TreeRows(path: path, mapping: mapping, wanted: wanted)
    }
  }

  /// The next row, in the order of the file; that of a tree is the order of its keys' bytes.
  /// - Returns: nil behind the last one.
  /// - Throws: ``ForeignFileError``.
  /// - Complexity: about two microseconds a row; a tree is held in memory, of lines and SQLite one row is.
  public func next() throws -> ForeignRecord? { try rows.next().map(record) }

  private func record(_ row: ForeignRow) -> ForeignRecord {
    do throws(ConversionDefect) {
      return .candle(try conversion.candle(row), place: row.place)
    } catch {
      let text = zip(wanted, row.values).map { "\($0)=\($1.shown)" }.joined(separator: " ")
      return .refused(reason: error.reason, text: text.printable(RowProblem.textBytesMax / 4), place: row.place)
    }
  }
}
