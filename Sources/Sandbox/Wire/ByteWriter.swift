/// Text put together byte by byte: numbers are written without a String between.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  init(capacity: Int = 512) { bytes.reserveCapacity(capacity) }

  mutating func text(_ text: StaticString) {
    bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  mutating func string(_ text: String) { bytes.append(contentsOf: text.utf8) }

  mutating func raw(_ slice: some Sequence<UInt8>) { bytes.append(contentsOf: slice) }

  mutating func integer(_ value: Int64) { decimal(value, decimals: 0, shown: 0) }

  /// `value` divided by ten to the `decimals`, with `shown` digits behind the point.
  /// - Parameter shown: at least `decimals`; the digits between are zeros.
  mutating func decimal(_ value: Int64, decimals: Int, shown: Int) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 48) { buffer in
      let start = ByteWriter.write(value, decimals: decimals, shown: shown, endingAt: 48, in: buffer.baseAddress!)
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: UnsafeBufferPointer(buffer)[start..<48]))
    }
  }

  /// Writes the digits backwards from `end`.
  /// - Returns: where the text begins.
  @inline(__always)
  private static func write(_ value: Int64, decimals: Int, shown: Int, endingAt end: Int, in out: UnsafeMutablePointer<UInt8>) -> Int {
    var (position, rest) = (end, value.magnitude)
    for _ in decimals..<max(shown, decimals) {
      position -= 1
      out[position] = UInt8(ascii: "0")
    }
    for _ in 0..<decimals {
      position -= 1
      out[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
    if shown > 0 {
      position -= 1
      out[position] = UInt8(ascii: ".")
    }
    repeat {
      position -= 1
      out[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
    if value < 0 {
      position -= 1
      out[position] = UInt8(ascii: "-")
    }
    return position
  }
}
