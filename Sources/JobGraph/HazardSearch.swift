/// Finds pairs of steps of which one writes what the other reads or writes, though nothing orders them.
///
/// 64 steps are compared with all others at once, a bit for each: for what may be disturbed, for the order, and for each value of a
/// slice.
/// - Complexity: O((steps + edges + values of slices) · steps / 64), where a resource counts for those steps alone that touch it.
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
      /// Which of the steps that touch anything.
      let number: Int
      let mode: StepAccess.Mode
      /// By axis; nil is all of it.
      var values: [[Int]?]
    }

    init(_ name: String) { self.name = name }

    mutating func add(_ access: StepAccess, of number: Int) {
      for axis in access.slice.keys.sorted() where axes[axis] == nil {
        axes[axis] = values.count
        values.append([:])
      }
      var mine = [[Int]?](repeating: nil, count: values.count)
      for (axis, texts) in access.slice {
        guard let place = axes[axis] else { continue }
        mine[place] = texts.map { text in
          let next = values[place].count
          return values[place][text]
            ?? {
              values[place][text] = next; return next
            }()
        }
      }
      entries.append(Entry(number: number, mode: access.mode, values: mine))
    }
  }

  /// - Parameter accesses: of each step, what it reads and writes.
  public init(order: StepOrder, accesses: [[StepAccess]]) {
    self.order = order
    active = accesses.indices.filter { !accesses[$0].isEmpty }
    var resources: [Resource] = []
    var index: [String: Int] = [:]
    for (number, step) in active.enumerated() {
      // A slice of no values, as of an empty list of symbols, is nothing.
      for access in accesses[step] where !access.slice.values.contains(where: \.isEmpty) {
        if index[access.resource] == nil {
          index[access.resource] = resources.count
          resources.append(Resource(access.resource))
        }
        resources[index[access.resource]!].add(access, of: number)
      }
    }
    // What one step alone touches, or what is only read or only appended to, cannot be disturbed.
    self.resources = resources.filter { resource in
      let first = resource.entries[0]
      return resource.entries.contains { $0.number != first.number }
        && resource.entries.contains { first.mode.disturbs($0.mode) || $0.mode.disturbs($0.mode) }
    }
  }

  /// - Parameter limit: so many are listed.
  /// - Returns: by the later step, then the earlier one, one per pair; and whether there are more.
  public func run(limit: Int) -> (hazards: [Hazard], isCut: Bool) {
    var found: [Hazard] = []
    // Which resources each group touches, so that a group does not look at all.
    var touched = Array(repeating: [Int](), count: active.count / 64 + 1)
    for (number, resource) in resources.enumerated() {
      for entry in resource.entries where touched[entry.number / 64].last != number { touched[entry.number / 64].append(number) }
    }
    for (group, numbers) in touched.enumerated() where !numbers.isEmpty {
      let steps = Array(active[(group * 64)..<min(group * 64 + 64, active.count)])
      let sweep = Sweep(
        group: group, reached: order.reached(from: steps), leading: order.leading(to: steps),
        final: steps.enumerated().reduce(0) { $0 | ($1.element >= order.firstFinal ? 1 << UInt64($1.offset) : 0) })
      for number in numbers { compare(sweep, with: resources[number], &found, limit: limit) }
      if found.count > limit { break }
    }
    var seen: Set<[Int]> = []
    let pairs = found.sorted { ($0.second, $0.first, $1.lateMode.rawValue) < ($1.second, $1.first, $0.lateMode.rawValue) }
      .filter { seen.insert([$0.first, $0.second]).inserted }
    return (Array(pairs.prefix(limit)), pairs.count > limit)
  }

  /// What is known of 64 steps.
  private struct Sweep {
    let group: Int
    let reached: [UInt64]
    let leading: [UInt64]
    /// Those that are `finally` steps.
    let final: UInt64
  }

  private func compare(_ sweep: Sweep, with resource: Resource, _ found: inout [Hazard], limit: Int) {
    var masks = StepAccess.Mode.allCases.map { _ in SliceMasks(of: resource.values.map(\.count)) }
    // Entries stand in the order of their steps.
    let start = resource.entries.partitioningIndex { $0.number >= sweep.group * 64 }
    for entry in resource.entries[start...].prefix(while: { $0.number / 64 == sweep.group }) {
      masks[entry.mode.rawValue].add(1 << UInt64(entry.number % 64), entry.values)
    }
    for entry in resource.entries[start...] {
      let step = active[entry.number]
      // Only those that stand before this one in the file: each pair is met once. A `finally` step comes after all ordinary ones.
      let before = entry.number / 64 == sweep.group ? (UInt64(1) << UInt64(entry.number % 64)) - 1 : ~0
      let open = before & (step >= order.firstFinal ? sweep.final : ~sweep.final) & ~(sweep.reached[step] | sweep.leading[step])
      guard open != 0 else { continue }
      for mode in StepAccess.Mode.allCases where entry.mode.disturbs(mode) {
        var hits = masks[mode.rawValue].present & open
        if hits != 0 { hits &= masks[mode.rawValue].touching(entry.values) }
        while hits != 0, found.count <= 4 * limit {
          let bit = hits.trailingZeroBitCount
          hits &= hits - 1
          found.append(
            Hazard(
              first: active[sweep.group * 64 + bit], second: step, resource: resource.name, earlyMode: mode, lateMode: entry.mode))
        }
      }
    }
  }
}

extension Array {
  /// The first index from which on all elements belong to the second part.
  fileprivate func partitioningIndex(_ belongsToSecond: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if belongsToSecond(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
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
