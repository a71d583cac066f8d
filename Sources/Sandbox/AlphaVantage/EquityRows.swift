import Scheduling

/// The daily rows of one stock in the provider's own text, newest first.
struct EquityRows: Sendable {
  struct Row: Sendable {
    let day: CivilDate
    /// Where the values stand: open, high, low, close, adjusted close, volume, dividend amount, split coefficient.
    let fields: [Range<Int>]
    /// Where the whole entry of a recorded JSON body stands, its key and its braces included; nil elsewhere.
    let entry: Range<Int>?
  }

  let symbol: String
  let text: [UInt8]
  let rows: [Row]

  /// The rows of the sessions up to a day.
  func through(_ day: CivilDate) -> ArraySlice<Row> { rows[(rows.firstIndex { $0.day <= day } ?? rows.endIndex)...] }
}

/// Where the stand-in for Alpha Vantage takes its facts from.
protocol EquityMarket: Sendable {
  /// - Returns: nil for an unknown symbol.
  /// - Throws: ``RecordedDefect`` for a body that cannot be read.
  func rows(_ symbol: String, now: Instant) async throws(RecordedDefect) -> EquityRows?

  /// Another symbol that it knows.
  func symbol(otherThan symbol: String) -> String
}

/// Why a recorded body cannot be served.
struct RecordedDefect: Error, Equatable, CustomStringConvertible {
  let file: String
  let reason: String

  var description: String { "\(file): \(reason)" }
}
