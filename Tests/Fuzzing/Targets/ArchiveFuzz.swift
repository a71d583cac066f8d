import Foundation

extension FuzzTarget {
  /// A file of the bulk archive.
  static let zipArchive = FuzzTarget(name: "zip") { bytes in
    let limits = ZipArchive.Limits()
    // What is refused is what is looked for; what is read must keep its bounds.
    guard let archive = try? ZipArchive(bytes) else { return }
    demand(archive.entries.count <= limits.entriesMax, "\(archive.entries.count) entries")
    var (names, total) = (Set<[UInt8]>(), 0)
    for entry in archive.entries {
      guard let contents = try? archive.contents(of: entry) else { continue }
      demand(entry.defect == nil, "a refused entry was unpacked")
      demand(contents.count == entry.bytes, "an entry of \(entry.bytes) bytes has \(contents.count)")
      demand(contents.count <= limits.entryBytesMax, "an entry of \(contents.count) bytes")
      demand(names.insert(Array(entry.name.utf8)).inserted, "two entries of one name")
      demand(!entry.name.hasPrefix("/") && !entry.name.split(separator: "/").contains(".."), "a name leads out: \(entry.name)")
      total += contents.count
    }
    demand(total <= limits.totalBytesMax, "\(total) bytes of an archive")
    demand(total <= 1 << 20 || total / bytes.count <= limits.ratioMax, "\(total) bytes from \(bytes.count)")
    ArchivedKlines.candles(inZip: bytes)?.forEach(demandValid)
  }

  /// The listing of the bulk archive's bucket, the codes of its errors, and the checksum files beside the archives.
  static let s3XML = FuzzTarget(name: "s3xml") { bytes in
    _ = ArchiveListingReader.errorCode(in: bytes)
    if let sum = ArchiveChecksum.read(bytes, of: "a.zip") { demand(sum.utf8.count == 64 && sum == sum.lowercased(), "a sum is \(sum)") }
    guard let listing = try? ArchiveListingReader.read(bytes) else { return }
    demand(listing.keys.count <= ArchiveListing.keysMax, "\(listing.keys.count) keys")
    // "<Key></Key>" is the shortest.
    demand(listing.keys.count * 6 <= bytes.count, "more keys than fit in the body")
    demand(!bytes.lowercasedHolds("<!entity"), "a listing with entities was read")
    demand(listing.keys.reduce(0) { $0 + $1.utf8.count } <= bytes.count, "keys longer than the body: an entity was replaced")
  }

  /// A compressed body: what is inflated is what was deflated, within its bounds.
  static let gzip = FuzzTarget(name: "gzip") { bytes in
    let bytesMax = 4 << 20
    if let inflated = try? Gzip.inflate(bytes, bytesMax: bytesMax) {
      demand(inflated.count <= bytesMax, "\(inflated.count) bytes")
      demand(inflated.count <= 1 << 20 || inflated.count / bytes.count <= 200, "\(inflated.count) bytes from \(bytes.count)")
      // Its trailer was demanded: without its last byte it is none.
      demand((try? Gzip.inflate(bytes.dropLast(), bytesMax: bytesMax)) == nil, "a body that was cut was read")
    }
    demand((try? Gzip.inflate(Gzip.deflate(bytes, level: 1))) == bytes, "deflated and inflated is not the same")
  }
}

extension [UInt8] {
  fileprivate func lowercasedHolds(_ text: StaticString) -> Bool {
    let lower = map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    return lower.firstRange(of: Array(text.description.utf8)) != nil
  }
}
