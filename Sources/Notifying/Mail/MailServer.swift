import Foundation
public import Transport

/// Where mails are handed in.
public struct MailServer: Sendable {
  public enum Safety: Sendable, Equatable {
    /// TLS from the first byte: `smtps://`.
    case tls
    /// STARTTLS, without which nothing is said: `smtp://`.
    case startTLS
    /// Plain: on the loopback, or where it was said so.
    case none
  }

  public let host: String
  public let port: Int
  public internal(set) var safety: Safety
  public var user: String?
  public var password: Secret?
  /// A file of certificates to trust beside none other; nil: those of the system.
  public var certificates: String?
  /// One mail, from connecting to the last answer.
  public var deadline = Duration.seconds(30)

  /// - Parameters:
  ///   - address: `smtp://HOST[:PORT]` (587 when left out) or `smtps://HOST[:PORT]` (465).
  ///   - allowsPlain: that the mail and the password may go over the network unencrypted.
  /// - Returns: nil for anything else, and for what holds a user, a path or a query.
  public init?(_ address: String, allowsPlain: Bool = false, user: String? = nil, password: Secret? = nil) {
    let parts = address.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, ["smtp", "smtps"].contains(parts[0]) else { return nil }
    var (host, port) = (String(parts[1]), parts[0] == "smtps" ? 465 : 587)
    if let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") {
      guard let number = Int(host[host.index(after: colon)...]), (1...65535).contains(number) else { return nil }
      (host, port) = (String(host[..<colon]), number)
    }
    let isLiteral =
      host.hasPrefix("[") && host.hasSuffix("]") && host.dropFirst().dropLast().allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
    guard !host.isEmpty, host.utf8.count <= 253, isLiteral || host.utf8.allSatisfy(Self.isHostByte) else { return nil }
    (self.host, self.port, self.user, self.password) = (host, port, user, password)
    safety = parts[0] == "smtps" ? .tls : allowsPlain || Self.isLoopback(host) ? .none : .startTLS
  }

  public var isLoopback: Bool { Self.isLoopback(host) }

  private static func isLoopback(_ host: String) -> Bool {
    if host == "localhost" || host == "[::1]" { return true }
    var address = in_addr()
    return inet_pton(AF_INET, host, &address) == 1 && UInt32(bigEndian: address.s_addr) >> 24 == 127
  }

  private static func isHostByte(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x2D || byte == 0x2E
  }

  var url: String { "\(safety == .tls ? "smtps" : "smtp")://\(host):\(port)/" }
}
