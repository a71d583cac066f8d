/// How long a write may take, by its estimate: what `writeSizeLimit` says.
enum WriteSize: String, Sendable {
  case tiny, small, medium, large, unlimited

  /// Nil for no limit. Source: Firebase, Realtime Database REST API, `writeSizeLimit`.
  private var seconds: Int? {
    switch self {
    case .tiny: 1
    case .small: 10
    case .medium: 30
    case .large: 60
    case .unlimited: nil
    }
  }

  /// What a second is taken for: fewer than an idle machine writes (docs/performance.md), so that the estimate holds on a busy one.
  static let leavesPerSecond = 50_000

  /// What one request may write at all.
  static let options = RealtimeJSON.Options(valuesMax: 1_000_000)

  /// The estimate counts what is written and what goes away for it.
  /// - Throws: ``RealtimeFault`` when it is more than the limit.
  func check(_ write: RealtimeWrite, _ tree: any TreeReading) throws {
    guard let seconds else { return }
    var left = seconds * WriteSize.leavesPerSecond
    func spend(_ count: Int) throws {
      left -= count
      if left < 0 { throw RealtimeFault(400, "Data to write exceeds the maximum size that can be modified with a single request.") }
    }
    for change in write.changes {
      try spend(change.value.leafCount)
      try tree.leaves(below: TreeLeaves.stored(change.path)) { _, _ in try spend(1) }
    }
  }
}

extension RealtimeValue {
  fileprivate var leafCount: Int {
    guard case .object(let children) = self else { return isNull ? 0 : 1 }
    return children.values.reduce(0) { $0 + $1.leafCount }
  }
}

/// Large bodies are read and carried out one after the other: read, a body takes many times its memory.
actor WriteGate {
  private var isTaken = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// Those that are shorter pass.
  private static let small = 256 << 10

  nonisolated func pass<R: Sendable>(_ bytes: Int, _ body: () async throws -> R) async throws -> R {
    guard bytes > WriteGate.small else { return try await body() }
    await enter()
    do {
      let result = try await body()
      await leave()
      return result
    } catch {
      await leave()
      throw error
    }
  }

  private func enter() async {
    guard isTaken else { return isTaken = true }
    await withCheckedContinuation { waiting.append($0) }
  }

  private func leave() {
    if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().resume() }
  }
}
