/// A piece of HTML or SVG in which every text from outside has been escaped. Only ``MarkupWriter`` and this module's constants make one.
public struct Markup: Sendable, Equatable {
  public let text: String

  init(trusted text: String) { self.text = text }
}

/// Writes elements: names are constants of the program, attribute values and texts are escaped.
struct MarkupWriter {
  typealias Attributes = KeyValuePairs<StaticString, String>

  private(set) var text = ""

  var markup: Markup { Markup(trusted: text) }

  /// An element with content.
  mutating func element(_ name: StaticString, _ attributes: Attributes = [:], _ content: (inout MarkupWriter) -> Void) {
    open(name, attributes)
    text += ">"
    content(&self)
    text += "</\(name)>"
  }

  /// An element that holds only text.
  mutating func element(_ name: StaticString, _ attributes: Attributes = [:], text content: String) {
    open(name, attributes)
    text += ">"
    write(content)
    text += "</\(name)>"
  }

  /// An element of SVG without content.
  mutating func empty(_ name: StaticString, _ attributes: Attributes) {
    open(name, attributes)
    text += "/>"
  }

  /// Text, escaped, hidden characters made visible.
  mutating func write(_ content: String) { Self.escape(VisibleText.shown(content), into: &text) }

  mutating func insert(_ markup: Markup) { text += markup.text }

  private mutating func open(_ name: StaticString, _ attributes: Attributes) {
    text += "<"
    text += name.description
    for (key, value) in attributes {
      text += " "
      text += key.description
      text += "=\""
      write(value)
      text += "\""
    }
  }

  /// Byte by byte, so that no combining character can hide a `<`.
  private static func escape(_ content: String, into output: inout String) {
    guard content.utf8.contains(where: { escaped($0) != nil }) else {
      output += content
      return
    }
    for scalar in content.unicodeScalars {
      if scalar.isASCII, let replacement = escaped(UInt8(scalar.value)) {
        output += replacement
      } else {
        output.unicodeScalars.append(scalar)
      }
    }
  }

  private static func escaped(_ byte: UInt8) -> String? {
    switch byte {
    case UInt8(ascii: "<"): "&lt;"
    case UInt8(ascii: ">"): "&gt;"
    case UInt8(ascii: "&"): "&amp;"
    case UInt8(ascii: "\""): "&quot;"
    case UInt8(ascii: "'"): "&#39;"
    default: nil
    }
  }
}
