import Mirroring
import Storage

extension RemoteMirror {
  /// Changes that are in memory together, cut into the sets in which they are told.
  struct Page {
    struct Batch {
      let changes: [WireChange]
      /// The entry up to which everything is told when this set is; nil while a value that was split is on its way.
      let through: Int?
    }

    private(set) var entries: [OutboxEntry]
    private(set) var batches: [Batch] = []
    private(set) var refusals: [ChangeRefusal] = []
    private(set) var forgotten = 0
    /// Whether no set holds a path of another one, or one above it: then their order is all the same.
    private(set) var isIndependent = true
    private(set) var isOutbox: Bool
    /// The entries that are told, by their place in ``entries``.
    private var origins: [Int] = []
    private let places: MirroredPlaces
    private let bounds: BatchBounds
    private let keepsArrays: Bool

    init(entries: [OutboxEntry], isOutbox: Bool, _ mirror: RemoteMirror) {
      (self.entries, self.isOutbox, places) = (entries, isOutbox, mirror.places)
      (bounds, keepsArrays) = (mirror.sink.bounds, mirror.sink.keepsArrays)
      prepare()
    }

    /// Adds what waits in the outbox behind what was told already.
    mutating func append(_ more: [OutboxEntry]) {
      entries += more
      isOutbox = true
      prepare()
    }

    var toldCount: Int { origins.count }

    /// What is told of these entries, as it is kept.
    func told(in range: ClosedRange<Int>, except refused: Set<Int>) -> [(path: String, value: String?)] {
      origins.filter { range.contains($0) && !refused.contains($0) }.map { (entries[$0].path, entries[$0].value) }
    }

    /// What is told of the entries from one on.
    func told(from first: Int) -> [(path: String, value: String?)] {
      origins.filter { $0 >= first }.map { (entries[$0].path, entries[$0].value) }
    }

    /// The paths that are as they were before, because what is newer was refused, here or there.
    func unchanged(_ refused: Set<Int>) -> [String] { refusals.map(\.path.description) + refused.map { entries[$0].path } }

    private mutating func prepare() {
      (refusals, forgotten, origins) = ([], 0, [])
      var changes: [RealtimeChange] = []
      var indices: [Int] = []
      for (index, entry) in entries.enumerated() {
        guard let path = RealtimePath(escaped: entry.path) else {
          refusals.append(ChangeRefusal(path: RealtimePath([entry.path]), reason: "no path is written so"))
          continue
        }
        guard places.contains(path) else {
          forgotten += 1
          continue
        }
        changes.append(RealtimeChange(path: path, value: entry.value))
        indices.append(index)
      }
      var prepared: [WireChange] = []
      for index in Outbox.lastWords(changes) {
        do throws(ChangeRefusal) {
          prepared.append(try WireChange(changes[index], origin: indices[index], keepingArrays: keepsArrays))
          origins.append(indices[index])
        } catch {
          refusals.append(error)
        }
      }
      batches = Page.batches(bounds.batches(prepared))
      isIndependent = Page.isIndependent(prepared) && batches.reduce(0) { $0 + $1.changes.count } == prepared.count
    }

    private static func isIndependent(_ changes: [WireChange]) -> Bool {
      let paths = Set(changes.map(\.path.keys))
      return changes.allSatisfy { change in
        !(1..<max(1, change.path.keys.count)).contains { paths.contains(Array(change.path.keys.prefix($0))) }
      }
    }

    private static func batches(_ sets: [[WireChange]]) -> [Batch] {
      sets.indices.map { index in
        let (last, next) = (sets[index].last!.origin, index + 1 < sets.count ? sets[index + 1].first!.origin : nil)
        if last != next { return Batch(changes: sets[index], through: last) }
        // The value goes on in the next set; what is before it is told.
        return Batch(changes: sets[index], through: sets[index].last { $0.origin != last }?.origin)
      }
    }
  }
}
