/// A link to a file of the same set of reports: it can name neither another host nor a scheme (`javascript:`).
public struct RelativePath: Sendable, Hashable {
  /// As a path, `../2026-01-15/index.html`: not percent-encoded.
  public let path: String

  /// - Returns: nil for an empty path, one that begins with `/`, and one with an empty part or a control character, backslash, or colon.
  public init?(_ path: String) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.allSatisfy({ !$0.isEmpty }) else { return nil }
    guard path.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F && $0 != "\\" && $0 != ":" }) else { return nil }
    self.path = path
  }

  /// The path for an attribute: every byte other than `A-Z a-z 0-9 - . _ / ~` percent-encoded.
  var href: String {
    var result = ""
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "/"), UInt8(ascii: "~"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default: result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
    return result
  }
}

/// A link to another report: its words and its file.
public struct ReportLink: Sendable, Equatable {
  public var title: String
  public var path: RelativePath

  public init(_ title: String, _ path: RelativePath) { (self.title, self.path) = (title, path) }
}
