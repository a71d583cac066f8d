import Foundation

extension FuzzTarget {
  /// Documents of rules, and conditions alone: what is read can be asked, grants pass down, and what is not read is told with its place.
  static let rules = FuzzTarget(name: "rules") { bytes in
    let text = String(decoding: bytes.dropFirst(), as: UTF8.self)
    let condition = RealtimeJSON.text(of: .string(text))
    let document =
      switch (bytes.first ?? 0) % 3 {
      case 0: text
      case 1: "{\"rules\": {\"users\": {\"$uid\": {\".read\": \(condition), \".write\": true}}}}"
      default: "{\"rules\": {\".write\": true, \"users\": {\"$uid\": {\".validate\": \(condition)}}}}"
      }
    do throws(RulesMistakes) {
      demandJudged(try SecurityRules(reading: document))
    } catch {
      let lines = document.utf8.count { $0 == 10 } + 1
      demand(!error.mistakes.isEmpty && error.mistakes.count <= 100, "\(error.mistakes.count) mistakes")
      for mistake in error.mistakes {
        demand((1...lines).contains(mistake.line) && mistake.column >= 1, "line \(mistake.line) of \(lines)")
        demand(mistake.column <= document.utf8.count + 1 && !mistake.message.isEmpty, "column \(mistake.column)")
      }
    }
  }

  /// Values, PATCHes and documents: what is read and printed is read as the same; its leaves put together are the value.
  static let realtimeJSON = FuzzTarget(name: "realtimejson") { bytes in
    // `try?`: what is not JSON is refused with a place, which has a test of its own.
    if let members = try? RealtimeJSON.members(of: bytes), let write = try? RealtimeWrite.patch(members, at: ["a"]) {
      demand(write.changes.allSatisfy { $0.path.first == "a" && $0.path.count <= RealtimeKey.depthMax }, "a change leaves its place")
    }
    let document = try? RealtimeJSON.document(of: bytes, .data)
    guard let value = try? RealtimeJSON.value(of: bytes) else { return }
    demand(document != nil, "a value that is no document")
    for isPretty in [false, true] {
      let again = try? RealtimeJSON.value(of: RealtimeJSON.bytes(of: value, isPretty: isPretty))
      demand(again == value, "printed and read again it is another")
    }
    guard let leaves = try? TreeLeaves.leaves(of: value, at: ["p"]), !value.hasSpecialKeys else { return }
    var assembly = TreeAssembly(at: "p")
    for leaf in leaves.sorted(by: { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }) {
      demand((try? assembly.add(path: leaf.path, value: leaf.value)) != nil, "a leaf cannot be read")
    }
    demand(assembly.finish() == value, "its leaves make another value")
  }

  fileprivate static let tree = RealtimeValue.node([
    "users": .node([
      "ann": .node(["profile": .node(["display_name": .string("Ann")]), "watchlist": .node(["s0": .string("A")])]), "x": .number(1),
    ]), "a": .string("aé\n"), "b": .bool(true), "n": .number(-0.5),
  ])
}

private func demandJudged(_ rules: SecurityRules) {
  let paths = [[], ["users"], ["users", "ann"], ["users", "ann", "profile"], ["users", "ann", "profile", "z"], ["a"], ["q", "r"]]
  let who = [
    RealtimeIdentity.nobody, .user("ann"), .user("\u{301}x", claims: ["role": .string("desk"), "n": .number(1)]), .auth(.string("a")),
  ]
  for identity in who {
    var granted: [[String]] = []
    for path in paths {
      let verdict = rules.allowsRead(path: path, auth: identity, now: 1_795_694_400_000, root: FuzzTarget.tree)
      if granted.contains(where: { path.starts(with: $0) }) { demand(verdict.isAllowed, "a grant was taken back at \(path)") }
      if verdict.isAllowed { granted.append(path) } else { demand(verdict.refusal?.description.isEmpty == false, "no reason") }
      for value in [RealtimeValue.null, .string("a"), .node(["x": .number(1), "y": .node(["z": .bool(true)])])] {
        let new = FuzzTarget.tree.setting(value, at: path)
        let before = RuleData(FuzzTarget.tree)
        let whole = rules.allowsWrite(changes: [path], auth: identity, now: 1, root: FuzzTarget.tree, newRoot: new)
        let merged = rules.allowsWrite(
          changes: [path], auth: identity, now: 1, root: before, newRoot: RuleData(before, changes: [(path: path, value: value)]))
        demand(whole == merged, "a change and the tree that it makes are judged differently at \(path)")
      }
      demand(rules.allowsWrite(changes: [path], auth: .admin, now: 1, root: .null, newRoot: .null).isAllowed, "an admin was asked")
    }
  }
}

extension RealtimeValue {
  fileprivate var hasSpecialKeys: Bool {
    children.contains { $0.key.hasPrefix(".") || $0.value.hasSpecialKeys }
  }
}
