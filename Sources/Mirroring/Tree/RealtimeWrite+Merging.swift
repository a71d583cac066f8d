extension RealtimeWrite {
  /// What a mirror tells in one step, as merges into the root, to be applied one after the other: a value may lie below an earlier one of
  /// the same step.
  ///
  /// - Parameter values: paths as the database has them, `/` between keys, and JSON; nil deletes.
  /// - Throws: ``RealtimeJSONError``, ``RealtimeWriteDefect``.
  public static func merges(_ values: [(path: String, value: String?)]) throws -> [RealtimeWrite] {
    var merges: [RealtimeWrite] = []
    var members: [RealtimeJSON.Member] = []
    var (seen, above) = (Set<[String]>(), Set<[String]>())
    func finish() throws {
      if !members.isEmpty { merges.append(try .patch(members, at: [])) }
      (members, seen, above) = ([], [], [])
    }
    for (path, text) in values {
      let keys = path.keysOfPath()
      let prefixes = (0..<keys.count).map { Array(keys.prefix($0)) }
      if seen.contains(keys) || above.contains(keys) || prefixes.contains(where: seen.contains) { try finish() }
      seen.insert(keys)
      above.formUnion(prefixes)
      let value = try text.map { try RealtimeJSON.value(of: Array($0.utf8)) } ?? .null
      members.append(RealtimeJSON.Member(key: path, position: .init(line: 1, column: 1), value: value))
    }
    try finish()
    return merges
  }
}
