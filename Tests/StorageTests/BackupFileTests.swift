import CCrypto
import Foundation
import Scheduling
import Testing

@testable import Storage

/// SplitMix64, so that a failure can be repeated from its seed.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// A backup as bytes, and what it was made from.
private struct Sample {
  let folder: Folder
  let key: BackupKey?
  let content: [UInt8]
  let bytes: [UInt8]
  static let chunk = 512

  init(sealed: Bool, name: String = "sample", seed: UInt64 = 7, key given: BackupKey? = nil) throws {
    folder = try Folder()
    key = sealed ? given ?? BackupKey(String(repeating: "5a", count: 32)) : nil
    var generator = SeededGenerator(seed: seed)
    // Half of it can be compressed.
    content = (0..<Sample.chunk * 8 + 100).map { $0 % 1000 < 500 ? UInt8($0 % 7) : UInt8.random(in: 0...255, using: &generator) }
    try AtomicFile.write(content, to: "\(folder.path)/database")
    let header = BackupHeader(
      name: name, created: Instant(milliseconds: 1_768_444_200_000), sequence: 3, previous: String(repeating: "ab", count: 32),
      schemaVersion: "0009 requests of runs", key: key, chunkSize: Sample.chunk, bytes: content.count)
    _ = try BackupFile.write(
      header, BackupManifest(rows: ["candles": 12]), database: "\(folder.path)/database", key: key, to: "\(folder.path)/made")
    bytes = [UInt8](FileManager.default.contents(atPath: "\(folder.path)/made") ?? Data())
  }

  /// Reads other bytes as if they were this backup.
  func read(_ bytes: [UInt8], name: String = "sample") throws -> [UInt8] {
    let (path, target) = ("\(folder.path)/read", "\(folder.path)/target")
    try AtomicFile.write(bytes, to: path, synced: false)
    unlink(target)
    _ = try BackupFile.read(path, name: name, keys: { $0.keyID == nil ? nil : key }, to: target)
    return [UInt8](FileManager.default.contents(atPath: target) ?? Data())
  }

  /// Where each chunk begins, and the end of the last.
  var chunks: [Int] {
    var places = [12 + Int(BigEndian.number(bytes[8..<12])) + 32]
    while places.last! < bytes.count {
      let place = places.last!
      let count = Int(BigEndian.number(bytes[place..<(place + 4)]) & ~BackupSeal.lastMark)
      places.append(place + 4 + count + (key == nil ? 32 : 16))
    }
    return places
  }
}

@Suite struct `The file of a backup` {
  @Test(arguments: [true, false]) func `gives back what was put in, and shows none of it when it is sealed`(sealed: Bool) throws {
    let sample = try Sample(sealed: sealed)
    #expect(try sample.read(sample.bytes) == sample.content)
    #expect(sample.chunks.last == sample.bytes.count && sample.chunks.count > 9)
    let isOpen = String(
      decoding: Deflate.unpack([UInt8](sample.bytes[(sample.chunks[0] + 4)..<(sample.chunks[1] - 32)]), max: 512) ?? [], as: UTF8.self)
    #expect(isOpen.contains("candles") == !sealed)
  }

  @Test(arguments: [true, false]) func `notices each of 1,000 flipped bits`(sealed: Bool) throws {
    let sample = try Sample(sealed: sealed)
    let seed: UInt64 = 20_260_115
    var generator = SeededGenerator(seed: seed)
    var missed: [Int] = []
    for _ in 0..<1000 {
      let place = Int.random(in: sample.bytes.indices, using: &generator)
      var bytes = sample.bytes
      bytes[place] ^= UInt8(1 << Int.random(in: 0..<8, using: &generator))
      if (try? sample.read(bytes)) != nil { missed.append(place) }  // any error is what is wanted
    }
    #expect(missed.isEmpty, "seed \(seed): the bytes at \(missed) may be anything")
  }

  @Test(arguments: [true, false]) func `notices every place at which it can be cut, and what is added`(sealed: Bool) throws {
    let sample = try Sample(sealed: sealed)
    for place in sample.chunks.dropLast() + [0, 5, 11, 13, sample.bytes.count - 1] {
      #expect(throws: BackupDefect.self, "cut at \(place)") { try sample.read(Array(sample.bytes[..<place])) }
    }
    let chunks = sample.chunks
    #expect(throws: BackupDefect.truncated(afterChunk: 4)) { try sample.read(Array(sample.bytes[..<chunks[4]])) }
    #expect(throws: BackupDefect.bytesBehindTheEnd) { try sample.read(sample.bytes + [0]) }
    #expect(throws: BackupDefect.bytesBehindTheEnd) { try sample.read(sample.bytes + sample.bytes[chunks[3]..<chunks[4]]) }
    // A chunk that is called the last one.
    var ended = Array(sample.bytes[..<chunks[4]])
    ended[chunks[3]] |= 0x80
    #expect(throws: BackupDefect.chunkDamaged(4)) { try sample.read(ended) }
  }

