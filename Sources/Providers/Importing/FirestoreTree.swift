import Scheduling

/// What Firestore's export tools and its REST interface write, as the tree that the documents make: `/collection/document/field`, and
/// `/collection/document/collection/…` beside the fields.
///
/// - Source: the JSON of `node-firestore-import-export` (`__collections__`, `__datatype__`), and of the REST reference's `Document`.
enum FirestoreTree {
  static func plain(_ tree: ForeignTree) -> ForeignTree {
    if case .map(let entries) = tree, case .list(let documents)? = entries["documents"] { return answer(documents) }
    if case .list(let elements) = tree, isAnswer(elements) {
      return answer(elements.map { $0["document"] ?? $0 })
    }
    return document(tree)
  }

  /// A document of an export, or a value in it.
  private static func document(_ tree: ForeignTree) -> ForeignTree {
    switch tree {
    case .value: return tree
    case .list(let elements): return .list(elements.map(document))
    case .map(var entries):
      if let special = special(entries) { return special }
      let collections = entries.removeValue(forKey: "__collections__")
      var plain = entries.mapValues(document)
      for (name, collection) in collections?.children ?? [] { plain[name] = document(collection) }
      return .map(plain)
    }
  }

  /// A value that JSON has no word for.
  private static func special(_ entries: [String: ForeignTree]) -> ForeignTree? {
    guard case .value(.text(let kind))? = entries["__datatype__"], let value = entries["value"] else { return nil }
    guard kind == "timestamp", case .value(.integer(let seconds))? = value["_seconds"] else { return document(value) }
    var nanoseconds: Int64 = 0
    if case .value(.integer(let part))? = value["_nanoseconds"] { nanoseconds = part }
    return .value(.text(timestamp(seconds, nanoseconds)))
  }

  // MARK: REST

  private static func isAnswer(_ elements: [ForeignTree]) -> Bool {
    elements.first.map { ($0["document"] ?? $0)["fields"] != nil && ($0["document"] ?? $0)["name"] != nil } ?? false
  }

  private static func answer(_ documents: [ForeignTree]) -> ForeignTree {
    var root = ForeignTree.map([:])
    for document in documents {
      guard case .value(.text(let name))? = document["name"] else { continue }
      let path = name.components(after: "/documents/")
      let fields = document["fields"].map {
        ForeignTree.map(Dictionary($0.children.map { ($0.key, typed($0.tree)) }) { first, _ in first })
      }
      root.merge(fields ?? .map([:]), at: path[...])
    }
    return root
  }

  /// `{"doubleValue": 1.5}`
  private static func typed(_ tree: ForeignTree) -> ForeignTree {
    guard case .map(let entries) = tree, let (kind, value) = entries.first, entries.count == 1 else { return tree }
    switch (kind, value) {
    case ("mapValue", _): return .map(Dictionary((value["fields"]?.children ?? []).map { ($0.key, typed($0.tree)) }) { first, _ in first })
    case ("arrayValue", _): return .list((value["values"]?.children ?? []).map { typed($0.tree) })
    case ("nullValue", _): return .value(.missing)
    // 64 bits do not fit into a number of JSON, so they are written as text.
    case ("integerValue", .value(.text(let text))): return .value(Int64(text).map { .integer($0) } ?? .text(text))
    default: return value
    }
  }

  private static func timestamp(_ seconds: Int64, _ nanoseconds: Int64) -> String {
    Instant(milliseconds: seconds * 1000 + nanoseconds / 1_000_000).iso8601
  }
}

extension String {
  fileprivate func components(after mark: String) -> [Substring] {
    guard let start = firstRange(of: mark)?.upperBound else { return split(separator: "/") }
    return self[start...].split(separator: "/")
  }
}

extension ForeignTree {
  /// Puts entries under a path; what lies there already stays beside them.
  fileprivate mutating func merge(_ tree: ForeignTree, at path: ArraySlice<Substring>) {
    guard case .map(var entries) = self else { return }
    guard let key = path.first else {
      if case .map(let added) = tree { entries.merge(added) { _, new in new } }
      self = .map(entries)
      return
    }
    var child = entries[String(key)] ?? .map([:])
    child.merge(tree, at: path.dropFirst())
    entries[String(key)] = child
    self = .map(entries)
  }
}
