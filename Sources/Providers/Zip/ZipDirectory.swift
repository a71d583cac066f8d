/// The central directory: where it lies, and its headers.
struct ZipDirectory {
  /// The headers, and where the directory begins: the end of all that entries may hold.
  var records: (headers: [ZipHeader], end: Int)

  private static let endBytes = 22
  private static let headerBytes = 46

  init(_ bytes: [UInt8], entriesMax: Int) throws(ZipDefect) {
    let end = try ZipDirectory.endRecord(bytes)
    if end >= 20, bytes.uint32(end - 20) == 0x0706_4b50 { throw .zip64 }
    guard bytes.uint16(end + 4) == 0, bytes.uint16(end + 6) == 0 else {
      throw bytes.uint16(end + 4) == 0xffff ? .zip64 : .severalDisks
    }
    let (onDisk, count) = (bytes.uint16(end + 8), bytes.uint16(end + 10))
    let (size, start) = (bytes.uint32(end + 12), bytes.uint32(end + 16))
    if count == 0xffff || size == 0xffff_ffff || start == 0xffff_ffff { throw .zip64 }
    guard onDisk == count else { throw .severalDisks }
    guard count <= entriesMax else { throw .tooManyEntries(count, max: entriesMax) }
    guard start + size == end else { throw .brokenDirectory }
    records = ([], start)
    var place = start
    for _ in 0..<count {
      guard place + ZipDirectory.headerBytes <= end, bytes.uint32(place) == 0x0201_4b50 else { throw .brokenDirectory }
      let header = ZipHeader(bytes, at: place)
      place += ZipDirectory.headerBytes + header.nameBytes + bytes.uint16(place + 30) + bytes.uint16(place + 32)
      guard place <= end else { throw .brokenDirectory }
      records.headers.append(header)
    }
    guard place == end else { throw .brokenDirectory }
  }

  /// The last place whose record closes the file with its comment.
  private static func endRecord(_ bytes: [UInt8]) throws(ZipDefect) -> Int {
    var place = bytes.count - endBytes
    let first = max(0, place - 0xffff)
    while place >= first {
      if bytes.uint32(place) == 0x0605_4b50, place + endBytes + bytes.uint16(place + 20) == bytes.count { return place }
      place -= 1
    }
    throw .notAnArchive
  }
}

/// One header of the directory, and what its local twin says.
struct ZipHeader {
  let nameBytes: Int
  private let name: String?
  private let system, flags, method, mode: Int
  private let crc: UInt32
  private let compressedSize, size, offset, disk: Int
  /// The local header and the compressed bytes; empty when they cannot be found.
  private(set) var extent = 0..<0
  private var data = 0..<0
  private var defect: ZipDefect?

  private static let localBytes = 30

  /// - Parameter place: of a header whose fixed part lies inside; its name may not.
  init(_ bytes: [UInt8], at place: Int) {
    system = bytes.uint16(place + 4) >> 8
    (flags, method) = (bytes.uint16(place + 8), bytes.uint16(place + 10))
    crc = UInt32(bytes.uint32(place + 16))
    (compressedSize, size) = (bytes.uint32(place + 20), bytes.uint32(place + 24))
    (nameBytes, disk) = (bytes.uint16(place + 28), bytes.uint16(place + 34))
    mode = bytes.uint32(place + 38) >> 16
    offset = bytes.uint32(place + 42)
    let range = place + 46..<min(bytes.count, place + 46 + nameBytes)
    name = String(validating: bytes[range], as: UTF8.self)
  }

  /// Finds the local header, and sees that it tells the same.
  mutating func locate(in bytes: [UInt8], before end: Int) {
    if compressedSize == 0xffff_ffff || size == 0xffff_ffff || offset == 0xffff_ffff || disk == 0xffff {
      defect = .zip64
      return
    }
    guard disk == 0 else {
      defect = .severalDisks
      return
    }
    guard offset + ZipHeader.localBytes <= end, bytes.uint32(offset) == 0x0403_4b50 else {
      defect = .headersDisagree
      return
    }
    let (localName, localExtra) = (bytes.uint16(offset + 26), bytes.uint16(offset + 28))
    let start = offset + ZipHeader.localBytes + localName + localExtra
    guard start + compressedSize <= end else {
      defect = .overlapping
      return
    }
    (extent, data) = (offset..<start + compressedSize, start..<start + compressedSize)
    let names = offset + ZipHeader.localBytes..<offset + ZipHeader.localBytes + localName
    // With bit 3 sizes and checksum stand behind the data, and here are zeros.
    let isDeferred = flags & 8 != 0
    let states = [(bytes.uint32(offset + 14), Int(crc)), (bytes.uint32(offset + 18), compressedSize), (bytes.uint32(offset + 22), size)]
    guard localName == nameBytes, let name, bytes[names].elementsEqual(name.utf8), bytes.uint16(offset + 6) == flags,
      bytes.uint16(offset + 8) == method, states.allSatisfy({ $0 == $1 || (isDeferred && $0 == 0) })
    else {
      defect = name == nil ? .unsafeName : .headersDisagree
      return
    }
  }

  func entry(_ limits: ZipArchive.Limits) -> ZipArchive.Entry {
    ZipArchive.Entry(
      name: name ?? "", bytes: size, defect: defect ?? refusal(limits), method: method, crc: crc, compressed: data)
  }

  private func refusal(_ limits: ZipArchive.Limits) -> ZipDefect? {
    // Traditional, strong, and of the directory itself.
    if flags & (1 | 1 << 6 | 1 << 13) != 0 { return .encrypted }
    guard method == 0 || method == 8 else { return .unknownMethod(method) }
    guard let name, ZipHeader.isSafe(name) else { return .unsafeName }
    // Made on Unix or macOS: the upper half of the attributes is the file's mode.
    if system == 3 || system == 19, mode & 0xf000 == 0xa000 { return .symbolicLink }
    if name.hasSuffix("/") { return .folder }
    if size > limits.entryBytesMax { return .tooLarge(size, max: limits.entryBytesMax) }
    if method == 0, size != compressedSize { return .wrongSize }
    let ratio = size / max(1, compressedSize)
    return size > 1 << 20 && ratio > limits.ratioMax ? .tooDense(ratio: ratio, max: limits.ratioMax) : nil
  }

  /// A name that stays inside any folder it is put into.
  private static func isSafe(_ name: String) -> Bool {
    guard !name.isEmpty, !name.hasPrefix("/"), name.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f }) else {
      return false
    }
    guard !name.contains("\\"), !name.contains(":") else { return false }
    return name.split(separator: "/", omittingEmptySubsequences: false).dropLast(name.hasSuffix("/") ? 1 : 0)
      .allSatisfy { $0 != ".." && $0 != "." && !$0.isEmpty }
  }
}

extension [UInt8] {
  /// Two bytes, the lower first. The caller has checked that they are there.
  fileprivate func uint16(_ place: Int) -> Int { Int(self[place]) | Int(self[place + 1]) << 8 }

  fileprivate func uint32(_ place: Int) -> Int { uint16(place) | uint16(place + 2) << 16 }
}
