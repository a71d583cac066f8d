import Foundation
import Testing

@testable import Providers

@Suite struct `A zip archive` {
  typealias Entry = ZipMaker.Entry

  /// What becomes of the only entry of an archive.
  private func defect(of entry: Entry, limits: ZipArchive.Limits = .init()) -> ZipDefect? {
    do {
      let archive = try ZipArchive(ZipMaker.archive([entry]), limits: limits)
      _ = try archive.contents(of: archive.entries[0])
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: [false, true])
  func `gives back what was put in, stored and deflated`(isDeflated: Bool) throws {
    let contents = Array((0..<5000).map { "\($0),\($0 * 7)\n" }.joined().utf8)
    let entries = [
      Entry("x.csv") { ($0.contents, $0.isDeflated) = (contents, isDeflated) }, Entry("folder/y.csv"), Entry("empty") { $0.contents = [] },
    ]
    let archive = try ZipArchive(ZipMaker.archive(entries, comment: Array("made by hand".utf8)))
    #expect(archive.entries.map(\.name) == ["x.csv", "folder/y.csv", "empty"])
    #expect(try archive.entries.map { try archive.contents(of: $0) } == [contents, Array("1,2,3\n".utf8), []])
  }

  @Test func `of the exchange is read to the rows that it has`() throws {
    let archive = try ZipArchive(try Fixture.bytes("BTCUSDT-1h-2024-12.zip"))
    let entry = try #require(archive.entries.first)
    #expect(entry.name == "BTCUSDT-1h-2024-12.csv")
    #expect(try archive.contents(of: entry).count { $0 == UInt8(ascii: "\n") } == 744)
  }

  @Test(arguments: [
    ("../../etc/passwd", ZipDefect.unsafeName), ("a/../b", .unsafeName), ("/etc/passwd", .unsafeName), ("C:evil", .unsafeName),
    ("a\\..\\b", .unsafeName), ("a\u{0}b", .unsafeName), ("a\nb", .unsafeName), ("./a", .unsafeName), ("a//b", .unsafeName),
    ("", .unsafeName),
    ("folder/", .folder), ("..", .unsafeName), ("../", .unsafeName), ("...", nil), ("a..b.csv", nil), ("数据.csv", nil),
  ])
  func `refuses an entry whose name leads out of its folder`(name: String, expected: ZipDefect?) {
    #expect(defect(of: Entry(name)) == expected)
  }

  @Test func `refuses per entry what only hostile or damaged archives have`() {
    #expect(defect(of: Entry { $0.flags = 1 }) == .encrypted)
    #expect(defect(of: Entry { $0.flags = 1 << 6 }) == .encrypted)
    #expect(defect(of: Entry { $0.method = 12 }) == .unknownMethod(12))
    #expect(defect(of: Entry { $0.mode = 0o120777 }) == .symbolicLink)
    #expect(defect(of: Entry { $0.name = [0xff, 0xfe] }) == .unsafeName)
    #expect(defect(of: Entry { $0.crc = 1 }) == .wrongChecksum)
    #expect(defect(of: Entry { $0.size = 7 }) == .wrongSize)
    #expect(defect(of: Entry { ($0.isDeflated, $0.size) = (true, 7) }) == .wrongSize)
    #expect(defect(of: Entry { ($0.isDeflated, $0.size) = (true, 5) }) == .wrongSize)
    #expect(defect(of: Entry { ($0.isDeflated, $0.data) = (true, { Array($0.dropLast(2)) }) }) == .brokenStream)
    #expect(defect(of: Entry { ($0.isDeflated, $0.data) = (true, { $0 + [0, 0] }) }) == .brokenStream)
    #expect(defect(of: Entry { ($0.isDeflated, $0.data) = (true, { _ in [0xff, 0xff, 0xff, 0xff] }) }) == .brokenStream)
    #expect(defect(of: Entry { $0.compressedSize = 1 << 30 }) == .overlapping)
    #expect(defect(of: Entry { $0.offset = 4 }) == .headersDisagree)
    #expect(defect(of: Entry { $0.offset = 1 << 30 }) == .headersDisagree)
    #expect(defect(of: Entry { $0.localName = Array("b.csv".utf8) }) == .headersDisagree)
    #expect(defect(of: Entry { $0.size = 0xffff_ffff }) == .zip64)
    #expect(defect(of: Entry { $0.offset = 0xffff_ffff }) == .zip64)
  }

  @Test func `is no bomb: size, ratio and number are bounded before anything is unpacked`() throws {
    let zeros = Entry { ($0.contents, $0.isDeflated) = ([UInt8](repeating: 0, count: 4 << 20), true) }
    guard case .tooDense(let ratio, 200)? = defect(of: zeros) else {
      Issue.record("a ratio of a thousand passed")
      return
    }
    #expect(ratio > 900)
    var limits = ZipArchive.Limits()
    (limits.entryBytesMax, limits.ratioMax) = (1 << 20, 10_000)
    #expect(defect(of: zeros, limits: limits) == .tooLarge(4 << 20, max: 1 << 20))
    // The size is a lie, and the stream goes on: it is stopped one byte behind what was promised.
    #expect(defect(of: Entry { ($0.contents, $0.isDeflated, $0.size) = ([UInt8](repeating: 0, count: 4 << 20), true, 1000) }) == .wrongSize)
    let many = (0..<17).map { Entry("\($0)") }
    #expect(throws: ZipDefect.tooManyEntries(17, max: 16)) { try ZipArchive(ZipMaker.archive(many)) }
    limits = .init()
    limits.totalBytesMax = 10
    #expect(
      try ZipArchive(ZipMaker.archive([Entry("1"), Entry("2")]), limits: limits).entries.map(\.defect) == [nil, .tooLarge(12, max: 10)])
  }

