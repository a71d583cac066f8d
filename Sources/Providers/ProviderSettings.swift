public import Transport

/// Where a provider is, and how it is told who asks. What it allows is the limiter's matter.
public struct ProviderSettings: Sendable {
  /// Its name in providers.yaml, which the limiter and the archive know too: `binance`.
  public let name: String
  /// Without a slash at its end: `https://data-api.binance.vision`.
  public let baseURL: String
  /// nil for a provider that asks for none.
  public let key: Key?
  /// The header that tells how much weight was used in the current window, whatever its case.
  public let usageHeader: String?
  /// The longest that one request may take, from connecting to the last byte.
  public let timeout: Duration

  /// A key that travels in the query.
  public struct Key: Sendable {
    /// The name of the query parameter: `apikey`.
    public let parameter: String
    /// nil as long as nobody has set one: the provider is then not asked.
    public let secret: Secret?

    public init(parameter: String, secret: Secret?) {
      (self.parameter, self.secret) = (parameter, secret)
    }
  }

  /// - Parameter baseURL: `https://` anywhere; `http://` only for a loopback address; no user, query or fragment.
  /// - Throws: ``ProviderSettingsDefect``.
  public init(
    name: String, baseURL: String, key: Key? = nil, usageHeader: String? = nil, timeout: Duration = .seconds(60)
  ) throws(ProviderSettingsDefect) {
    guard !name.isEmpty else { throw .emptyName }
    self.name = name
    self.baseURL = try BaseURL.checked(baseURL)
    self.key = key
    self.usageHeader = usageHeader
    self.timeout = timeout
  }
}

/// Why settings cannot be used.
public enum ProviderSettingsDefect: Error, Sendable, Equatable {
  case emptyName
  /// Neither `https://` nor `http://`.
  case unknownScheme(url: String)
  /// Plain http to a host that is not this machine: keys would travel readable.
  case plainHTTP(host: String)
  case noHost
  /// A user, query, fragment, blank or other character that no base URL holds; the text is not repeated, it may hold a key.
  case forbiddenPart(String)
  case badPort
}

extension ProviderSettingsDefect: CustomStringConvertible {
  public var description: String {
    switch self {
    case .emptyName: "a provider needs a name"
    case .unknownScheme(let url): "the base URL must begin with https:// (this one begins `\(url.printable(12))`)"
    case .plainHTTP(let host): "the base URL must begin with https://: `\(host.printable(80))` is not a loopback address"
    case .noHost: "the base URL names no host"
    case .forbiddenPart(let part): "the base URL must not hold \(part)"
    case .badPort: "the port of the base URL is not between 1 and 65535"
    }
  }
}

/// The rules of a base URL.
enum BaseURL {
  static func checked(_ url: String) throws(ProviderSettingsDefect) -> String {
    let isSecure = url.lowercased().hasPrefix("https://")
    guard isSecure || url.lowercased().hasPrefix("http://") else { throw .unknownScheme(url: url) }
    try refuseForbiddenParts(of: url)
    let rest = url.dropFirst(isSecure ? 8 : 7)
    let authority = rest.prefix { $0 != "/" }
    let host = try self.host(of: authority)
    guard isSecure || isLoopback(host) else { throw .plainHTTP(host: host) }
    var end = url.endIndex
    while end > url.startIndex, url[url.index(before: end)] == "/" { end = url.index(before: end) }
    return String(url[..<end])
  }

  /// `127.0.0.0/8`, `::1`, and the name that RFC 6761 reserves for them.
  static func isLoopback(_ host: String) -> Bool {
    if host == "[::1]" || host.lowercased() == "localhost" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { $0.utf8.count <= 3 && UInt8($0) != nil && !$0.hasPrefix("+") }
  }

  private static func refuseForbiddenParts(of url: String) throws(ProviderSettingsDefect) {
    for scalar in url.unicodeScalars {
      switch scalar {
      case "@": throw .forbiddenPart("a user or password")
      case "?": throw .forbiddenPart("a query")
      case "#": throw .forbiddenPart("a fragment")
      case "\\", "\"", "<", ">", "`", "{", "}", "|", "^": throw .forbiddenPart("`\(Character(scalar))`")
      case "!"..."~": break
      default: throw .forbiddenPart("blanks or characters beyond ASCII")
      }
    }
  }

  private static func host(of authority: Substring) throws(ProviderSettingsDefect) -> String {
    var host = authority
    if authority.hasPrefix("["), let bracket = authority.firstIndex(of: "]") {
      host = authority[...bracket]
    } else if let colon = authority.firstIndex(of: ":") {
      host = authority[..<colon]
    }
    let port = authority[host.endIndex...]
    guard !host.isEmpty, host != "[]" else { throw .noHost }
    if !port.isEmpty {
      guard port.hasPrefix(":"), port.utf8.count <= 6, let number = UInt16(port.dropFirst()), number > 0, !port.hasPrefix(":+")
      else { throw .badPort }
    }
    return String(host)
  }
}
