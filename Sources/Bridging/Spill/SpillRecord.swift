/// What is written down of a received message before anything else is done with it.
struct SpillRecord: Equatable {
  /// When it was received, in milliseconds since 1970.
  var receivedAt: Int64
  /// The last price of its ticker before it; nil: none was seen.
  var seen: SeenPrice?
  /// The message as it came.
  var message: [UInt8]

  /// Length, checksum, and behind them: the time, the seen price and its time, the message.
  static let headerBytes = 8
  /// No record is longer.
  static let bytesMax = TickerMessage.bytesMax + 1024

  /// Adds the record to `bytes`.
  static func append(receivedAt: Int64, seen: SeenPrice?, message: UnsafeRawBufferPointer, to bytes: inout [UInt8]) {
    let start = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: headerBytes))
    append(UInt64(bitPattern: receivedAt), to: &bytes)
    append(UInt64(bitPattern: seen?.at ?? 0), to: &bytes)
    let price = seen.map { Array($0.price.utf8) } ?? []
    bytes.append(UInt8(price.count))
    bytes.append(contentsOf: price)
    bytes.append(contentsOf: message)
    let count = bytes.count - start - headerBytes
    let sum = bytes[(start + headerBytes)...].withUnsafeBytes { Checksum.crc32($0) }
    put(UInt32(count), at: start, in: &bytes)
    put(sum, at: start + 4, in: &bytes)
  }

  /// Reads the record at an offset.
  /// - Returns: nil when there is no whole record: the end, or what a power cut left of one.
  static func read(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> (record: SpillRecord, next: Int)? {
    guard bytes.count - offset >= headerBytes + 17 else { return nil }
    let count = Int(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self).littleEndian)
    let sum = bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self).littleEndian
    guard (17...bytesMax).contains(count), bytes.count - offset - headerBytes >= count else { return nil }
    let body = UnsafeRawBufferPointer(rebasing: bytes[(offset + headerBytes)..<(offset + headerBytes + count)])
    let priceCount = Int(body[16])
    guard Checksum.crc32(body) == sum, body.count >= 17 + priceCount else { return nil }
    let price = String(decoding: body[17..<17 + priceCount], as: UTF8.self)
    let seenAt = Int64(bitPattern: body.loadUnaligned(fromByteOffset: 8, as: UInt64.self).littleEndian)
    return (
      SpillRecord(
        receivedAt: Int64(bitPattern: body.loadUnaligned(as: UInt64.self).littleEndian),
        seen: price.isEmpty ? nil : SeenPrice(price: price, at: seenAt), message: Array(body[(17 + priceCount)...])),
      offset + headerBytes + count
    )
  }

  private static func append(_ value: UInt64, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  private static func put(_ value: UInt32, at offset: Int, in bytes: inout [UInt8]) {
    for (index, byte) in withUnsafeBytes(of: value.littleEndian, Array.init).enumerated() { bytes[offset + index] = byte }
  }
}

/// CRC-32 as zlib and Ethernet have it.
enum Checksum {
  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
  }

  static func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    table.withUnsafeBufferPointer { table in
      ~bytes.reduce(~UInt32(0)) { sum, byte in table[Int((sum ^ UInt32(byte)) & 0xFF)] ^ sum >> 8 }
    }
  }
}
