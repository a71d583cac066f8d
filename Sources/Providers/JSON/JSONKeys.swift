/// The keys that one object has shown so far, to refuse one that comes twice.
///
/// Keys without escapes are compared where they stand: no allocation for the few dozen keys of an honest object.
public struct JSONKeys {
  private static let comparedInPlaceMax = 64
  /// Of an object whose members are all kept; those of providers have a few dozen.
  static let membersMax = 10_000

  /// More keys than this are refused.
  let countMax: Int
  private var ranges: [Range<Int>] = []
  /// Used once the object is large, or a key is escaped.
  private var names: Set<String> = []

  public init(countMax: Int = .max) { self.countMax = countMax }

  var count: Int { max(ranges.count, names.count) }

  /// - Returns: false when the key was there.
  mutating func insert(_ key: JSONScanner.Text, of scanner: JSONScanner) -> Bool {
    if !key.isEscaped, names.isEmpty, ranges.count < JSONKeys.comparedInPlaceMax {
      let bytes = scanner.bytes[key.range]
      guard !ranges.contains(where: { $0.count == key.range.count && scanner.bytes[$0].elementsEqual(bytes) }) else { return false }
      ranges.append(key.range)
      return true
    }
    if names.isEmpty { names = Set(ranges.map { scanner.source($0) }) }
    return names.insert(scanner.string(key)).inserted
  }
}
