public import Foundation

/// Where files come from: a directory, or texts that a test holds.
public struct FileSource: Sendable {
  /// The bytes of a file, by its path relative to the root of the project: `Jobs/nightly.yaml`.
  public var read: @Sendable (_ path: String) throws -> [UInt8]
  /// The names of the files in a directory, in any order; empty when there is no such directory.
  public var list: @Sendable (_ directory: String) throws -> [String]

  public init(read: @escaping @Sendable (String) throws -> [UInt8], list: @escaping @Sendable (String) throws -> [String]) {
    (self.read, self.list) = (read, list)
  }

  /// The files below a directory. Of a larger file than is ever taken (``StrictYAML/bytesMax``) just so much is read that it is seen to be one.
  public static func directory(_ root: URL) -> FileSource {
    FileSource(
      read: { path in
        let file = try FileHandle(forReadingFrom: root.appending(path: path))
        defer { try? file.close() }  // It was only read.
        return [UInt8](try file.read(upToCount: StrictYAML.bytesMax + 1) ?? Data())
      },
      list: { path in
        let directory = root.appending(path: path).path
        guard FileManager.default.fileExists(atPath: directory) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: directory)
      })
  }

  /// Files that exist only as texts, by path.
  public static func texts(_ texts: [String: String]) -> FileSource {
    FileSource(
      read: { path in
        guard let text = texts[path] else { throw CocoaError(.fileReadNoSuchFile) }
        return Array(text.utf8)
      },
      list: { directory in
        texts.keys.filter { $0.hasPrefix(directory + "/") }.map { String($0.dropFirst(directory.count + 1)) }.filter { !$0.contains("/") }
      })
  }

  /// The names of the YAML files of a directory, without `.yaml`, sorted.
  func yamlNames(in directory: String) throws -> [String] {
    try list(directory).filter { $0.hasSuffix(".yaml") && !$0.hasPrefix(".") }.map { String($0.dropLast(5)) }.sorted()
  }

  /// Reads and parses one file.
  func document(_ path: String) -> (document: Document?, diagnostics: [Diagnostic]) {
    do {
      return StrictYAML.read(try read(path), file: path)
    } catch {
      let place = Diagnostic.Place(file: path, line: 1, column: 1, length: 1, excerpt: "")
      let reason =
        (error as? CocoaError)?.code == .fileReadNoSuchFile
        ? "there is no such file" : "the file cannot be read: \(error.localizedDescription)"
      return (nil, [Diagnostic(.unreadable, at: place, reason)])
    }
  }
}
