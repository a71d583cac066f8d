import CZlib

/// Writes a zip archive of one file, as the bulk archive has them; the same bytes for the same input.
enum ZipFile {
  /// - Returns: nil when zlib refuses, which it does only without memory.
  static func archive(_ contents: [UInt8], named name: String) -> [UInt8]? {
    guard let packed = deflated(contents) else { return nil }
    let crc = contents.withUnsafeBufferPointer { UInt32(truncatingIfNeeded: crc32_z(0, $0.baseAddress, $0.count)) }
    let title = Array(name.utf8)
    var zip = Writer()
    /// What the local header and the directory share: version, flags, method, time, date, checksum, sizes, length of the name.
    func common(_ zip: inout Writer) {
      for number in [20, 0, 8, 0, 0x21] { zip.uint16(number) }
      zip.uint32(Int(crc))
      zip.uint32(packed.count)
      zip.uint32(contents.count)
      zip.uint16(title.count)
      zip.uint16(0)
    }
    zip.uint32(0x0403_4b50)
    common(&zip)
    zip.bytes += title
    zip.bytes += packed
    let directory = zip.bytes.count
    zip.uint32(0x0201_4b50)
    zip.uint16(20)
    common(&zip)
    for _ in 0..<3 { zip.uint16(0) }
    zip.uint32(0)
    zip.uint32(0)
    zip.bytes += title
    let size = zip.bytes.count - directory
    zip.uint32(0x0605_4b50)
    for number in [0, 0, 1, 1] { zip.uint16(number) }
    zip.uint32(size)
    zip.uint32(directory)
    zip.uint16(0)
    return zip.bytes
  }

  private static func deflated(_ bytes: [UInt8]) -> [UInt8]? {
    var stream = z_stream()
    guard jz_deflate_init(&stream, 6, -15) == Z_OK else { return nil }
    defer { deflateEnd(&stream) }
    let bound = Int(deflateBound(&stream, UInt(bytes.count)))
    var isComplete = false
    let result = [UInt8](unsafeUninitializedCapacity: bound) { output, count in
      bytes.withUnsafeBufferPointer { input in
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(bound)
        isComplete = deflate(&stream, Z_FINISH) == Z_STREAM_END
      }
      count = bound - Int(stream.avail_out)
    }
    return isComplete ? result : nil
  }

  private struct Writer {
    var bytes: [UInt8] = []

    mutating func uint16(_ number: Int) { bytes += [UInt8(number & 255), UInt8(number >> 8 & 255)] }
    mutating func uint32(_ number: Int) {
      uint16(number & 0xffff)
      uint16(number >> 16)
    }
  }
}
