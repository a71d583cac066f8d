/// A measured quantity: the values of all rounds, in one unit.
struct Figure: Sendable {
  let unit: Unit
  var values: [Double]

  /// How a value is written.
  enum Unit: String, Sendable {
    case milliseconds = "ms"
    case seconds = "s"
    case megabytes = "MB"
    case nanoseconds = "ns"
    case rowsPerSecond = "rows/s"
    case megabytesPerSecond = "MB/s"

    /// Whether a larger value is the better one.
    var isRate: Bool { self == .rowsPerSecond || self == .megabytesPerSecond }
  }

  /// The quietest round: noise only ever adds cost.
  var best: Double { (unit.isRate ? values.max() : values.min()) ?? .nan }
  var worst: Double { (unit.isRate ? values.min() : values.max()) ?? .nan }
  var median: Double { values.isEmpty ? .nan : values.sorted()[values.count / 2] }

  /// `12.3 ms (12.9, 14.0)`: best, median, worst.
  var text: String {
    values.count > 1 ? "\(unit.text(best)) (\(unit.number(median)), \(unit.number(worst)))" : unit.text(best)
  }
}

extension Figure.Unit {
  func text(_ value: Double) -> String { "\(number(value)) \(rawValue)" }

  /// Three digits are more than the noise allows; large numbers get separators.
  func number(_ value: Double) -> String {
    guard value.isFinite else { return "?" }
    if value >= 1000 {
      let digits = String(Int(value.rounded()))
      let head = digits.count % 3
      var groups = head > 0 ? [String(digits.prefix(head))] : []
      for start in stride(from: head, to: digits.count, by: 3) { groups.append(String(digits.dropFirst(start).prefix(3))) }
      return groups.joined(separator: ",")
    }
    let places = value >= 100 ? 0 : value >= 10 ? 1 : 2
    return value.fixed(places)
  }
}

extension Double {
  func fixed(_ places: Int) -> String {
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let rounded = (self * scale).rounded() / scale
    guard places > 0 else { return String(Int(rounded)) }
    let parts = String(rounded).split(separator: ".")
    let fraction = parts.count > 1 ? String(parts[1]) : ""
    return parts[0] + "." + (fraction + String(repeating: "0", count: places)).prefix(places)
  }
}
