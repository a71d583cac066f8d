/// What a line of candle CSV tells.
enum CandleColumn: String, CaseIterable {
  case symbol
  case interval
  case openTime = "open_time"
  case open
  case high
  case low
  case close
  case volume

  fileprivate var index: Int {
    switch self {
    case .symbol: 0
    case .interval: 1
    case .openTime: 2
    case .open: 3
    case .high: 4
    case .low: 5
    case .close: 6
    case .volume: 7
    }
  }
}

/// Which column of a file holds what.
struct CandleCSVHeader {
  static let text = CandleColumn.allCases.map(\.rawValue).joined(separator: ",")

  /// How many columns the file has.
  let count: Int
  /// By the index of a column; -1 for one that the file lacks.
  private var positions: [8 of Int] = .init(repeating: -1)

  /// - Parameter choice: what it gives need not be in the file.
  init(_ names: [String], choice: CandleFile.Choice) throws(CandleLineError) {
    count = names.count
    for (position, name) in names.enumerated() {
      guard let column = CandleColumn(rawValue: name) else { continue }
      guard positions[column.index] < 0 else { throw CandleLineError("the column \(name) stands twice") }
      positions[column.index] = position
    }
    let missing = CandleColumn.allCases.filter { positions[$0.index] < 0 }
    guard missing.count < CandleColumn.allCases.count else {
      throw CandleLineError("this is no header of candles; it reads \(Self.text)")
    }
    for column in missing {
      switch column {
      case .symbol where choice.symbol != nil, .interval where choice.interval != nil: continue
      case .symbol, .interval: throw CandleLineError("the column \(column.rawValue) is missing; add it, or give --\(column.rawValue)")
      default: throw CandleLineError("the column \(column.rawValue) is missing; the header reads \(Self.text)")
      }
    }
  }

  /// - Precondition: every file has the column.
  @inline(__always)
  subscript(column: CandleColumn) -> Int { positions[column.index] }

  /// Nil when the file lacks the column.
  @inline(__always)
  func find(_ column: CandleColumn) -> Int? {
    let position = positions[column.index]
    return position < 0 ? nil : position
  }
}
