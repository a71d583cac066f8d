/// A value of somebody else's store.
enum ForeignValue: Sendable, Equatable {
  case text(String)
  case integer(Int64)
  /// A number that is no whole one, as it was stored.
  case double(Double)
  case boolean(Bool)
  /// A list or a mapping where one value was expected.
  case nested
  /// Null, or not there.
  case missing

  /// As people read it.
  var shown: String {
    switch self {
    case .text(let text): text
    case .integer(let value): "\(value)"
    case .double(let value): "\(value)"
    case .boolean(let value): "\(value)"
    case .nested: "…"
    case .missing: ""
    }
  }
}

/// A row of somebody else's store: the values of the fields that were asked for, in their order.
struct ForeignRow: Sendable {
  /// `line 12`, `row 12`, `/candles/BTCUSDT/3`
  let place: String
  let values: [ForeignValue]
  /// Why it is no row, whatever its values are.
  var defect: String?
}

/// Gives the rows of a file, one after the other.
protocol ForeignRows: AnyObject {
  /// - Returns: nil behind the last one.
  /// - Throws: ``ForeignFileError``.
  func next() throws -> ForeignRow?
}

/// Why a file of somebody else's cannot be read.
public struct ForeignFileError: Error, Sendable, Equatable, CustomStringConvertible {
  public let file: String
  public let reason: String

  public init(file: String, _ reason: String) { (self.file, self.reason) = (file, reason) }

  public var description: String { "\(file): \(reason)" }
}
