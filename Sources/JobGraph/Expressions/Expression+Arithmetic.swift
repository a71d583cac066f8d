extension ExpressionReduction {
  /// `+ - * / %` of two numbers. `/` always gives a number that need not be whole.
  /// - Precondition: nothing is divided by zero.
  func arithmetic(
    _ sign: ExpressionOperator, _ a: ExpressionValue, _ b: ExpressionValue, _ node: ExpressionNode
  ) throws(ExpressionDefect) -> ExpressionValue {
    if case .whole(let one) = a, case .whole(let other) = b, sign != .divided { return .whole(try whole(sign, one, other, node)) }
    guard let one = a.asNumber, let other = b.asNumber else { return a }
    let result =
      switch sign {
      case .plus: one + other
      case .minus: one - other
      case .times: one * other
      default: one / other
      }
    guard result.isFinite || isFinal else {
      throw ExpressionDefect(.noValue, node.range, "the number is too large", label: "beyond \(Double.greatestFiniteMagnitude)")
    }
    return .number(result)
  }

  private func whole(_ sign: ExpressionOperator, _ one: Int, _ other: Int, _ node: ExpressionNode) throws(ExpressionDefect) -> Int {
    let (result, isBeyond): (Int, Bool)
    switch sign {
    case .plus: (result, isBeyond) = one.addingReportingOverflow(other)
    case .minus: (result, isBeyond) = one.subtractingReportingOverflow(other)
    case .times: (result, isBeyond) = one.multipliedReportingOverflow(by: other)
    default:
      // The remainder of the smallest number by -1 is 0, though the machine refuses it.
      (result, isBeyond) = (other == -1 ? 0 : one % other, false)
    }
    guard isBeyond else { return result }
    guard isFinal else { throw ExpressionDefect(.noValue, node.range, "the whole number is beyond 64 bits", label: "has no value") }
    let isPositive =
      switch sign {
      case .times: (one < 0) == (other < 0)
      case .plus: one > 0
      default: other < 0
      }
    return isPositive ? Int.max : Int.min
  }

  static func divisionByZero(_ node: ExpressionNode) -> ExpressionDefect {
    ExpressionDefect(.noValue, node.range, "a division by zero", label: "has no value")
  }

  /// The nearest whole number; a half goes away from zero.
  func rounded(_ number: Double, _ node: ExpressionNode) throws(ExpressionDefect) -> Int {
    let nearest = number.rounded()
    if let whole = Int(exactly: nearest) { return whole }
    guard isFinal else { throw ExpressionDefect(.noValue, node.range, "the whole number is beyond 64 bits", label: "has no value") }
    return nearest.isNaN ? 0 : nearest > 0 ? Int.max : Int.min
  }
}
