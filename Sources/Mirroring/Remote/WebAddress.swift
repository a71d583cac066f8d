import Foundation

/// The address of a server: scheme, host and port.
public struct WebAddress: Sendable, Hashable {
  public let scheme: String
  public let host: String
  public let port: Int?
  /// Name and value of each part of the query.
  public let query: [String: String]
  public let path: String

  /// nil for what cannot be read, or has a user, a password or a fragment.
  public init?(_ text: String) {
    guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(), let host = parts.host?.lowercased(),
      !host.isEmpty, parts.user == nil, parts.password == nil, parts.fragment == nil
    else { return nil }
    (self.scheme, self.host, port, path) = (scheme, host, parts.port, parts.path)
    query = Dictionary((parts.queryItems ?? []).map { ($0.name, $0.value ?? "") }) { $1 }
  }

  public var isLoopback: Bool {
    if ["localhost", "::1", "[::1]"].contains(host) { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }

  /// Encrypted, or within this computer.
  public var isSafe: Bool { scheme == "https" || (scheme == "http" && isLoopback) }

  /// `https://host:port`
  public var origin: String { "\(scheme)://\(host)" + (port.map { ":\($0)" } ?? "") }
}

/// Every byte but RFC 3986's unreserved ones as `%XX`.
func percentEncoded(_ text: String) -> String {
  var result = ""
  for byte in text.utf8 {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
      result.unicodeScalars.append(Unicode.Scalar(byte))
    default: result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
  }
  return result
}
