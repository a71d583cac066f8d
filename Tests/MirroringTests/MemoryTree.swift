import Mirroring

/// A tree in memory: the rows as a sorted array, as a table would have them.
actor MemoryTree: TreeStore {
  private let state = State()
  private var count: Int64 = 0

  func read<R: Sendable>(_ body: @escaping @Sendable (any TreeReading) throws -> R) async throws -> R { try body(state) }

  func write<R: Sendable>(_ body: @escaping @Sendable (any TreeWriting) throws -> R) async throws -> R {
    count += 1
    let before = (state.rows, state.noted)
    do { return try body(state) } catch {
      (state.rows, state.noted) = before
      throw error
    }
  }

  func version() -> Int64 { count }
  func deeds() -> [TreeDeed] { state.deeds }

  final class State: TreeWriting {
    var rows: [(path: String, value: String)] = []
    var noted: [TreeChange] = []
    var text: String?
    var deeds: [TreeDeed] = []

    private func index(of path: String) -> Int {
      var (low, high) = (0, rows.count)
      while low < high {
        let middle = (low + high) / 2
        if rows[middle].path.utf8.lexicographicallyPrecedes(path.utf8) { low = middle + 1 } else { high = middle }
      }
      return low
    }

    private func range(below path: String) -> Range<Int> {
      index(of: path)..<(TreeLeaves.end(of: path).map(index) ?? rows.count)
    }

    func leaves(below path: String, _ body: (String, String) throws -> Void) throws {
      for row in rows[range(below: path)] { try body(row.path, row.value) }
    }

    func firstLeaf(from path: String, to end: String?) -> (path: String, value: String)? {
      let index = index(of: path)
      return index < (end.map(self.index) ?? rows.count) ? rows[index] : nil
    }

    func leaf(at path: String) -> String? {
      let index = index(of: path)
      return index < rows.count && rows[index].path == path ? rows[index].value : nil
    }

    func newestChange() -> Int64 { noted.last?.sequence ?? 0 }
    func changes(after sequence: Int64, limit: Int) -> [TreeChange] { Array(noted.filter { $0.sequence > sequence }.prefix(limit)) }
    func rules() -> String? { text }
    func deleteLeaf(at path: String) { if leaf(at: path) != nil { rows.remove(at: index(of: path)) } }
    func deleteLeaves(below path: String) { rows.removeSubrange(range(below: path)) }

    func insertLeaf(at path: String, value: String) {
      deleteLeaf(at: path)
      rows.insert((path, value), at: index(of: path))
    }

    func note(path: String, value: String?, isPatch: Bool) {
      noted.append(TreeChange(sequence: newestChange() + 1, path: path, value: value, isPatch: isPatch))
      if noted.count > TreeChange.keptMax { noted.removeFirst() }
    }

    func setRules(_ text: String) { self.text = text }
    func keep(_ deed: TreeDeed, at now: Double) { deeds.append(deed) }
  }
}
