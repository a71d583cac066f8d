import CXML
import Foundation

/// A page or SVG as libxml2 reads it: an outside judge of whether it is well formed, and a tree to look things up in.
struct ParsedPage {
  struct Element {
    var name: String
    var attributes: [String: String]
    var children: [Element]
    /// All text below, in order.
    var text: String

    func all(_ name: String, class style: String? = nil) -> [Element] {
      let own = self.name == name && (style == nil || classes.contains(style!)) ? [self] : []
      return own + children.flatMap { $0.all(name, class: style) }
    }

    var classes: [String] { attributes["class"]?.split(separator: " ").map(String.init) ?? [] }
  }

  var root: Element
  /// What the parser objects to, other than names of HTML 5 and SVG elements that it does not know.
  var errors: [String]

  init(html: String) { self = Self.parse(html, isHTML: true) }

  private init(root: Element, errors: [String]) { (self.root, self.errors) = (root, errors) }

  init(xml: String) { self = Self.parse(xml, isHTML: false) }

  private final class Complaints {
    var messages: [String] = []
  }

  private static let laterNames: Set<String> = [
    "header", "footer", "main", "nav", "section", "figure", "figcaption", "details", "summary", "svg", "g", "path", "rect", "circle",
    "text",
    "desc", "title",
  ]

  private static func parse(_ text: String, isHTML: Bool) -> ParsedPage {
    let complaints = Complaints()
    let bytes = Array(text.utf8.map { CChar(bitPattern: $0) })
    xmlSetStructuredErrorFunc(Unmanaged.passUnretained(complaints).toOpaque()) { context, error in
      guard let context, let error else { return }
      let message = error.pointee.message.map { String(cString: $0) } ?? "?"
      let name = message.split(separator: " ").dropFirst().first.map(String.init) ?? ""
      if error.pointee.code == XML_HTML_UNKNOWN_TAG.rawValue, ParsedPage.laterNames.contains(name) { return }
      let complaints = Unmanaged<Complaints>.fromOpaque(context).takeUnretainedValue()
      complaints.messages.append("line \(error.pointee.line): \(message.trimmingCharacters(in: .whitespacesAndNewlines))")
    }
    defer { xmlSetStructuredErrorFunc(nil, nil) }
    let document =
      isHTML
      ? htmlReadMemory(bytes, Int32(bytes.count), nil, "UTF-8", Int32(HTML_PARSE_NONET.rawValue))
      : xmlReadMemory(bytes, Int32(bytes.count), nil, "UTF-8", Int32(XML_PARSE_NONET.rawValue))
    defer { xmlFreeDoc(document) }
    let root = xmlDocGetRootElement(document).map(element) ?? Element(name: "", attributes: [:], children: [], text: "")
    return withExtendedLifetime(complaints) { ParsedPage(root: root, errors: complaints.messages) }
  }

  private static func element(_ node: xmlNodePtr) -> Element {
    var attributes: [String: String] = [:]
    var attribute = node.pointee.properties
    while let current = attribute {
      attributes[string(current.pointee.name)] = content(of: current.pointee.children)
      attribute = current.pointee.next
    }
    var children: [Element] = []
    var text = ""
    var child = node.pointee.children
    while let current = child {
      switch current.pointee.type {
      case XML_ELEMENT_NODE:
        let inner = element(current)
        children.append(inner)
        text += inner.text
      case XML_TEXT_NODE, XML_CDATA_SECTION_NODE, XML_ENTITY_REF_NODE: text += content(of: current)
      default: break
      }
      child = current.pointee.next
    }
    return Element(name: string(node.pointee.name), attributes: attributes, children: children, text: text)
  }

  private static func content(of node: xmlNodePtr?) -> String {
    guard let node, let bytes = xmlNodeGetContent(node) else { return "" }
    defer { jx_free(bytes) }
    return string(UnsafePointer(bytes))
  }

  private static func string(_ bytes: UnsafePointer<xmlChar>?) -> String { bytes.map { String(cString: $0) } ?? "" }
}
