/// The `d` of an SVG path, in tenths of a unit.
struct PathData {
  private(set) var text = ""

  var isEmpty: Bool { text.isEmpty }

  mutating func move(_ x: Double, _ y: Double) { text += "M\(Self.number(x)) \(Self.number(y))" }
  mutating func line(_ x: Double, _ y: Double) { text += "L\(Self.number(x)) \(Self.number(y))" }
  mutating func vertical(to y: Double) { text += "V\(Self.number(y))" }
  mutating func horizontal(to x: Double) { text += "H\(Self.number(x))" }

  /// A line through points, as steps from one to the next: the shortest form. Steps are taken between rounded points, so that
  /// nothing adds up.
  mutating func follow(_ points: some Sequence<Thinning.Point>) {
    var last: (x: Int, y: Int)?
    for point in points {
      let next = (x: Self.tenths(point.x), y: Self.tenths(point.y))
      if let last {
        let dy = Self.text(tenths: next.y - last.y)
        text += "l\(Self.text(tenths: next.x - last.x))\(dy.hasPrefix("-") ? "" : " ")\(dy)"
      } else {
        move(point.x, point.y)
      }
      last = next
    }
  }

  mutating func close() { text += "Z" }
  mutating func append(_ other: PathData) { text += other.text }

  mutating func rectangle(x: Double, y: Double, width: Double, height: Double) {
    move(x, y)
    horizontal(to: x + width)
    vertical(to: y + height)
    horizontal(to: x)
    close()
  }

  /// A coordinate with at most one decimal; what is not finite becomes zero.
  static func number(_ value: Double) -> String {
    text(tenths: tenths(value))
  }

  private static func tenths(_ value: Double) -> Int { value.isFinite && abs(value) < 1e7 ? Int((value * 10).rounded()) : 0 }

  private static func text(tenths: Int) -> String {
    if tenths % 10 == 0 { return String(tenths / 10) }
    return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
  }
}
