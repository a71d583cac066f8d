import CXML

/// XML from outside through libxml2: no network, no document types, no entities of its own; names are compared without their namespace.
enum ForeignXML {
  /// The longest body that is read: all of the reference rates since 1999 are some 8 MB.
  static let bytesMax = 32 << 20

  enum Defect: Error, Equatable {
    case tooLarge(Int)
    /// It brings declarations of its own, which nothing that is read here needs and bombs are made of.
    case hasDocumentType
    case notXML
  }

  /// An element, valid as long as the closure runs that was given the root.
  struct Element {
    fileprivate let node: xmlNodePtr

    var name: String { node.pointee.name.map { String(cString: $0) } ?? "" }

    /// nil when there is none of the name.
    subscript(attribute: String) -> String? {
      guard let value = xmlGetNoNsProp(node, attribute) else { return nil }
      defer { jx_free(value) }
      return String(cString: value)
    }

    /// The elements directly below it, in order.
    var children: some Sequence<Element> {
      sequence(first: node.pointee.children) { $0?.pointee.next }.prefix { $0 != nil }.lazy.compactMap(\.self)
        .filter { $0.pointee.type == XML_ELEMENT_NODE }.map { Element(node: $0) }
    }
  }

  /// - Parameter body: is given the outermost element.
  /// - Complexity: O(bytes); a tree deeper than 256 is refused by libxml2.
  static func read<Value>(_ bytes: [UInt8], _ body: (Element) throws(Defect) -> Value) throws(Defect) -> Value {
    guard bytes.count <= bytesMax else { throw .tooLarge(bytes.count) }
    // Taken as UTF-8 whatever it declares, so that these bytes cannot hide in another encoding.
    guard !bytes.contains(0) else { throw .notXML }
    guard bytes.firstRange(of: Array("<!DOCTYPE".utf8)) == nil, bytes.firstRange(of: Array("<!ENTITY".utf8)) == nil else {
      throw .hasDocumentType
    }
    start
    let options = Int32(XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue | XML_PARSE_NOCDATA.rawValue)
    let document = bytes.withUnsafeBytes { raw in
      xmlReadMemory(raw.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(raw.count), nil, "UTF-8", options)
    }
    guard let document else { throw .notXML }
    defer { xmlFreeDoc(document) }
    guard document.pointee.intSubset == nil else { throw .hasDocumentType }
    guard let root = xmlDocGetRootElement(document) else { throw .notXML }
    return try body(Element(node: root))
  }

  /// libxml2 must be set up once, before threads use it.
  private static let start: Void = xmlInitParser()
}

extension Refusal {
  /// A body that is not the XML that was asked for.
  init(_ defect: ForeignXML.Defect, in body: [UInt8]) {
    switch defect {
    case .tooLarge(let count):
      self.init(.unexpectedShape, "answered with \(count) bytes, more than the \(ForeignXML.bytesMax) that are read")
    case .hasDocumentType: self.init(.unexpectedShape, "the answer declares a document type, which is never read")
    case .notXML where body.isEmpty: self.init(.unexpectedShape, "answered with an empty body", isTransient: true)
    case .notXML: self.init(.unexpectedShape, "the answer is no XML (\(body.start))", isTransient: true)
    }
  }
}
