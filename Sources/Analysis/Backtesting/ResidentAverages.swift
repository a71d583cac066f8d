import MarketData

/// The averages of many pairs, each computed once: those of the shorter list stay, those of the longer pass by one after another.
struct ResidentAverages {
  private let kind: MovingAverageCross.Kind
  private let series: CandleSeries
  private let fastStays: Bool
  private let resident: [Int: [Double]]
  /// The period that passes by, with the pairs that need it.
  private let passing: [(period: Int, pairs: [(index: Int, resident: Int)])]

  init(of pairs: [CrossGrid.Pair], _ kind: MovingAverageCross.Kind, on series: CandleSeries) {
    (self.kind, self.series) = (kind, series)
    let (fast, slow) = (Set(pairs.map(\.fast)), Set(pairs.map(\.slow)))
    let fastStays = fast.count <= slow.count
    self.fastStays = fastStays
    resident = Dictionary(uniqueKeysWithValues: (fastStays ? fast : slow).map { ($0, Self.average($0, kind, series)) })
    var groups: [Int: [(index: Int, resident: Int)]] = [:]
    for (index, pair) in pairs.enumerated() {
      groups[fastStays ? pair.slow : pair.fast, default: []].append((index, fastStays ? pair.fast : pair.slow))
    }
    passing = groups.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// Calls `body` with the index of each pair and its averages; not in the order of the pairs.
  func forEachPair(_ body: (Int, _ fast: UnsafePointer<Double>, _ slow: UnsafePointer<Double>) -> Void) {
    for (period, pairs) in passing {
      Self.average(period, kind, series).withUnsafeBufferPointer { passing in
        for pair in pairs {
          resident[pair.resident]!.withUnsafeBufferPointer { resident in
            let (passing, resident) = (passing.baseAddress!, resident.baseAddress!)
            if fastStays { body(pair.index, resident, passing) } else { body(pair.index, passing, resident) }
          }
        }
      }
    }
  }

  private static func average(_ period: Int, _ kind: MovingAverageCross.Kind, _ series: CandleSeries) -> [Double] {
    (kind == .simple ? series.sma(period) : series.ema(period)).storage
  }
}
