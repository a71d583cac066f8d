import CZlib

/// Inflates bytes that are all there, with bounds, and demands the trailer.
struct Inflater {
  enum Format {
    case gzip
    /// RFC 1950, what HTTP calls `deflate`.
    case zlib
  }

  let format: Format
  let bytesMax: Int
  let ratioMax: Int

  /// The ratio is not judged before so many inflated bytes.
  private static let ratioJudgedBeyond = 1 << 20

  /// - Returns: what the bytes hold, and in how many members.
  func inflate(_ bytes: [UInt8]) throws(GzipError) -> (bytes: [UInt8], members: Int) {
    guard !bytes.isEmpty else { throw .truncated }
    guard bytes.count <= Int(UInt32.max) else { throw .tooLarge(bytesMax: Int(UInt32.max)) }
    guard format != .gzip || bytes.starts(with: [0x1f, 0x8b].prefix(bytes.count)) else { throw .notGzip }
    var stream = z_stream()
    guard jz_inflate_init(&stream, format == .gzip ? 31 : 15) == Z_OK else { throw .corrupt(reason: "no memory for zlib") }
    defer { inflateEnd(&stream) }
    return try bytes.withUnsafeBufferPointer { input throws(GzipError) in
      try inflateMembers(of: input, with: &stream)
    }
  }

  private func inflateMembers(
    of input: UnsafeBufferPointer<UInt8>, with stream: inout z_stream
  ) throws(GzipError) -> (bytes: [UInt8], members: Int) {
    var output: [UInt8] = []
    output.reserveCapacity(expectedCount(input))
    var (used, members) = (0, 0)
    repeat {
      used += try inflateMember(UnsafeBufferPointer(rebasing: input[used...]), usedBefore: used, with: &stream, onto: &output)
      members += 1
      inflateReset(&stream)
    } while format == .gzip && beginsAsGzip(input[used...])
    guard used == input.count else { throw .trailingBytes(input.count - used) }
    return (output, members)
  }

  /// - Returns: how many bytes of the input the member took.
  private func inflateMember(
    _ input: UnsafeBufferPointer<UInt8>, usedBefore: Int, with stream: inout z_stream, onto output: inout [UInt8]
  ) throws(GzipError) -> Int {
    stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
    stream.avail_in = UInt32(input.count)
    return try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64 << 10) { chunk throws(GzipError) in
      while true {
        stream.next_out = chunk.baseAddress
        stream.avail_out = UInt32(chunk.count)
        let status = CZlib.inflate(&stream, Z_NO_FLUSH)
        let made = chunk.count - Int(stream.avail_out)
        let used = input.count - Int(stream.avail_in)
        try judge(inflated: output.count + made, from: usedBefore + used)
        output.append(contentsOf: UnsafeBufferPointer(rebasing: chunk[..<made]))
        switch status {
        case Z_STREAM_END: return used
        case Z_OK where made > 0 || stream.avail_in > 0: continue
        case Z_OK, Z_BUF_ERROR: throw .truncated
        default: throw .corrupt(reason: stream.msg.map { String(cString: $0) } ?? "zlib status \(status)")
        }
      }
    }
  }

  private func judge(inflated: Int, from used: Int) throws(GzipError) {
    guard inflated <= bytesMax else { throw .tooLarge(bytesMax: bytesMax) }
    if inflated > Inflater.ratioJudgedBeyond, (inflated - 1) / max(1, used) >= ratioMax { throw .bomb(ratio: ratioMax) }
  }

  /// What the trailer promises, as far as deflate can reach it (1032 to 1) and the bound allows: room taken once.
  private func expectedCount(_ input: UnsafeBufferPointer<UInt8>) -> Int {
    guard format == .gzip, input.count >= 18 else { return 0 }
    let promised = input.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    return min(promised, bytesMax, input.count * 1032)
  }

  private func beginsAsGzip(_ rest: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    rest.count >= 2 && rest.starts(with: [0x1f, 0x8b])
  }
}

/// One gzip member of the bytes, which are fewer than 4 GiB.
func deflated(_ bytes: [UInt8], level: Int) -> [UInt8] {
  var stream = z_stream()
  precondition(jz_deflate_init(&stream, Int32(level), 31) == Z_OK, "zlib has no memory")
  defer { deflateEnd(&stream) }
  let room = Int(deflateBound(&stream, UInt(bytes.count)))
  return bytes.withUnsafeBufferPointer { input in
    [UInt8](unsafeUninitializedCapacity: room) { output, count in
      stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
      stream.avail_in = UInt32(input.count)
      stream.next_out = output.baseAddress
      stream.avail_out = UInt32(room)
      precondition(CZlib.deflate(&stream, Z_FINISH) == Z_STREAM_END, "deflateBound bounds")
      count = room - Int(stream.avail_out)
    }
  }
}
