import CZlib

/// Makes zip archives as nobody should: each field can be another one than it ought to be.
struct ZipMaker {
  struct Entry {
    var name: [UInt8] = Array("a.csv".utf8)
    var contents: [UInt8] = Array("1,2,3\n".utf8)
    var isDeflated = false
    var flags = 0
    var method: Int?
    /// Of Unix, in the directory.
    var mode = 0o100644
    var system = 3
    var crc: UInt32?
    /// What the headers claim.
    var size: Int?
    var compressedSize: Int?
    /// Cut off or put behind the compressed bytes.
    var data: (([UInt8]) -> [UInt8])?
    var localName: [UInt8]?
    /// Where the directory says that the entry begins; nil for the truth.
    var offset: Int?
    /// Not written again: the directory points to what another entry wrote.
    var isPhantom = false

    init(_ name: String = "a.csv", _ change: (inout Entry) -> Void = { _ in }) {
      self.name = Array(name.utf8)
      change(&self)
    }
  }

  static func archive(
    _ entries: [Entry], comment: [UInt8] = [], end: (inout [UInt8]) -> Void = { _ in }
  ) -> [UInt8] {
    var (bytes, directory): ([UInt8], [UInt8]) = ([], [])
    for entry in entries {
      var packed = entry.isDeflated ? deflated(entry.contents) : entry.contents
      if let change = entry.data { packed = change(packed) }
      let crc = entry.crc ?? UInt32(truncatingIfNeeded: entry.contents.withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, $0.count) })
      let (size, compressed) = (entry.size ?? entry.contents.count, entry.compressedSize ?? packed.count)
      let start = bytes.count
      func common(_ name: [UInt8]) -> [UInt8] {
        let method = entry.method ?? (entry.isDeflated ? 8 : 0)
        return uint16(20) + uint16(entry.flags) + uint16(method) + uint32(0x21_0000) + uint32(Int(crc)) + uint32(compressed) + uint32(size)
          + uint16(name.count) + uint16(0)
      }
      if !entry.isPhantom {
        let name = entry.localName ?? entry.name
        bytes += uint32(0x0403_4b50) + common(name) + name + packed
      }
      directory += uint32(0x0201_4b50) + uint16(entry.system << 8 | 20) + common(entry.name) + uint16(0) + uint16(0) + uint16(0)
      directory += uint32(entry.mode << 16) + uint32(entry.offset ?? start) + entry.name
    }
    var record = uint32(0x0605_4b50) + uint32(0) + uint16(entries.count) + uint16(entries.count)
    record += uint32(directory.count) + uint32(bytes.count) + uint16(comment.count)
    end(&record)
    return bytes + directory + record + comment
  }

  static func uint16(_ number: Int) -> [UInt8] { [UInt8(number & 255), UInt8(number >> 8 & 255)] }
  static func uint32(_ number: Int) -> [UInt8] { uint16(number & 0xffff) + uint16(number >> 16 & 0xffff) }

  static func deflated(_ bytes: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    precondition(jz_deflate_init(&stream, 9, -15) == Z_OK)
    defer { deflateEnd(&stream) }
    let bound = Int(deflateBound(&stream, UInt(bytes.count)))
    return [UInt8](unsafeUninitializedCapacity: bound) { output, count in
      bytes.withUnsafeBufferPointer { input in
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(bound)
        precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END)
      }
      count = bound - Int(stream.avail_out)
    }
  }
}
