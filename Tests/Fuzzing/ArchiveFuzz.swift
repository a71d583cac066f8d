// Feeds the readers of the bulk archive with bytes that libFuzzer makes up. Not part of the package; docs/reliability.md has the command.
//
// The first byte chooses the reader: the zip directory and its entries, the S3 listing, the rows of CSV.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count > 0 else { return 0 }
  let bytes = Array(UnsafeBufferPointer(start: start + 1, count: count - 1))
  switch start[0] % 3 {
  case 0:
    // What is refused is what is looked for; what is read must keep its bounds.
    guard let archive = try? ZipArchive(bytes) else { return 0 }
    for entry in archive.entries {
      guard let contents = try? archive.contents(of: entry) else { continue }
      precondition(contents.count == entry.bytes && entry.bytes <= ZipArchive.Limits().entryBytesMax)
    }
  case 1:
    guard let listing = try? ArchiveListingReader.read(bytes) else { return 0 }
    precondition(listing.keys.count <= ArchiveListing.keysMax)
  default:
    let rows = KlineCSVScanner.scan(bytes, rowsMax: 1000)
    precondition(rows.candles.count + rows.problems.count <= 1000)
  }
  return 0
}
