import JobGraph

/// Reads `pools: { slow: 2 }`: how many tasks run at once in each.
struct PoolsReader {
  let findings: Findings

  static let sizes = 1...1000

  func read(_ tree: Tree?) -> [String: Int] {
    guard let tree, let section = Section(tree, title: "`pools`", findings: findings) else { return [:] }
    var pools: [String: Int] = [:]
    for entry in section.entries where Names.check(Located(value: entry.key, spot: entry.keySpot), "pool", findings) {
      // A pool whose size cannot be read is still one: the steps that name it are not wrong as well.
      pools[entry.key] = section.integer(entry.key, in: Self.sizes) ?? 1
    }
    return pools
  }
}

/// Finds steps in pools that nobody has declared.
struct PoolCheck {
  let findings: Findings
  let loader: JobLoader

  func check(_ steps: [StepDraft], declared: [String: Int]) {
    let known = Set(declared.keys).union(loader.providers)
    for draft in steps {
      guard let pool = draft.pool, !known.contains(pool.value) else { continue }
      findings.add(
        .unknownPool, at: pool.spot, "no pool is called `\(pool.value)`", label: "unknown pool",
        expected: "pools: \(known.sorted().joined(separator: ", "))",
        nearest: findings.nearest("pool", to: pool.value, in: known.sorted()),
        notes: ["a pool is declared at the top of the job: `pools: { \(pool.value): 2 }`"])
    }
  }
}
