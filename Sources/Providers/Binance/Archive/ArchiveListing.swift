/// What a folder of the archive holds, one page of at most a thousand keys.
public struct ArchiveListing: Sendable, Equatable {
  /// `data/spot/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2025-01.zip` and the like, in the order of the answer.
  public var keys: [String] = []
  /// Folders: `data/spot/monthly/klines/0GBNB/`.
  public var folders: [String] = []
  /// Where the next page begins; nil when this is the last one.
  public var nextMarker: String?

  public init() {}

  /// What may be on one page; S3 gives a thousand.
  static let keysMax = 10_000
}

/// Why a body is no listing.
public enum ArchiveListingDefect: Error, Sendable, Equatable {
  case tooLarge(Int)
  /// It is no well-formed XML.
  case notXML
  /// It declares a document type, which a listing never does and an attack does.
  case hasDocumentType
  /// Its root is another element: a login page, an error.
  case otherRoot(String)
  case tooManyKeys
  /// It has more elements and attributes than keys need, or an element without an end.
  case tooDense
  /// It says that it was cut, but not where to go on.
  case noMarker
  /// The next page would begin where this one did: such a listing never ends.
  case markerStands
}

extension ArchiveListingDefect: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tooLarge(let bytes): "the listing has \(bytes) bytes, more than a thousand keys need"
    case .notXML: "the listing is no well-formed XML"
    case .hasDocumentType: "the listing declares a document type, which none does"
    case .otherRoot(let name): "the answer is a `\(name.printable(40))`, not a listing"
    case .tooManyKeys: "the listing has more than \(ArchiveListing.keysMax) keys on a page"
    case .tooDense: "the listing has more elements than \(ArchiveListing.keysMax) keys need, or one with too many attributes"
    case .noMarker: "the listing is cut and does not say where to go on"
    case .markerStands: "the listing does not move on from its marker"
    }
  }
}
