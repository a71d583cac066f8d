/// What a template sees: names and values, nothing else. A name that is not there would be looked up in the views around it, so every
/// view states all names of its template.
struct View: ExpressibleByDictionaryLiteral {
  private var members: [String: ViewValue] = [:]

  /// - Precondition: names of markup end in `Markup`, and only those: in a template, `{{{…Markup}}}` is the only unescaped form.
  init(dictionaryLiteral elements: (String, ViewValue)...) {
    for (name, value) in elements { self[name] = value }
  }

  subscript(name: String) -> ViewValue? {
    get { members[name] }
    set {
      if case .markup = newValue {
        precondition(name.hasSuffix("Markup"), "\(name) holds markup; its name must say so")
      } else {
        precondition(!name.hasSuffix("Markup") || newValue?.isAbsent == true, "\(name) holds no markup; its name must not say so")
      }
      members[name] = newValue
    }
  }

  /// The form that the template library reads.
  var dictionary: [String: Any] { members.mapValues(\.any) }
}

enum ViewValue: ExpressibleByStringInterpolation, ExpressibleByBooleanLiteral {
  /// Shown through ``VisibleText`` and escaped by the template.
  case text(String)
  case markup(Markup)
  case list([View])
  case view(View)
  /// Also what stands for an absent text, list or view: its section is left out.
  case flag(Bool)

  init(stringLiteral value: String) { self = .text(value) }
  init(booleanLiteral value: Bool) { self = .flag(value) }

  /// Absent when nil or empty.
  static func optional(_ text: String?) -> ViewValue {
    if let text, !text.isEmpty { .text(text) } else { .flag(false) }
  }

  static func optional(_ markup: Markup?) -> ViewValue { markup.map(ViewValue.markup) ?? .flag(false) }

  /// A list of views that each hold one `text`.
  static func sentences(_ texts: [String]) -> ViewValue { .list(texts.map { ["text": .text($0)] }) }

  fileprivate var isAbsent: Bool {
    if case .flag(false) = self { true } else { false }
  }

  fileprivate var any: Any {
    switch self {
    case .text(let text): VisibleText.shown(text)
    case .markup(let markup): markup.text
    case .list(let views): views.map(\.dictionary)
    case .view(let view): view.dictionary
    case .flag(let flag): flag
    }
  }
}
