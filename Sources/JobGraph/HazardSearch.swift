/// Finds pairs of steps of which one writes what the other reads or writes, though nothing orders them.
///
/// 64 steps are compared with all others at once, a bit for each: for what may be disturbed, for the order, and for each value of a
/// slice.
/// - Complexity: O((steps + edges + values of slices) · steps / 64).
public struct HazardSearch {
  private let order: StepOrder
  private let resources: [Resource]
  /// The steps that touch anything.
  private let active: [Int]

  public struct Hazard: Sendable, Hashable {
    /// The one that stands first in the file.
    public var first: Int
    public var second: Int
    public var resource: String
    public var earlyMode: StepAccess.Mode
    public var lateMode: StepAccess.Mode
  }

  /// A resource and who touches it, with axes and values as numbers.
  private struct Resource {
    let name: String
    var axes: [String: Int] = [:]
    /// Of each axis the numbers of its values.
    var values: [[String: Int]] = []
    var entries: [Entry] = []

    struct Entry {
      let step: Int
      let mode: StepAccess.Mode
      /// By axis; nil is all of it.
      var values: [[Int]?]
    }

    init(_ name: String) { self.name = name }

    mutating func add(_ access: StepAccess, of step: Int) {
      for axis in access.slice.keys.sorted() where axes[axis] == nil {
        axes[axis] = values.count
        values.append([:])
      }
      var mine = [[Int]?](repeating: nil, count: values.count)
      for (axis, texts) in access.slice {
        guard let number = axes[axis] else { continue }
        mine[number] = texts.map { text in
          let next = values[number].count
          return values[number][text] ?? { values[number][text] = next; return next }()
        }
      }
      entries.append(Entry(step: step, mode: access.mode, values: mine))
    }
  }

  /// - Parameter accesses: of each step, what it reads and writes.
  public init(order: StepOrder, accesses: [[StepAccess]]) {
    self.order = order
    active = accesses.indices.filter { !accesses[$0].isEmpty }
    var resources: [Resource] = []
    var index: [String: Int] = [:]
    for (step, mine) in accesses.enumerated() {
      // A slice of no values, as of an empty list of symbols, is nothing.
      for access in mine where !access.slice.values.contains(where: \.isEmpty) {
        if index[access.resource] == nil {
          index[access.resource] = resources.count
          resources.append(Resource(access.resource))
        }
        resources[index[access.resource]!].add(access, of: step)
      }
    }
    // What is only read, or only appended to, cannot be disturbed.
    self.resources = resources.filter { resource in
      resource.entries.contains { one in resource.entries[0].mode.disturbs(one.mode) || one.mode.disturbs(one.mode) }
    }
  }

  /// - Parameter limit: so many are listed.
  /// - Returns: by the later step, then the earlier one, one per pair; and whether there are more.
  public func run(limit: Int) -> (hazards: [Hazard], isCut: Bool) {
    var found: [Hazard] = []
    for start in stride(from: 0, to: active.count, by: 64) {
      let group = Array(active[start..<min(start + 64, active.count)])
      let (reached, leading) = (order.reached(from: group), order.leading(to: group))
      for resource in resources { compare(group, with: resource, reached, leading, &found, limit: limit) }
      if found.count > limit { break }
    }
    var seen: Set<[Int]> = []
    let pairs = found.sorted { ($0.second, $0.first) < ($1.second, $1.first) }.filter { seen.insert([$0.first, $0.second]).inserted }
    return (Array(pairs.prefix(limit)), pairs.count > limit)
  }

  private func compare(
    _ group: [Int], with resource: Resource, _ reached: [UInt64], _ leading: [UInt64], _ found: inout [Hazard], limit: Int
  ) {
    let bits = Dictionary(uniqueKeysWithValues: group.enumerated().map { ($1, UInt64(1) << UInt64($0)) })
    var masks = StepAccess.Mode.allCases.map { _ in SliceMasks(of: resource.values.map(\.count)) }
    for entry in resource.entries {
      guard let bit = bits[entry.step] else { continue }
      masks[entry.mode.rawValue].add(bit, entry.values)
    }
    guard masks.contains(where: { $0.present != 0 }), let first = group.first else { return }
    for entry in resource.entries where entry.step > first {
      // Only those that stand before this one in the file: each pair is met once.
      var earlier: UInt64 = 0
      for (bit, step) in group.enumerated() where step < entry.step && !order.isApart(step, entry.step) { earlier |= 1 << UInt64(bit) }
      let open = earlier & ~(reached[entry.step] | leading[entry.step])
      guard open != 0 else { continue }
      for mode in StepAccess.Mode.allCases where entry.mode.disturbs(mode) {
        var hits = masks[mode.rawValue].present & open
        if hits != 0 { hits &= masks[mode.rawValue].touching(entry.values) }
        while hits != 0, found.count <= 4 * limit {
          let bit = hits.trailingZeroBitCount
          hits &= hits - 1
          found.append(
            Hazard(first: group[bit], second: entry.step, resource: resource.name, earlyMode: mode, lateMode: entry.mode))
        }
      }
    }
  }
}

/// For the steps of a group that touch a resource in one way: which of them touch which values.
private struct SliceMasks {
  private(set) var present: UInt64 = 0
  /// Of each axis those that mean all of it.
  private var whole: [UInt64]
  private var values: [[UInt64]]

  init(of counts: [Int]) {
    whole = Array(repeating: 0, count: counts.count)
    values = counts.map { Array(repeating: 0, count: $0) }
  }

  mutating func add(_ bit: UInt64, _ slice: [[Int]?]) {
    present |= bit
    for axis in whole.indices {
      guard axis < slice.count, let mine = slice[axis] else {
        whole[axis] |= bit
        continue
      }
      for value in mine { values[axis][value] |= bit }
    }
  }

  /// Those whose slice has something in common with this one, on every axis.
  func touching(_ slice: [[Int]?]) -> UInt64 {
    var mask = ~UInt64(0)
    for axis in whole.indices where axis < slice.count {
      guard let mine = slice[axis] else { continue }
      var touched = whole[axis]
      for value in mine { touched |= values[axis][value] }
      mask &= touched
    }
    return mask
  }
}
