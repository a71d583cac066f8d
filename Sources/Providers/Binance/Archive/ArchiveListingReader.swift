import CXML

/// Reads the XML of S3's ListObjects, version 1, through libxml2: without network, document types, entities; names compared without
/// their namespace.
///
/// - Source: Amazon S3 API Reference, "ListObjects".
public enum ArchiveListingReader {
  /// A thousand keys take some 400 kB.
  static let bytesMax = 4 << 20
  /// A key has nine elements.
  static let marksMax = 2 * 10 * ArchiveListing.keysMax

  /// - Throws: ``ArchiveListingDefect``.
  /// - Complexity: O(bytes); the tree is walked two levels deep, whatever its depth (libxml2 ends at 256).
  public static func read(_ bytes: [UInt8]) throws(ArchiveListingDefect) -> ArchiveListing {
    try withRoot(of: bytes) { root throws(ArchiveListingDefect) in
      let name = XMLNode.name(of: root)
      guard name == "ListBucketResult" else { throw .otherRoot(name) }
      var (listing, isTruncated, marker) = (ArchiveListing(), false, "")
      for child in XMLNode.children(of: root) {
        switch XMLNode.name(of: child) {
        case "Contents":
          guard listing.keys.count < ArchiveListing.keysMax else { throw .tooManyKeys }
          if let key = XMLNode.text(named: "Key", in: child) { listing.keys.append(key) }
        case "CommonPrefixes":
          guard listing.folders.count < ArchiveListing.keysMax else { throw .tooManyKeys }
          if let folder = XMLNode.text(named: "Prefix", in: child) { listing.folders.append(folder) }
        case "IsTruncated": isTruncated = XMLNode.text(of: child) == "true"
        case "Marker": marker = XMLNode.text(of: child)
        case "NextMarker": listing.nextMarker = XMLNode.text(of: child)
        default: break
        }
      }
      guard isTruncated else {
        listing.nextMarker = nil
        return listing
      }
      // NextMarker is there only when a delimiter was sent; else the last key is it.
      guard let next = listing.nextMarker ?? max(listing.keys.last ?? "", listing.folders.last ?? "").nonEmpty else { throw .noMarker }
      guard next > marker else { throw .markerStands }
      listing.nextMarker = next
      return listing
    }
  }

  /// The code of an S3 error document: `NoSuchKey`; nil when the body is none.
  static func errorCode(in bytes: [UInt8]) -> String? {
    // Every defect means the same here: it is no error document.
    try? withRoot(of: bytes) { root throws(ArchiveListingDefect) in
      guard XMLNode.name(of: root) == "Error" else { throw .otherRoot(XMLNode.name(of: root)) }
      return XMLNode.text(named: "Code", in: root) ?? ""
    }
  }

  private static func withRoot<Value>(
    of bytes: [UInt8], _ body: (xmlNodePtr) throws(ArchiveListingDefect) -> Value
  ) throws(ArchiveListingDefect) -> Value {
    guard bytes.count <= bytesMax else { throw .tooLarge(bytes.count) }
    // The body is taken as UTF-8 whatever it declares, so these bytes cannot hide in another encoding.
    guard !bytes.contains(0) else { throw .notXML }
    guard bytes.firstRange(of: Array("<!DOCTYPE".utf8)) == nil, bytes.firstRange(of: Array("<!ENTITY".utf8)) == nil else {
      throw .hasDocumentType
    }
    guard ForeignXML.isBearable(bytes, marksMax: marksMax) else { throw .tooDense }
    XMLNode.start
    let options = Int32(XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue | XML_PARSE_NOCDATA.rawValue)
    let document = bytes.withUnsafeBytes { raw in
      xmlReadMemory(raw.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(raw.count), nil, "UTF-8", options)
    }
    guard let document else { throw .notXML }
    defer { xmlFreeDoc(document) }
    guard let root = xmlDocGetRootElement(document) else { throw .notXML }
    return try body(root)
  }
}

/// The few questions that are asked of a tree.
private enum XMLNode {
  /// libxml2 must be set up once, before threads use it.
  static let start: Void = xmlInitParser()

  static func name(of node: xmlNodePtr) -> String {
    node.pointee.name.map { String(cString: $0) } ?? ""
  }

  static func children(of node: xmlNodePtr) -> some Sequence<xmlNodePtr> {
    sequence(first: node.pointee.children) { $0?.pointee.next }.prefix { $0 != nil }.lazy.compactMap(\.self)
      .filter { $0.pointee.type == XML_ELEMENT_NODE }
  }

  static func text(of node: xmlNodePtr) -> String {
    guard let content = xmlNodeGetContent(node) else { return "" }
    defer { jx_free(content) }
    return String(cString: content)
  }

  static func text(named name: String, in node: xmlNodePtr) -> String? {
    children(of: node).first { XMLNode.name(of: $0) == name }.map(text(of:))
  }
}

extension String {
  fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}
