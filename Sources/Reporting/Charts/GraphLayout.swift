/// Places the nodes of a graph in columns so that arrows lead right and cross little.
///
/// The layered method: a node stands right of all that lead to it; an arrow over several columns gets a place in each of them; nodes
/// of a column are ordered by the mean place of their neighbours, to and fro; then each moves towards that mean as far as its
/// neighbours in the column leave room.
/// - Source: Sugiyama, Tagawa & Toda, "Methods for visual understanding of hierarchical system structures", IEEE SMC 11(2), 1981; the
///   spacing by pool adjacent violators (Ayer et al., 1955).
/// - Complexity: O(sweeps · (nodes + arrows) · log nodes); beyond ``bendsMax`` long arrows are drawn straight.
struct GraphLayout {
  /// Of each node its column, and the middle of its box from the top.
  private(set) var columns: [Int]
  private(set) var middles: [Double]
  /// Of each arrow the middles in the columns that it passes.
  private(set) var bends: [[Double]]
  let columnCount: Int
  private(set) var height = 0.0

  private static let sweeps = 6
  static let bendsMax = 20_000
  private static let bendHeight = 14.0

  /// A node, or the place of an arrow in a column that it passes.
  private struct Place {
    var column: Int
    var height: Double
    var before: [Int] = []
    var after: [Int] = []
    var middle = 0.0
  }

  /// - Parameters:
  ///   - columns: of each node.
  ///   - arrows: from a node to one in a later column.
  ///   - height: of a box; `gap` lies between two.
  init(columns: [Int], arrows: [(from: Int, to: Int)], height boxHeight: Double, gap: Double) {
    self.columns = columns
    columnCount = (columns.max() ?? -1) + 1
    var places = columns.map { Place(column: $0, height: boxHeight) }
    var passed: [[Int]] = []
    let spans = arrows.reduce(0) { $0 + max(0, columns[$1.to] - columns[$1.from] - 1) }
    for arrow in arrows {
      var (last, mine) = (arrow.from, [Int]())
      if spans <= Self.bendsMax {
        for column in stride(from: columns[arrow.from] + 1, to: columns[arrow.to], by: 1) {
          places.append(Place(column: column, height: Self.bendHeight, before: [last]))
          places[last].after.append(places.count - 1)
          last = places.count - 1
          mine.append(last)
        }
      }
      places[last].after.append(arrow.to)
      places[arrow.to].before.append(last)
      passed.append(mine)
    }
    var rows = Array(repeating: [Int](), count: columnCount)
    for (index, place) in places.enumerated() { rows[place.column].append(index) }
    Self.order(&rows, places)
    Self.space(rows, &places, gap: gap)
    let top = places.map { $0.middle - $0.height / 2 }.min() ?? 0
    middles = places.prefix(columns.count).map { $0.middle - top }
    bends = passed.map { $0.map { places[$0].middle - top } }
    height = (places.map { $0.middle + $0.height / 2 }.max() ?? 0) - top
  }

  // MARK: - Order

  /// Orders each column by the mean place of the neighbours in the column before, then after, and so on.
  private static func order(_ rows: inout [[Int]], _ places: [Place]) {
    var rank = [Double](repeating: 0, count: places.count)
    func number(_ row: [Int]) {
      for (position, index) in row.enumerated() { rank[index] = Double(position) / Double(max(row.count - 1, 1)) }
    }
    for row in rows { number(row) }
    var best = (rows: rows, crossings: crossings(rows, places))
    for sweep in 0..<sweeps {
      let isForward = sweep % 2 == 0
      for column in isForward ? Array(rows.indices) : rows.indices.reversed() {
        let wanted = rows[column].map { index -> Double in
          let near = isForward ? places[index].before : places[index].after
          return near.isEmpty ? rank[index] : near.reduce(0) { $0 + rank[$1] } / Double(near.count)
        }
        // Equal means keep their order, so that the picture does not depend on the sort.
        let sorted = wanted.indices.sorted { (wanted[$0], $0) < (wanted[$1], $1) }
        rows[column] = sorted.map { rows[column][$0] }
        number(rows[column])
      }
      let count = crossings(rows, places)
      if count < best.crossings { best = (rows, count) }
    }
    rows = best.rows
  }

  /// How many pairs of arrows cross between neighbouring columns.
  /// - Complexity: O(arrows · log arrows), by counting inversions with a Fenwick tree.
  static func crossings(between row: [Int], and next: [Int], _ after: (Int) -> [Int]) -> Int {
    let position = Dictionary(uniqueKeysWithValues: next.enumerated().map { ($1, $0) })
    var tree = [Int](repeating: 0, count: next.count + 1)
    var (total, seen) = (0, 0)
    for index in row {
      let ends = after(index).compactMap { position[$0] }.sorted()
      for end in ends {
        var (sum, place) = (0, end + 1)
        while place > 0 {
          sum += tree[place]
          place -= place & -place
        }
        total += seen - sum
      }
      for end in ends {
        var place = end + 1
        while place <= next.count {
          tree[place] += 1
          place += place & -place
        }
        seen += 1
      }
    }
    return total
  }

  private static func crossings(_ rows: [[Int]], _ places: [Place]) -> Int {
    zip(rows, rows.dropFirst()).reduce(0) { $0 + crossings(between: $1.0, and: $1.1) { places[$0].after } }
  }

  // MARK: - Space

  private static func space(_ rows: [[Int]], _ places: inout [Place], gap: Double) {
    for row in rows {
      var top = 0.0
      for index in row {
        places[index].middle = top + places[index].height / 2
        top += places[index].height + gap
      }
    }
    for sweep in 0..<sweeps {
      let isForward = sweep % 2 == 0
      for row in isForward ? rows : rows.reversed() {
        let wanted = row.map { index -> Double in
          let near = isForward ? places[index].before : places[index].after
          let all = near.isEmpty ? (isForward ? places[index].after : places[index].before) : near
          return all.isEmpty ? places[index].middle : all.reduce(0) { $0 + places[$1].middle } / Double(all.count)
        }
        let heights = row.map { places[$0].height }
        for (index, middle) in zip(row, placed(wanted, heights: heights, gap: gap)) { places[index].middle = middle }
      }
    }
  }

  /// The middles nearest to those wanted, in this order and without overlap.
  static func placed(_ wanted: [Double], heights: [Double], gap: Double) -> [Double] {
    // Without the boxes' own room the order is all that is asked for.
    var (offset, offsets) = (0.0, [Double]())
    for index in wanted.indices {
      if index > 0 { offset += (heights[index - 1] + heights[index]) / 2 + gap }
      offsets.append(offset)
    }
    var blocks: [(sum: Double, count: Int)] = []
    for (index, middle) in wanted.enumerated() {
      blocks.append((middle - offsets[index], 1))
      while blocks.count > 1 {
        let (last, before) = (blocks[blocks.count - 1], blocks[blocks.count - 2])
        guard before.sum / Double(before.count) > last.sum / Double(last.count) else { break }
        blocks.removeLast()
        blocks[blocks.count - 1] = (before.sum + last.sum, before.count + last.count)
      }
    }
    let means = blocks.flatMap { Array(repeating: $0.sum / Double($0.count), count: $0.count) }
    return zip(means, offsets).map(+)
  }
}
