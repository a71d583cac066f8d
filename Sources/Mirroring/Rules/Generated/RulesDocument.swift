/// A rules document that is being written: keys in their order.
struct RulesDocument {
  enum Content {
    case condition(String)
    case flag(Bool)
    case texts([String])
    case node(RulesDocument)
  }

  private(set) var entries: [(key: String, content: Content)] = []

  var isEmpty: Bool { entries.isEmpty }

  subscript(key: String) -> Content? { entries.first { $0.key == key }?.content }

  /// Sets a key, where it is or at the end.
  mutating func set(_ key: String, _ content: Content) {
    if let index = entries.firstIndex(where: { $0.key == key }) {
      entries[index].content = content
    } else {
      entries.append((key, content))
    }
  }

  /// Changes the node at a path, making those on the way.
  mutating func change(at path: some Collection<String>, _ body: (inout RulesDocument) -> Void) {
    guard let key = path.first else { return body(&self) }
    var node = if case .node(let node) = self[key] { node } else { RulesDocument() }
    node.change(at: path.dropFirst(), body)
    set(key, .node(node))
  }

  /// JSON, two blanks a level, rules before keys.
  func text(indent: Int = 0) -> String {
    guard !entries.isEmpty else { return "{}" }
    let space = String(repeating: " ", count: indent + 2)
    let rules = entries.filter { $0.key.hasPrefix(".") }
    let keys = entries.filter { !$0.key.hasPrefix(".") }
    let lines = (rules + keys).map { entry in
      let value =
        switch entry.content {
        case .condition(let text): RulesDocument.quoted(text)
        case .flag(let value): value ? "true" : "false"
        case .texts(let texts): "[" + texts.map(RulesDocument.quoted).joined(separator: ", ") + "]"
        case .node(let node): node.text(indent: indent + 2)
        }
      return space + RulesDocument.quoted(entry.key) + ": " + value
    }
    return "{\n" + lines.joined(separator: ",\n") + "\n" + String(repeating: " ", count: indent) + "}"
  }

  private static func quoted(_ text: String) -> String { RealtimeJSON.text(of: .string(text)) }
}
