import Foundation

/// One step of the schema: numbered, named for its intent, and never changed once it was released.
struct SchemaMigration: Sendable {
  /// `0008 runs by number`
  let name: String
  let sql: String

  init(_ name: String, _ sql: String) { (self.name, self.sql) = (name, sql) }

  /// SHA-256, in hexadecimal digits, of the SQL without comments and layout: a comment may be made clearer, a statement never changed.
  var checksum: String {
    let lines = sql.split(separator: "\n").map { line in
      line.range(of: "--").map { line[..<$0.lowerBound] } ?? line
    }
    let words = lines.flatMap { $0.split(whereSeparator: \.isWhitespace) }
    return Hex.text(SHA256.hash([UInt8](words.joined(separator: " ").utf8)))
  }
}
