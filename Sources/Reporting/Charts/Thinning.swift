/// Fewer points where there are more than pixels, without losing what the eye would see.
enum Thinning {
  struct Point: Equatable {
    var x: Double
    var y: Double
  }

  /// Largest-triangle-three-buckets over points in order of `x`; the lowest and highest point always stay.
  ///
  /// - Returns: the points as they are when there are no more than `limit`; else about `limit` of them, at most two more.
  /// - Complexity: O(*n*).
  /// - Source: Steinarsson, "Downsampling Time Series for Visual Representation", University of Iceland, 2013.
  static func thinned(_ points: [Point], to limit: Int) -> [Point] {
    guard points.count > limit, limit >= 3 else { return points }
    var kept: Set<Int> = [0, points.count - 1]
    if let lowest = points.indices.min(by: { points[$0].y < points[$1].y }) { kept.insert(lowest) }
    if let highest = points.indices.max(by: { points[$0].y < points[$1].y }) { kept.insert(highest) }
    let size = Double(points.count - 2) / Double(limit - 2)
    var last = 0
    for bucket in 0..<(limit - 2) {
      let start = Int(Double(bucket) * size) + 1
      let end = min(Int(Double(bucket + 1) * size) + 1, points.count - 1)
      let nextEnd = min(Int(Double(bucket + 2) * size) + 1, points.count)
      let next = mean(of: points[end..<max(end + 1, nextEnd)])
      guard let best = (start..<end).max(by: { area(points[last], points[$0], next) < area(points[last], points[$1], next) }) else {
        continue
      }
      kept.insert(best)
      last = best
    }
    return kept.sorted().map { points[$0] }
  }

  /// `count` bars in at most `limit` groups of the same size (the last may be smaller).
  static func groups(of count: Int, atMost limit: Int) -> [Range<Int>] {
    let size = max(1, (count + limit - 1) / max(1, limit))
    return stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
  }

  private static func mean(of points: ArraySlice<Point>) -> Point {
    let count = Double(points.count)
    return Point(x: points.reduce(0) { $0 + $1.x / count }, y: points.reduce(0) { $0 + $1.y / count })
  }

  private static func area(_ a: Point, _ b: Point, _ c: Point) -> Double {
    abs((a.x - c.x) * (b.y - a.y) - (a.x - b.x) * (c.y - a.y))
  }
}
