import Testing
import Transport

@Suite struct `A gzip file` {
  @Test(arguments: [0, 1, 100, 65_536, 1_000_003], [0, 1, 6, 9])
  func `gives back what went in, with the same bytes each time`(count: Int, level: Int) throws {
    let bytes = noise(count)
    let zipped = Gzip.deflate(bytes, level: level)
    #expect(try Gzip.inflate(zipped) == bytes)
    #expect(zipped == Gzip.deflate(bytes, level: level))
    #expect(Array(zipped[4..<8]) == [0, 0, 0, 0], "the time is not told")
  }

  @Test func `takes what another program wrote, with a name and a time in its header`() throws {
    // printf 'hello\n' > a.txt; gzip a.txt (gzip 1.12)
    let file: [UInt8] = [
      0x1f, 0x8b, 0x08, 0x08, 0x00, 0x00, 0x00, 0x60, 0x00, 0x03, 0x61, 0x2e, 0x74, 0x78, 0x74, 0x00, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0xe7,
      0x02, 0x00, 0x20, 0x30, 0x3a, 0x36, 0x06, 0x00, 0x00, 0x00,
    ]
    #expect(try Gzip.inflate(file) == Array("hello\n".utf8))
  }

  @Test func `refuses every truncation, and no flipped bit makes it tell something else`() throws {
    let bytes = Array("2026-01-15,1,2,3,4\n".utf8)
    let whole = Gzip.deflate(bytes)
    for count in whole.indices {
      #expect(throws: GzipError.truncated, "cut to \(count)") { try Gzip.inflate(whole.prefix(count)) }
    }
    var refusals = 0
    for index in 10..<whole.count {
      for bit in 0..<8 {
        var damaged = whole
        damaged[index] ^= 1 << bit
        do throws(GzipError) {
          #expect(try Gzip.inflate(damaged) == bytes, "bit \(bit) of byte \(index)")
        } catch {
          refusals += 1
        }
      }
    }
    // But for the bits that fill up the last byte of the deflated ones, and mean nothing.
    #expect(refusals >= (whole.count - 10) * 8 - 7)
  }

  @Test func `stops at its bounds, over all members together`() throws {
    let member = Gzip.deflate(noise(1000))
    #expect(try Gzip.inflate(member, bytesMax: 1000).count == 1000)
    #expect(throws: GzipError.tooLarge(bytesMax: 999)) { try Gzip.inflate(member, bytesMax: 999) }
    #expect(throws: GzipError.tooLarge(bytesMax: 1999)) { try Gzip.inflate(member + member, bytesMax: 1999) }
    let zeros = Gzip.deflate([UInt8](repeating: 0, count: 3 << 20))
    #expect(throws: GzipError.bomb(ratio: 200)) { try Gzip.inflate(zeros) }
    #expect(try Gzip.inflate(zeros, ratioMax: 1100).count == 3 << 20)
    #expect(throws: GzipError.notGzip) { try Gzip.inflate(Array("{\"a\":1}".utf8)) }
    #expect(throws: GzipError.trailingBytes(1)) { try Gzip.inflate(member + [0x1f]) }
  }
}

/// Bytes that compress badly, the same each time.
private func noise(_ count: Int) -> [UInt8] {
  var state: UInt64 = 1
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return UInt8(truncatingIfNeeded: state >> 33)
  }
}
