import CZlib

extension ZipArchive {
  /// Unpacks an entry.
  ///
  /// - Returns: as many bytes as the directory says, whose CRC is right.
  /// - Throws: ``ZipDefect``: what the entry was refused for, or what its bytes turned out to be.
  /// - Complexity: O(unpacked bytes); never more memory than the directory states.
  public func contents(of entry: Entry) throws(ZipDefect) -> [UInt8] {
    if let defect = entry.defect { throw defect }
    let contents: [UInt8]
    switch entry.method {
    case 0: contents = Array(bytes[entry.compressed])
    default: contents = try inflated(entry)
    }
    guard contents.count == entry.bytes else { throw .wrongSize }
    let crc = contents.withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, $0.count) }
    guard UInt32(truncatingIfNeeded: contents.isEmpty ? 0 : crc) == entry.crc else { throw .wrongChecksum }
    return contents
  }

  private func inflated(_ entry: Entry) throws(ZipDefect) -> [UInt8] {
    var stream = z_stream()
    guard jz_inflate_init(&stream, -15) == Z_OK else { throw .brokenStream }
    defer { inflateEnd(&stream) }
    var (status, rest) = (Z_OK, 0)
    // One byte more than promised shows a stream that goes on.
    let output = [UInt8](unsafeUninitializedCapacity: entry.bytes + 1) { output, count in
      bytes.withUnsafeBufferPointer { all in
        let input = UnsafeBufferPointer(rebasing: all[entry.compressed])
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(entry.bytes + 1)
        status = inflate(&stream, Z_FINISH)
        (count, rest) = (entry.bytes + 1 - Int(stream.avail_out), Int(stream.avail_in))
      }
    }
    if output.count > entry.bytes { throw .wrongSize }
    guard status == Z_STREAM_END, rest == 0 else { throw .brokenStream }
    return output
  }
}
