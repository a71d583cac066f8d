import Transport

/// What Firestore holds, read as the tree that was told: only documents that have the form of ours, and of `market_data` only the field that is asked for.
extension FirestoreSink {
  /// Documents of one answer, and what such an answer may have.
  private static let page = (documents: 300, bytesMax: 16 << 20)

  public func value(at path: RealtimePath, in copy: MirrorCopy, bytesMax: Int) async throws -> WireValue? {
    if case .place(let place) = FirestoreLayout.target(of: path.keys) {
      return try await fields(of: place).value(at: place.field).escapingKeys
    }
    var (tree, bytes): (WireValue, Int) = (.null, 0)
    let isWhole = try await documents(below: path) { keys, value, size in
      bytes += size
      guard bytes <= bytesMax else { return false }
      tree = tree.setting(value, at: keys.dropFirst(path.keys.count))
      return true
    }
    return isWhole ? tree.escapingKeys : nil
  }

  /// Documents are not ordered as the keys of the tree are: each is asked for by itself.
  public func children(
    of path: RealtimePath, from first: String, through last: String, in copy: MirrorCopy, bytesMax: Int
  ) async throws -> WireValue? { nil }

  public func keys(at path: RealtimePath, in copy: MirrorCopy) async throws -> [String] {
    if case .place(let place) = FirestoreLayout.target(of: path.keys) {
      guard case .object(let children) = try await fields(of: place).value(at: place.field) else { return [] }
      return children.keys.map(WireKey.text(of:)).sorted()
    }
    var keys: Set<String> = []
    _ = try await documents(below: path) { found, _, _ in
      keys.insert(WireKey.text(of: found[path.keys.count]))
      return true
    }
    return keys.sorted()
  }

  /// The paths of a length at which documents hold something below a path.
  func everyPath(below path: RealtimePath, depth: Int) async throws -> [[String]] {
    var paths: Set<[String]> = []
    _ = try await documents(below: path) { keys, _, _ in
      paths.insert(Array(keys.prefix(depth)))
      return true
    }
    return paths.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// The fields of one document; nothing where none is.
  private func fields(of place: FirestoreLayout.Place) async throws -> WireValue {
    let subject = "\(self.place): \(place.collection)/\(place.document)"
    var url = "\(base)/\(percentEncoded(place.collection))/\(percentEncoded(place.document))"
    // The rest of the document is not ours, and not read.
    if let field = place.field.first { url += "?mask.fieldPaths=\(percentEncoded(FirestoreLayout.fieldPath([field])))" }
    let answer = try await sender.send(HTTPRequest(url: url), subject: subject)
    if answer.status == 404, FirestoreError(answer).isMissingDocument { return .null }
    try await demand(answer, subject)
    guard case .object(let document)? = WireValue(json: answer.body) else {
      throw MirrorFailure(.permanent, "\(subject): the answer is no document")
    }
    return try FirestoreSink.fields(document, subject)
  }

  private static func fields(_ document: [String: WireValue], _ subject: String) throws -> WireValue {
    guard let fields = document["fields"] else { return .null }
    guard let value = FirestoreValue.decoded(.object(["mapValue": .object(["fields": fields])])) else {
      throw MirrorFailure(.permanent, "\(subject): the answer holds a value of a type that nobody told")
    }
    return value
  }

  /// Reads the documents of a path that lies above documents, page by page.
  /// - Parameter body: the keys of what a document holds, that, and how many bytes it came in; false ends the reading.
  /// - Returns: whether it was read to its end.
  private func documents(below path: RealtimePath, _ body: (_ keys: [String], WireValue, _ bytes: Int) throws -> Bool) async throws -> Bool
  {
    guard let range = FirestoreLayout.range(of: path.keys) else { return true }
    let subject = "\(place): \(path)"
    var (after, isFirst): (String, Bool) = (range.beginning, true)
    while true {
      let query = FirestoreQuery(
        root: root, collection: range.collection, after: after, isIncluded: isFirst, beginning: range.beginning,
        field: range.field, limit: FirestoreSink.page.documents)
      var request = HTTPRequest(
        method: "POST", url: base + ":runQuery", headers: [HTTPHeader("Content-Type", "application/json; charset=utf-8")],
        body: Array(query.body.json.utf8))
      request.limits.bodyBytesMax = FirestoreSink.page.bytesMax
      request.limits.wireBytesMax = FirestoreSink.page.bytesMax
      let answer = try await sender.send(request, subject: subject)
      try await demand(answer, subject)
      guard case .array(let elements)? = WireValue(json: answer.body) else {
        throw MirrorFailure(.permanent, "\(subject): the answer is no list of documents")
      }
      var count = 0
      for case .object(let element) in elements {
        guard case .object(let document)? = element["document"], case .string(let name)? = document["name"] else { continue }
        count += 1
        after = String(Substring(name.utf8.dropFirst("\(root)/\(range.collection)/".utf8.count)))
        for (keys, value) in FirestoreLayout.parts(of: after, try FirestoreSink.fields(document, subject), top: path.keys[0]) {
          guard keys.starts(with: path.keys), keys.count > path.keys.count else { continue }
          guard try body(keys, value, answer.body.count / max(1, elements.count)) else { return false }
        }
      }
      if count < FirestoreSink.page.documents { return true }
      isFirst = false
    }
  }
}

/// A query for the documents of a collection whose names begin so, in the order of their names.
private struct FirestoreQuery {
  let root: String
  let collection: String
  let after: String
  let isIncluded: Bool
  let beginning: String
  let field: String?
  let limit: Int

  var body: WireValue {
    var filters: [WireValue] = []
    if !after.isEmpty { filters.append(filter(isIncluded ? "GREATER_THAN_OR_EQUAL" : "GREATER_THAN", after)) }
    // A beginning ends with `|`, and the next character is `}`.
    if !beginning.isEmpty { filters.append(filter("LESS_THAN", String(beginning.dropLast()) + "}")) }
    var query: [String: WireValue] = [
      "from": .array([.object(["collectionId": .string(collection)])]), "limit": .number(String(limit)),
      "orderBy": .array([.object(["field": FirestoreQuery.name, "direction": .string("ASCENDING")])]),
    ]
    if !filters.isEmpty {
      query["where"] = .object(["compositeFilter": .object(["op": .string("AND"), "filters": .array(filters)])])
    }
    if let field { query["select"] = .object(["fields": .array([.object(["fieldPath": .string(field)])])]) }
    return .object(["structuredQuery": .object(query)])
  }

  private static let name = WireValue.object(["fieldPath": .string("__name__")])

  private func filter(_ op: String, _ document: String) -> WireValue {
    .object([
      "fieldFilter": .object([
        "field": FirestoreQuery.name, "op": .string(op),
        "value": .object(["referenceValue": .string("\(root)/\(collection)/\(document)")]),
      ])
    ])
  }
}

extension WireValue {
  /// A value as the tree has it, with its keys as they are written there: the opposite of ``unescapingKeys``.
  fileprivate var escapingKeys: WireValue {
    guard case .object(let children) = self else { return self }
    return .object(Dictionary(children.map { (WireKey.text(of: $0.key), $0.value.escapingKeys) }) { $1 })
  }
}
