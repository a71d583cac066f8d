/// The entries of a zip archive in memory, each judged before a byte of it is unpacked.
///
/// Nothing is written anywhere: a name is only a name. What only hostile or damaged archives have (encryption, links, names that lead
/// out of a folder, overlapping entries, zip64 in a small file) makes its entry refused; an archive whose directory cannot be trusted
/// is refused whole.
/// - Source: PKWARE, ".ZIP File Format Specification" (APPNOTE.TXT) 6.3.10, sections 4.3 and 4.4.
public struct ZipArchive: Sendable {
  let bytes: [UInt8]
  /// In the order of the directory.
  public let entries: [Entry]

  /// Bounds beyond which an archive is a bomb.
  public struct Limits: Sendable {
    public var entriesMax = 16
    /// Of one entry, unpacked.
    public var entryBytesMax = 64 << 20
    /// Of all entries together, unpacked.
    public var totalBytesMax = 128 << 20
    /// Unpacked bytes for each compressed one, judged beyond the first megabyte.
    public var ratioMax = 200

    public init() {}
  }

  public struct Entry: Sendable, Equatable {
    public let name: String
    /// Unpacked, as the directory states it.
    public let bytes: Int
    /// Why it is not unpacked; nil for an entry that may be.
    public internal(set) var defect: ZipDefect?
    let method: Int
    let crc: UInt32
    let compressed: Range<Int>
  }

  /// - Throws: ``ZipDefect`` when the directory cannot be trusted.
  /// - Complexity: O(bytes of the directory), and a search of at most 64 KiB for its end.
  public init(_ bytes: [UInt8], limits: Limits = Limits()) throws(ZipDefect) {
    self.bytes = bytes
    var records = try ZipDirectory(bytes, entriesMax: limits.entriesMax).records
    let end = records.end
    for index in records.headers.indices { records.headers[index].locate(in: bytes, before: end) }
    var entries = records.headers.map { $0.entry(limits) }
    ZipArchive.refuseTwins(&entries)
    ZipArchive.refuseOverlaps(&entries, records.headers)
    ZipArchive.refuseSurplus(&entries, limits)
    self.entries = entries
  }

  private static func refuseTwins(_ entries: inout [Entry]) {
    let counts = Dictionary(entries.map { (Array($0.name.utf8), 1) }, uniquingKeysWith: +)
    for index in entries.indices where counts[Array(entries[index].name.utf8)]! > 1 {
      entries[index].defect = entries[index].defect ?? .duplicateName
    }
  }

  /// Two entries of which one begins before the other ends; both are refused.
  private static func refuseOverlaps(_ entries: inout [Entry], _ headers: [ZipHeader]) {
    let order = headers.indices.sorted { headers[$0].extent.lowerBound < headers[$1].extent.lowerBound }
    var widest: Int?
    for index in order {
      if let before = widest, headers[index].extent.lowerBound < headers[before].extent.upperBound {
        for twin in [index, before] { entries[twin].defect = entries[twin].defect ?? .overlapping }
      }
      if widest.map({ headers[index].extent.upperBound > headers[$0].extent.upperBound }) ?? true { widest = index }
    }
  }

  private static func refuseSurplus(_ entries: inout [Entry], _ limits: Limits) {
    var total = 0
    for index in entries.indices where entries[index].defect == nil {
      total += entries[index].bytes
      if total > limits.totalBytesMax { entries[index].defect = .tooLarge(total, max: limits.totalBytesMax) }
    }
  }
}