  @Test(arguments: [true, false]) func `notices two chunks that have changed places, one that is left out and one of another backup`(
    sealed: Bool
  ) throws {
    let sample = try Sample(sealed: sealed)
    let (places, bytes) = (sample.chunks, sample.bytes)
    func chunk(_ number: Int) -> ArraySlice<UInt8> { bytes[places[number]..<places[number + 1]] }
    let swapped = Array(bytes[..<places[2]] + chunk(3) + chunk(2) + bytes[places[4]...])
    #expect(swapped.count == bytes.count)
    #expect(throws: BackupDefect.chunkDamaged(3)) { try sample.read(swapped) }
    #expect(throws: BackupDefect.chunkDamaged(3)) { try sample.read(Array(bytes[..<places[2]] + bytes[places[3]...])) }
    #expect(throws: BackupDefect.chunkDamaged(4)) { try sample.read(Array(bytes[..<places[3]] + chunk(2) + bytes[places[3]...])) }
    let other = try Sample(sealed: sealed, seed: 8)
    let theirs = other.bytes[other.chunks[2]..<other.chunks[3]]
    #expect(throws: BackupDefect.chunkDamaged(3)) { try sample.read(Array(bytes[..<places[2]] + theirs + bytes[places[3]...])) }
  }

  @Test(arguments: [true, false]) func `notices another name, and a header that was made to fit`(sealed: Bool) throws {
    let sample = try Sample(sealed: sealed)
    #expect(throws: BackupDefect.otherName("sample")) { try sample.read(sample.bytes, name: "newer") }
    let end = sample.chunks[0]
    let text = String(decoding: sample.bytes[12..<(end - 32)], as: UTF8.self).replacing("\"sequence\":3", with: "\"sequence\":9")
    let body = Array(sample.bytes[..<12]) + text.utf8
    let forged = body + SHA256.hash(body) + sample.bytes[end...]
    #expect(throws: BackupDefect.chunkDamaged(1)) { try sample.read(forged) }
    #expect(throws: BackupDefect.noBackup) { try sample.read(Array("SQLite format 3".utf8)) }
    #expect(throws: BackupDefect.noBackup) { try sample.read([]) }
  }

  @Test func `takes no memory for what only claims to be large`() throws {
    let sample = try Sample(sealed: false)
    var bytes = sample.bytes
    bytes.replaceSubrange(8..<12, with: [0x7f, 0xff, 0xff, 0xff])
    #expect(throws: BackupDefect.headerDamaged) { try sample.read(bytes) }
    bytes = sample.bytes
    bytes.replaceSubrange(sample.chunks[1]..<(sample.chunks[1] + 4), with: [0x7f, 0xff, 0xff, 0xff])
    #expect(throws: BackupDefect.chunkDamaged(2)) { try sample.read(bytes) }
    #expect(Deflate.unpack(Deflate.pack([UInt8](repeating: 0, count: 1 << 20)), max: 1000) == nil)
  }

  /// Source: McGrew & Viega, "The Galois/Counter Mode of Operation", 2005, test case 16; RFC 5869, test case 3.
  @Test func `is sealed by AES-256-GCM and keys by HKDF, as their papers say`() throws {
    let key = try #require(Hex.bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"))
    let plain = try #require(
      Hex.bytes("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"))
    let extra = try #require(Hex.bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2"))
    let nonce = try #require(Hex.bytes("cafebabefacedbaddecaf888"))
    var (sealed, tag) = ([UInt8](repeating: 0, count: plain.count), [UInt8](repeating: 0, count: 16))
    #expect(jo_gcm_seal(key, nonce, extra, Int32(extra.count), plain, Int32(plain.count), &sealed, &tag) == 1)
    #expect(
      Hex.text(sealed)
        == "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662")
    #expect(Hex.text(tag) == "76fc6ece0f4e1768cddf8853bb2d551b")
    let derived = BackupKey.derive(from: [UInt8](repeating: 0x0b, count: 22), salt: [], purpose: "")
    #expect(Hex.text(derived) == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d")
  }

  @Test func `never seals two backups with the same key`() throws {
    let (one, two) = (try Sample(sealed: true), try Sample(sealed: true))
    #expect(one.content == two.content)
    #expect(one.bytes[one.chunks[0]...] != two.bytes[two.chunks[0]...])
  }
}

@Suite struct `A key of backups` {
  @Test func `is 64 digits, and cannot be printed`() throws {
    let text = String(repeating: "0f", count: 32)
    let key = try #require(BackupKey(text))
    for shown in ["\(key)", String(reflecting: key), "\([key])"] { #expect(!shown.contains("0f0f")) }
    #expect(key.id.count == 8 && BackupKey(text.uppercased())?.id == key.id)
    for wrong in ["", "0f", text + "00", String(text.dropLast()) + "g", "correct horse battery staple"] { #expect(BackupKey(wrong) == nil) }
  }
}
