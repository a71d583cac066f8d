import MarketData
import Scheduling

/// A body of Alpha Vantage that is no series, two levels deep: texts, objects of texts, and lists of items. What lies deeper is passed over.
struct ReferenceDocument {
  /// Strings and numbers of the outermost object.
  var texts: [String: String] = [:]
  var objects: [String: [String: String]] = [:]
  var lists: [String: [Item]] = [:]
  var notice = Notice()
  /// The body is `{}`.
  var isEmptyObject = true

  /// One element of a list.
  struct Item {
    var texts: [String: String] = [:]
    /// Lists within it: the tickers of an article.
    var lists: [String: [[String: String]]] = [:]
  }

  /// The largest list that is recorded has a thousand articles.
  static let itemsMax = 20_000
  /// Each article names some ten tickers and topics.
  static let innerItemsMax = 100_000

  /// - Throws: ``JSONError`` when the body is no JSON object, is cut short, holds a key twice or more items than can be.
  static func read(_ body: [UInt8]) throws(JSONError) -> ReferenceDocument {
    try body.span.bytes.withUnsafeBytes { (bytes) throws(JSONError) in
      var (document, scanner, keys, items) = (ReferenceDocument(), JSONScanner(bytes), JSONKeys(countMax: JSONKeys.membersMax), ItemCount())
      try scanner.enterObject()
      while let key = try scanner.nextKey(notIn: &keys) {
        document.isEmptyObject = false
        let name = scanner.string(key)
        if try document.notice.read(name, &scanner) { continue }
        switch try scanner.kind() {
        case .string: document.texts[name] = scanner.string(try scanner.string())
        case .number: document.texts[name] = scanner.source(try scanner.number())
        case .object: document.objects[name] = try scanner.members()
        case .array: document.lists[name] = try ReferenceDocument.items(&scanner, &items)
        case .literal: try scanner.skipValue()
        }
      }
      try scanner.end()
      return document
    }
  }

  private struct ItemCount {
    var outer = 0
    var inner = 0
  }

  private static func items(_ scanner: inout JSONScanner, _ count: inout ItemCount) throws(JSONError) -> [Item] {
    var result: [Item] = []
    try scanner.enterArray()
    while try scanner.nextElement() {
      guard try scanner.kind() == .object else {
        try scanner.skipValue()
        continue
      }
      count.outer += 1
      guard count.outer <= itemsMax else { throw JSONError(offset: scanner.offset, fact: .tooManyRows(rowsMax: itemsMax)) }
      var item = Item()
      item.texts = try scanner.members { (scanner, name) throws(JSONError) in
        guard try scanner.kind() == .array else { return false }
        var inner: [[String: String]] = []
        try scanner.enterArray()
        while try scanner.nextElement() {
          guard try scanner.kind() == .object else {
            try scanner.skipValue()
            continue
          }
          count.inner += 1
          guard count.inner <= innerItemsMax else { throw JSONError(offset: scanner.offset, fact: .tooManyRows(rowsMax: innerItemsMax)) }
          inner.append(try scanner.members())
        }
        item.lists[name] = inner
        return true
      }
      result.append(item)
    }
    return result
  }
}

/// The fields of one object, by the text after their number: `05. price` is `price`.
struct ReferenceFields {
  private let texts: [String: String]

  init(_ texts: [String: String]) {
    self.texts = Dictionary(texts.map { (String(SeriesDocument.label($0)), $1) }) { first, _ in first }
  }

  /// One printable line; nil for what the provider writes when it knows nothing.
  func text(_ name: String, max length: Int = 200) -> String? {
    guard let text = texts[name]?.printable(length), !["", "None", "-", "null", "n/a", "N/A"].contains(text) else { return nil }
    return text
  }

  /// A decimal, with or without a per cent sign; nil when there is none, or it is none.
  func number(_ name: String) -> Double? {
    guard let text = text(name) else { return nil }
    guard let number = DecimalReader.value(of: text.hasSuffix("%") ? String(text.dropLast()) : text), number.isFinite else { return nil }
    return number
  }

  /// A decimal above zero.
  func positive(_ name: String) -> Double? { number(name).flatMap { $0 > 0 ? $0 : nil } }

  /// A day; `0000-00-00` is none.
  func day(_ name: String) -> CivilDate? { text(name).flatMap { CivilDate($0) } }

  /// nil for a name that no market could have.
  func symbol(_ name: String) -> Symbol? {
    // `try?`: the only reason to fail is a name that is no symbol.
    texts[name].flatMap { try? Symbol($0) }
  }
}
