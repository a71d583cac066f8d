import Foundation
import Testing

@testable import Bridging

@Suite struct `The spill of orders` {
  private func bytes(_ texts: [String]) -> [UInt8] {
    var result: [UInt8] = []
    for (index, text) in texts.enumerated() {
      Array(text.utf8).withUnsafeBytes {
        SpillRecord.append(receivedAt: Int64(index), seen: index % 2 == 0 ? SeenPrice(price: "1.5", at: 3) : nil, message: $0, to: &result)
      }
    }
    return result
  }

  private func texts(_ spill: SpillFolder) throws -> [String] {
    var (place, result) = (try spill.first(), [String]())
    let end = try spill.sync()
    while true {
      let (records, next) = try spill.read(from: place, to: end)
      if records.isEmpty { return result }
      result += records.map { String(decoding: $0.message, as: UTF8.self) }
      place = next
    }
  }

  @Test func `gives back what was added, also to another process`() throws {
    let folder = try Folder()
    let spill = try SpillFolder(folder.path + "/bridge")
    try spill.append(bytes(["a", "b"]))
    try spill.append(bytes(["c"]))
    #expect(try texts(spill) == ["a", "b", "c"])
    let (records, _) = try spill.read(from: try spill.first(), to: try spill.sync())
    #expect(records.map(\.seen) == [SeenPrice(price: "1.5", at: 3), nil, SeenPrice(price: "1.5", at: 3)])
    // The first one was never closed: it was killed.
    let other = try SpillFolder(folder.path + "/bridge")
    try other.append(bytes(["d"]))
    #expect(try texts(other) == ["a", "b", "c", "d"])
    let mode = try FileManager.default.attributesOfItem(atPath: folder.path + "/bridge/orders-000000001.spill")[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test func `of which a power cut left a part gives back what is whole`() throws {
    let folder = try Folder()
    let whole = bytes(["first", "second"])
    for cut in 0..<whole.count {
      let spill = try SpillFolder(folder.path + "/\(cut)")
      try Data(whole[..<cut]).write(to: URL(filePath: folder.path + "/\(cut)/orders-000000001.spill"))
      let next = try SpillFolder(folder.path + "/\(cut)")
      try next.append(bytes(["third"]))
      let found = try texts(next)
      #expect(found == (cut < bytes(["first"]).count ? ["third"] : ["first", "third"]))
      _ = spill
    }
  }

  @Test(arguments: [1, 2] as [UInt64])
  func `whose bytes were changed gives back nothing that was not added`(seed: UInt64) throws {
    var random = Seeded(seed)
    let folder = try Folder()
    let names = (0..<30).map { "order \($0)" }
    for round in 0..<200 {
      var changed = bytes(names)
      for _ in 0...3 { changed[Int.random(in: changed.indices, using: &random)] = UInt8.random(in: 0...255, using: &random) }
      let path = folder.path + "/\(round)"
      _ = try SpillFolder(path)
      try Data(changed).write(to: URL(filePath: path + "/orders-000000001.spill"))
      let found = try texts(try SpillFolder(path))
      #expect(names.starts(with: found), "seed \(seed)")
    }
  }

  @Test func `goes on in new files, and lets go of those that are kept elsewhere`() throws {
    let folder = try Folder()
    let spill = try SpillFolder(folder.path, fileBytesMax: 100)
    let names = (0..<50).map { "order \($0)" }
    for name in names { try spill.append(bytes([name])) }
    #expect(try texts(spill) == names)
    let end = try spill.sync()
    #expect(end.file > 10)
    try spill.remove(before: end)
    #expect(try texts(spill).count < 5)
    try spill.turnPage()
    try spill.remove(before: try spill.sync())
    #expect(try texts(spill) == [] && spill.bytes() == 0)
    spill.finish()
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
  }

  @Test func `is as it was when a new file cannot be made`() throws {
    let (folder, away) = (try Folder(), try Folder())
    let path = folder.path + "/bridge"
    let spill = try SpillFolder(path, fileBytesMax: 100)
    try spill.append(bytes(["a"]))
    #expect(rename(path, away.path + "/bridge") == 0)
    for _ in 0..<3 {
      #expect(throws: SpillError.self) { try spill.turnPage() }
      #expect(throws: SpillError.self) { try spill.append(bytes([String(repeating: "b", count: 100)])) }
      // What is closed here must be nobody's.
      _ = try spill.sync()
    }
    #expect(throws: SpillError.self) { _ = try spill.read(from: .init(file: 1, offset: 0), to: try spill.sync()) }
    #expect(rename(away.path + "/bridge", path) == 0)
    try spill.append(bytes(["c"]))
    try spill.append(bytes([String(repeating: "d", count: 100)]))
    #expect(try texts(spill) == ["a", "c", String(repeating: "d", count: 100)])
  }

  @Test func `that cannot be written says where`() throws {
    let folder = try Folder()
    let error = #expect(throws: SpillError.self) { _ = try SpillFolder(folder.path + "/a/b/c") }
    #expect(error?.description.hasPrefix(folder.path + "/a/b/c: ") == true)
  }

  @Test func `knows its checksum as it is published`() {
    #expect(Array("123456789".utf8).withUnsafeBytes { Checksum.crc32($0) } == 0xCBF4_3926)
  }
}
