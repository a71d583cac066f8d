/// The writes of one commit: one for each document, in the order in which the documents were first changed.
struct FirestoreWrites {
  /// `projects/P/databases/(default)/documents`
  let root: String
  private var order: [FirestoreLayout.Place] = []
  private var documents: [FirestoreLayout.Place: Document] = [:]

  init(root: String) { self.root = root }

  var isEmpty: Bool { order.isEmpty }
  var count: Int { order.count }

  /// - Parameter condition: what must be true of the document.
  mutating func set(_ value: WireValue, at place: FirestoreLayout.Place, condition: WireValue? = nil) {
    let name = FirestoreLayout.Place(collection: place.collection, document: place.document, field: [])
    if documents[name] == nil { order.append(name) }
    documents[name, default: Document()].set(value, at: place.field)
    if let condition { documents[name]?.condition = condition }
  }

  mutating func delete(collection: String, document: String) {
    set(.null, at: FirestoreLayout.Place(collection: collection, document: document, field: []))
  }

  /// Bodies of commits that hold them, in order; several only where a deletion meets more documents than one takes.
  func bodies(max: Int) -> [WireValue] {
    stride(from: 0, to: order.count, by: max).map { start in
      .object(["writes": .array(order[start..<min(order.count, start + max)].map { write(of: $0, documents[$0]!) })])
    }
  }

  private func write(of place: FirestoreLayout.Place, _ document: Document) -> WireValue {
    let name = WireValue.string("\(root)/\(place.collection)/\(place.document)")
    guard !document.isDeleted else { return .object(["delete": name]) }
    guard case .object(let fields) = FirestoreValue.encoded(.object(document.fields)), case .object(let map)? = fields["mapValue"] else {
      preconditionFailure("an object is a map")
    }
    var write: [String: WireValue] = ["update": .object(["name": name, "fields": map["fields"] ?? .object([:])])]
    if !document.isWhole {
      write["updateMask"] = .object(["fieldPaths": .array(document.mask.map { .string(FirestoreLayout.fieldPath($0)) })])
    }
    if let condition = document.condition { write["currentDocument"] = condition }
    return .object(write)
  }

  private struct Document {
    var fields: [String: WireValue] = [:]
    var mask: [[String]] = []
    /// All of it is replaced, so no mask is needed.
    var isWhole = false
    var isDeleted = false
    var condition: WireValue?

    mutating func set(_ value: WireValue, at field: [String]) {
      guard !field.isEmpty else {
        (isWhole, isDeleted, mask) = (true, value == .null, [])
        if case .object(let children) = value { fields = children } else { fields = value == .null ? [:] : ["value": value] }
        return
      }
      if isDeleted, value != .null { isDeleted = false }
      if !isWhole { mask.append(field) }
      fields = Document.setting(value, at: field[...], in: fields)
    }

    private static func setting(_ value: WireValue, at field: ArraySlice<String>, in fields: [String: WireValue]) -> [String: WireValue] {
      var fields = fields
      let key = field.first!
      guard field.count > 1 else {
        fields[key] = value == .null ? nil : value
        return fields
      }
      var children: [String: WireValue] = [:]
      if case .object(let known)? = fields[key] { children = known }
      children = setting(value, at: field.dropFirst(), in: children)
      fields[key] = children.isEmpty ? nil : .object(children)
      return fields
    }
  }
}
