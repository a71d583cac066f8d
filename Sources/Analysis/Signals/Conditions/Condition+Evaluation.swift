public import MarketData

extension Condition {
  /// True, false, or nil where a column has no value, for each bar. The answer at a bar depends on no later one.
  /// - Complexity: O(*n*) for each part of the text, once for each column.
  public func answers(on series: CandleSeries) -> [Bool?] {
    Evaluation(self, series).answers
  }
}

extension Condition {
  /// A condition on a series: the columns that it names, each computed once.
  struct Evaluation {
    private let condition: Condition
    private let count: Int
    private var columns: [String: [Double]] = [:]
    private let regimes: [RuleRegime?]

    init(_ condition: Condition, _ series: CandleSeries) {
      (self.condition, count) = (condition, series.count)
      regimes = condition.root.usesRegimes ? series.ruleRegimes() : []
      for mention in condition.mentions where columns[mention.column.name] == nil {
        columns[mention.column.name] = mention.column.values(of: series)
      }
    }

    var answers: [Bool?] { truths(condition.root).map { $0 == .unknown ? nil : $0 == .yes } }

    /// The values at a bar of the columns named, in their order; those that have none are left out.
    func inputs(at index: Int) -> [Signal.Input] {
      condition.mentions.compactMap { mention in
        let value = value(mention, index)
        return value.isFinite ? Signal.Input(mention.label, value) : nil
      }
    }

    private func value(_ mention: Mention, _ index: Int) -> Double {
      index < mention.shift ? .nan : columns[mention.column.name]![index - mention.shift]
    }

    private enum Answer { case yes, no, unknown }

    private func truths(_ truth: Truth) -> [Answer] {
      switch truth {
      case .comparison(let left, let relation, let right): compare(values(left), relation, values(right))
      case .trend(let trend): regimes.map { $0.map { $0.trend == trend ? .yes : .no } ?? .unknown }
      case .volatility(let volatility): regimes.map { $0.map { $0.volatility == volatility ? .yes : .no } ?? .unknown }
      case .not(let inner): truths(inner).map { $0 == .unknown ? .unknown : $0 == .yes ? .no : .yes }
      case .both(let left, let right): zip(truths(left), truths(right)).map { Self.join($0, $1, decisive: .no) }
      case .either(let left, let right): zip(truths(left), truths(right)).map { Self.join($0, $1, decisive: .yes) }
      }
    }

    /// One side that is `decisive` decides; else both must be known.
    private static func join(_ left: Answer, _ right: Answer, decisive: Answer) -> Answer {
      if left == decisive || right == decisive { return decisive }
      return left == .unknown || right == .unknown ? .unknown : left
    }

    private func compare(_ left: [Double], _ relation: Relation, _ right: [Double]) -> [Answer] {
      (0..<count).map { index in
        let (a, b) = (left[index], right[index])
        guard a.isFinite, b.isFinite else { return .unknown }
        switch relation {
        case .less: return a < b ? .yes : .no
        case .lessOrEqual: return a <= b ? .yes : .no
        case .greater: return a > b ? .yes : .no
        case .greaterOrEqual: return a >= b ? .yes : .no
        case .equal: return a == b ? .yes : .no
        case .unequal: return a != b ? .yes : .no
        case .crossesAbove, .crossesBelow:
          guard index > 0, left[index - 1].isFinite, right[index - 1].isFinite else { return .unknown }
          let crosses = relation == .crossesAbove ? Side.crossesUp : Side.crossesDown
          return crosses(left[index - 1], right[index - 1], a, b) ? .yes : .no
        }
      }
    }

    func values(_ measure: Measure) -> [Double] {
      switch measure {
      case .constant(let value): [Double](repeating: value, count: count)
      case .column(let mention): (0..<count).map { value(mention, $0) }
      case .absolute(let inner): values(inner).map(abs)
      case .negated(let inner): values(inner).map { -$0 }
      case .combined(let left, let operation, let right):
        zip(values(left), values(right)).map { a, b in
          switch operation {
          case .plus: a + b
          case .minus: a - b
          case .times: a * b
          case .over: a / b
          }
        }
      }
    }
  }
}

extension Condition.Truth {
  fileprivate var usesRegimes: Bool {
    switch self {
    case .comparison: false
    case .trend, .volatility: true
    case .not(let inner): inner.usesRegimes
    case .both(let left, let right), .either(let left, let right): left.usesRegimes || right.usesRegimes
    }
  }
}
