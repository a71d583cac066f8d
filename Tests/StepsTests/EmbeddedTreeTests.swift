import Foundation
import Mirroring
import Steps
import Storage
import Testing

@Suite struct `The embedded tree in its file` {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "tree-\(UUID().uuidString)").path()
  private var path: String { folder + "/jobs.sqlite" }

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  private func with(_ body: (Warehouse, EmbeddedTree, TreeFile) async throws -> Void) async throws {
    let lock = try RunLock(at: folder + "/run.lock", purpose: "test")
    let warehouse = try Warehouse(writingTo: path, lock: lock)
    let file = try TreeFile(path)
    try await body(warehouse, EmbeddedTree(file), file)
    try file.close()
    try warehouse.close()
    try FileManager.default.removeItem(atPath: folder)
  }

  @Test func `agrees with a tree of values after any sequence of writes`() async throws {
    try await with { _, tree, _ in
      var (model, seed) = (RealtimeValue.null, UInt64(42))
      func pick(_ count: Int) -> Int {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(seed >> 33) % count
      }
      let keys = ["a", "b", "a-b", "10", "é", "z z"]
      for number in 0..<400 {
        let path = (0..<pick(4)).map { _ in keys[pick(keys.count)] }
        let value: RealtimeValue =
          switch pick(4) {
          case 0: .null
          case 1: .number(Double(number))
          case 2: .node(["a": .string("\u{1F600}\"\\"), "10": .node(["b": .bool(true)])])
          default: .string("\(number)")
          }
        model = model.setting(value, at: path)
        let (written, expected) = (try RealtimeWrite.put(value, at: path), model)
        try await tree.write { _ = try $0.apply(written) }
        let (whole, part, newest) = try await tree.read {
          (try $0.value(at: []), try $0.value(at: path), try $0.changes(after: $0.newestChange() - 1, limit: 9))
        }
        #expect(whole == expected && part == value, "write \(number)")
        #expect(newest.count == 1 && newest[0].path == TreeLeaves.stored(path) && newest[0].sequence == number + 1)
      }
    }
  }

  @Test func `has two writers, each of whom sees what the other wrote`() async throws {
    try await with { warehouse, tree, _ in
      let mirror = EmbeddedSink(storage: WarehouseTree(warehouse))
      var version = try await tree.version()
      for number in 0..<20 {
        try await mirror.apply([RealtimeChange(path: RealtimePath("runs", "BRK.B"), value: #"{"n":\#(number),"list":[1,null,{}]}"#)])
        let newer = try await tree.version()
        #expect(newer != version)
        try await tree.write { _ = try $0.apply(try .put(.number(Double(number)), at: ["users", "ann"])) }
        version = try await tree.version()
        #expect(version != newer)
        #expect(try await tree.version() == version)
        let seen = try await warehouse.read { try $0.tree(below: "") }
        #expect(seen.map { "\($0.path)=\($0.value)" } == ["runs/BRK%2EB/list/0=1", "runs/BRK%2EB/n=\(number)", "users/ann=\(number)"])
      }
      let last = try await tree.read { try $0.changes(after: 0, limit: 100) }
      #expect(last.count == 40 && last[38].isPatch && last[38].value == #"{"runs/BRK%2EB":{"list":[1],"n":19}}"#)
    }
  }

  @Test func `lets both write at once and loses nothing`() async throws {
    try await with { warehouse, tree, _ in
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          for number in 0..<100 { try await WarehouseTree(warehouse).replace([(path: "night/k\(number)", value: "\(number)")]) }
        }
        for client in 0..<4 {
          group.addTask {
            for number in 0..<50 {
              try await tree.write { _ = try $0.apply(try .put(.number(1), at: ["clients", "c\(client)", "k\(number)"])) }
            }
          }
        }
        try await group.waitForAll()
      }
      let count = try await tree.read { tree in
        var count = 0
        try tree.leaves(below: "") { _, _ in count += 1 }
        return count
      }
      #expect(count == 300)
    }
  }

  @Test func `undoes what fails, and nothing else of the same transaction`() async throws {
    struct Mistake: Error {}
    try await with { _, tree, _ in
      await withTaskGroup(of: Bool.self) { group in
        for number in 0..<40 {
          group.addTask {
            do {
              try await tree.write { rows in
                _ = try rows.apply(try .put(.number(Double(number)), at: ["n\(number)"]))
                if number % 2 == 1 { throw Mistake() }
              }
              return true
            } catch { return false }
          }
        }
        var done = 0
        for await isDone in group where isDone { done += 1 }
        #expect(done == 20)
      }
      let kept = try await tree.read { try $0.shallow(at: []).children.count }
      #expect(kept == 20)
    }
  }

  @Test func `notices that its file was replaced`() async throws {
    try await with { _, _, file in
      #expect(!file.isReplaced)
      try FileManager.default.copyItem(atPath: path, toPath: path + ".other")
      #expect(rename(path + ".other", path) == 0)
      #expect(file.isReplaced)
    }
  }

  @Test func `keeps the newest changes only, and its rules`() async throws {
    try await with { _, tree, _ in
      for part in 0..<3 {
        try await tree.write { rows in
          for number in 0..<500 { _ = try rows.apply(try .put(.number(Double(number)), at: ["n\(part)"])) }
        }
      }
      let changes = try await tree.read { try $0.changes(after: 0, limit: 5000) }
      #expect(Int64(changes.count) == TreeChange.keptMax && changes.last?.sequence == 1500)
      let none = try await tree.read { try $0.rules() }
      #expect(none == nil)
      try await tree.write { try $0.setRules("{}") }
      let rules = try await tree.read { try $0.rules() }
      #expect(rules == "{}")
    }
  }
}
