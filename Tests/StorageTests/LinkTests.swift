import Foundation
import Testing

@testable import Storage

/// Someone who can write a folder puts a link where the program will write.
@Suite struct `A link in the way` {
  private func text(_ path: String) -> String? { FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } }

  private func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  @Test func `in the place of a file is replaced, not followed`() throws {
    let bench = try LinkBench()
    let (work, other) = (bench.work, bench.other)
    #expect(symlink("\(other)/file", "\(work)/report.html") == 0)
    try AtomicFile.write(Array("new".utf8), to: "\(work)/report.html")
    #expect(text("\(work)/report.html") == "new" && !isLink("\(work)/report.html"))
    #expect(text("\(bench.other)/file") == "precious")
  }

  @Test func `in the place of a folder is refused, and what it leads to is neither filled nor emptied`() throws {
    let bench = try LinkBench()
    let (work, other) = (bench.work, bench.other)
    #expect(symlink(other, "\(work)/2026-01-15") == 0)
    try AtomicFile.makeFolder("\(work)/fresh")
    try AtomicFile.write(Array("new".utf8), to: "\(work)/fresh/index.html")
    #expect(throws: FileError(path: "\(work)/2026-01-15", ENOTDIR)) {
      try AtomicFile.replaceFolder(at: "\(work)/2026-01-15", with: "\(work)/fresh")
    }
    #expect(text("\(bench.other)/file") == "precious" && text("\(bench.other)/index.html") == nil)
  }

  @Test func `in the place of a folder is deleted, and what it leads to is not`() throws {
    let bench = try LinkBench()
    let (work, other) = (bench.work, bench.other)
    #expect(symlink(other, "\(work)/2026-01-15") == 0)
    try AtomicFile.removeFolder("\(work)/2026-01-15")
    #expect(!isLink("\(work)/2026-01-15"))
    #expect(text("\(bench.other)/file") == "precious")
  }
}

/// A folder to write in, and another with a file that must stay as it is.
private struct LinkBench {
  private let folder: Folder

  init() throws {
    folder = try Folder()
    for path in [work, other] { try AtomicFile.makeFolder(path) }
    try AtomicFile.write(Array("precious".utf8), to: "\(other)/file")
  }

  var work: String { "\(folder.path)/work" }
  var other: String { "\(folder.path)/other" }
}