  @Test func `refuses entries that overlap or have one name`() throws {
    let overlapping = [Entry("1"), Entry("2") { ($0.isPhantom, $0.offset) = (true, 0) }]
    let first = try ZipArchive(ZipMaker.archive(overlapping)).entries.map(\.defect)
    #expect(first.contains(.overlapping) || first.contains(.headersDisagree))
    // A quine of the kind that Fifield describes: every entry takes in the next one's header.
    let nested = [
      Entry("1") {
        $0.compressedSize = 6 + 30 + 1 + 6; $0.size = 43
      }, Entry("2"),
    ]
    #expect(try ZipArchive(ZipMaker.archive(nested)).entries.map(\.defect) == [.overlapping, .overlapping])
    #expect(try ZipArchive(ZipMaker.archive([Entry("1"), Entry("1")])).entries.map(\.defect) == [.duplicateName, .duplicateName])
  }

  @Test func `is refused whole when its directory cannot be trusted`() {
    func opening(_ bytes: [UInt8]) -> ZipDefect? {
      do {
        _ = try ZipArchive(bytes)
        return nil
      } catch { return error }
    }
    let good = ZipMaker.archive([Entry()])
    #expect(opening(good) == nil)
    #expect(opening([]) == .notAnArchive)
    #expect(opening(Array("<html>login</html>".utf8)) == .notAnArchive)
    #expect(opening(good + [0]) == .notAnArchive)
    #expect(opening(Array(good.dropLast())) == .notAnArchive)
    #expect(opening(Array(good.dropFirst())) == .brokenDirectory)
    #expect(opening([0] + good) == .brokenDirectory)
    let entry = [Entry()]
    #expect(
      opening(ZipMaker.archive(entry) { $0.replaceSubrange(8..<12, with: ZipMaker.uint16(2) + ZipMaker.uint16(2)) }) == .brokenDirectory)
    #expect(opening(ZipMaker.archive(entry) { $0.replaceSubrange(8..<12, with: [0, 0, 0, 0]) }) == .brokenDirectory)
    #expect(opening(ZipMaker.archive(entry) { $0.replaceSubrange(8..<12, with: [255, 255, 255, 255]) }) == .zip64)
    #expect(opening(ZipMaker.archive(entry) { $0.replaceSubrange(16..<20, with: [255, 255, 255, 255]) }) == .zip64)
    #expect(opening(ZipMaker.archive(entry) { $0.replaceSubrange(4..<6, with: [1, 0]) }) == .severalDisks)
  }

  @Test(arguments: 0..<4)
  func `with random damage is read rightly or refused, and never crashes`(seed: UInt64) throws {
    var random = SeededGenerator(seed)
    let contents = Array((0..<300).map { "\($0),\($0 * 7)\n" }.joined().utf8)
    let good = ZipMaker.archive([Entry("a") { ($0.contents, $0.isDeflated) = (contents, true) }, Entry("b") { $0.contents = contents }])
    for _ in 0..<1000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes.remove(at: Int.random(in: bytes.indices, using: &random))
        case 1: bytes.insert(.random(in: 0...255, using: &random), at: Int.random(in: bytes.indices, using: &random))
        default: bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: 0...255, using: &random)
        }
      }
      do {
        let archive = try ZipArchive(bytes)
        for entry in archive.entries where entry.defect == nil {
          #expect(try archive.contents(of: entry) == contents, "seed \(seed)")
        }
      } catch {}
    }
  }
}
