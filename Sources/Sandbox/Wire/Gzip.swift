import CZlib

/// Compression as the providers use it; the same bytes for the same input.
enum Gzip {
  /// Bodies below this size go uncompressed.
  static let threshold = 1024

  /// - Returns: nil when zlib refuses, which it does only without memory.
  static func compress(_ bytes: [UInt8]) -> [UInt8]? {
    var stream = z_stream()
    guard jz_deflate_init(&stream, 1, 31) == Z_OK else { return nil }
    defer { deflateEnd(&stream) }
    let bound = Int(deflateBound(&stream, UInt(bytes.count)))
    var complete = false
    let result = [UInt8](unsafeUninitializedCapacity: bound) { output, count in
      bytes.withUnsafeBufferPointer { input in
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(bound)
        complete = deflate(&stream, Z_FINISH) == Z_STREAM_END
      }
      count = bound - Int(stream.avail_out)
    }
    return complete ? result : nil
  }

  /// - Parameter limit: the most bytes that may come out.
  /// - Returns: nil when it is no whole gzip stream, or larger than `limit`.
  static func expand(_ bytes: [UInt8], limit: Int) -> [UInt8]? {
    var stream = z_stream()
    guard jz_inflate_init(&stream, 31) == Z_OK else { return nil }
    defer { inflateEnd(&stream) }
    var result: [UInt8] = []
    let chunk = 1 << 18
    var status = Z_OK
    bytes.withUnsafeBufferPointer { input in
      stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
      stream.avail_in = UInt32(input.count)
      while status == Z_OK, result.count <= limit {
        let part = [UInt8](unsafeUninitializedCapacity: chunk) { output, count in
          stream.next_out = output.baseAddress
          stream.avail_out = UInt32(chunk)
          status = inflate(&stream, Z_NO_FLUSH)
          count = chunk - Int(stream.avail_out)
        }
        if part.isEmpty { break }
        result += part
      }
    }
    return status == Z_STREAM_END && result.count <= limit ? result : nil
  }
}
