import CXML

/// XML from outside through libxml2: no network, no document types, no entities of its own; names are compared without their namespace.
///
/// The document is read as a stream: as a tree, all reference rates since 1999 would take ten times their size.
enum ForeignXML {
  /// The longest body that is read: all of the reference rates since 1999 are some 8 MB.
  static let bytesMax = 32 << 20
  /// Those have some 900,000.
  static let marksMax = 2_000_000
  /// `=` from one element to the next. libxml2 compares each attribute of an element with those before it.
  fileprivate static let attributesMax = 800
  /// Of the names that libxml2 remembers to the end.
  private static let namesBytesMax = 100_000

  enum Defect: Error, Equatable {
    case tooLarge(Int)
    /// It brings declarations of its own, which nothing that is read here needs and bombs are made of.
    case hasDocumentType
    /// It has more elements and attributes than any that is read here, or an element with very many of them.
    case tooDense
    case notXML
  }

  /// An element, valid only while it is shown.
  struct Element {
    fileprivate let node: xmlNodePtr
    /// 0 for the outermost one.
    let depth: Int

    var name: String { node.pointee.name.map { String(cString: $0) } ?? "" }

    /// nil when there is none of the name.
    subscript(attribute: String) -> String? {
      guard let value = xmlGetNoNsProp(node, attribute) else { return nil }
      defer { jx_free(value) }
      return String(cString: value)
    }
  }

  /// - Parameter body: is shown each element, in the order in which they begin, before it is known whether the whole is XML; it answers
  ///   whether it wants to see more.
  /// - Complexity: O(bytes) time; memory for one element and the names. What is deeper than 256 is refused by libxml2.
  static func read(_ bytes: [UInt8], _ body: (Element) -> Bool) throws(Defect) {
    guard bytes.count <= bytesMax else { throw .tooLarge(bytes.count) }
    // Taken as UTF-8 whatever it declares, so that these bytes cannot hide in another encoding.
    guard !bytes.contains(0) else { throw .notXML }
    guard bytes.firstRange(of: Array("<!DOCTYPE".utf8)) == nil, bytes.firstRange(of: Array("<!ENTITY".utf8)) == nil else {
      throw .hasDocumentType
    }
    guard isBearable(bytes, marksMax: marksMax) else { throw .tooDense }
    start
    let options = Int32(XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue | XML_PARSE_NOCDATA.rawValue)
    try bytes.span.bytes.withUnsafeBytes { (raw) throws(Defect) in
      let reader = xmlReaderForMemory(raw.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(raw.count), nil, "UTF-8", options)
      guard let reader else { throw .notXML }
      defer { xmlFreeTextReader(reader) }
      var status = xmlTextReaderRead(reader)
      while status == 1 {
        switch xmlReaderTypes(UInt32(bitPattern: xmlTextReaderNodeType(reader))) {
        case XML_READER_TYPE_DOCUMENT_TYPE: throw .hasDocumentType
        case XML_READER_TYPE_ELEMENT:
          guard let node = xmlTextReaderCurrentNode(reader) else { throw .notXML }
          let element = Element(node: node, depth: Int(xmlTextReaderDepth(reader)))
          if element.depth == 0, let names = node.pointee.doc?.pointee.dict { xmlDictSetLimit(names, namesBytesMax) }
          guard body(element) else { return }
        default: break
        }
        status = xmlTextReaderRead(reader)
      }
      guard status == 0 else { throw .notXML }
    }
  }

  /// Whether a document weighs no more than its bytes promise: libxml2 takes a hundred bytes and more for each element and attribute.
  ///
  /// - Parameter marksMax: so many `<` and `=`, wherever they stand.
  static func isBearable(_ bytes: [UInt8], marksMax: Int) -> Bool {
    bytes.withUnsafeBufferPointer { bytes in
      var (marks, attributes) = (0, 0)
      for byte in bytes {
        switch byte {
        case UInt8(ascii: "<"): (marks, attributes) = (marks + 1, 0)
        case UInt8(ascii: "="):
          (marks, attributes) = (marks + 1, attributes + 1)
          guard attributes <= attributesMax else { return false }
        default: break
        }
      }
      return marks <= marksMax
    }
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
    case .tooDense:
      self.init(
        .unexpectedShape,
        "the answer has more than \(ForeignXML.marksMax) elements and attributes, or \(ForeignXML.attributesMax) in one element")
    case .notXML where body.isEmpty: self.init(.unexpectedShape, "answered with an empty body", isTransient: true)
    case .notXML: self.init(.unexpectedShape, "the answer is no XML (\(body.start))", isTransient: true)
    }
  }
}
