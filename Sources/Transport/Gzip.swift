/// Gzip as RFC 1952 has it, whole and in memory: a body that ends early or lies about its length or sum is never half believed.
public enum Gzip {
  /// Everything that the members of a gzip file hold, in order.
  ///
  /// - Parameters:
  ///   - bytesMax: more inflated bytes than this are refused before they are made.
  ///   - ratioMax: inflated bytes for each byte read so far; judged beyond the first megabyte.
  /// - Throws: ``GzipError`` unless every member is complete, its CRC and length match, and nothing follows the last one.
  /// - Complexity: O(inflated bytes), about 300 MB a second; memory for the result once.
  public static func inflate(
    _ bytes: some Sequence<UInt8>, bytesMax: Int = 64 << 20, ratioMax: Int = 200
  ) throws(GzipError) -> [UInt8] {
    try Inflater(format: .gzip, bytesMax: bytesMax, ratioMax: ratioMax).inflate(Array(bytes)).bytes
  }

  /// One gzip member. Its header tells neither time nor name, so equal bytes give equal bytes.
  ///
  /// - Parameters:
  ///   - bytes: fewer than 4 GiB.
  ///   - level: 0 (none) to 9 (smallest).
  public static func deflate(_ bytes: some Sequence<UInt8>, level: Int = 6) -> [UInt8] {
    precondition((0...9).contains(level), "zlib knows the levels 0 to 9")
    return deflated(Array(bytes), level: level)
  }
}

/// Why bytes are not a whole gzip file.
public enum GzipError: Error, Sendable, Hashable {
  /// They do not begin as one.
  case notGzip
  /// They end before the trailer does.
  case truncated
  /// zlib's own word for it: `incorrect data check`.
  case corrupt(reason: String)
  /// The last member is whole, and so many bytes follow it.
  case trailingBytes(Int)
  case tooLarge(bytesMax: Int)
  case bomb(ratio: Int)
}

extension GzipError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notGzip: "the bytes do not begin as gzip"
    case .truncated: "the compressed bytes end before their trailer"
    case .corrupt(let reason): "the compressed bytes are damaged: \(reason)"
    case .trailingBytes(let count): "\(count) bytes follow the end of the compressed ones"
    case .tooLarge(let bytesMax): "more than \(bytesMax) bytes when inflated"
    case .bomb(let ratio): "each byte inflates to more than \(ratio); no honest answer does"
    }
  }
}
