import Foundation
import JobGraph
import Storage
import Transport

/// The version of the program, and of what it is made of.
enum Version {
  static let text = ProgramVersion.text

  /// `jobs --version --json`: the parser's own flag knows no format.
  static var isAskedInJSON: Bool {
    let words = Set(CommandLine.arguments.dropFirst())
    return words == ["--version", "--json"]
  }

  static func printJSON() throws {
    try Output.json(Document(sqlite: Warehouse.sqliteVersion, libcurl: CurlHTTPClient.libraryVersion, tls: CurlHTTPClient.tlsVersion))
  }

  private struct Document: Encodable {
    let schema = "jobs.version/1"
    let version = Version.text
    /// Of SQLite, of libcurl, and of the library that libcurl encrypts with.
    let sqlite: String
    let libcurl: String
    let tls: String?
  }
}
