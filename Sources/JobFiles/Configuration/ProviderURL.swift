import Foundation

/// The addresses that requests may go to.
enum ProviderURL {
  /// - Returns: nil, and a diagnostic, unless it is https, or http to a loopback address, without user, query and fragment.
  static func read(_ text: Located<String>, _ findings: Findings) -> URL? {
    guard let parts = URLComponents(string: text.value), let scheme = parts.scheme?.lowercased(), let host = parts.host, !host.isEmpty,
      let url = parts.url
    else { return refuse(text, "not an address", findings) }
    guard parts.user == nil, parts.password == nil else { return refuse(text, "a user or password in an address", findings) }
    guard parts.query == nil, parts.fragment == nil else { return refuse(text, "a query or fragment", findings) }
    guard scheme == "https" || (scheme == "http" && isLoopback(host)) else {
      return refuse(text, scheme == "http" ? "not encrypted" : "not https", findings)
    }
    return url
  }

  /// Whether requests may go to it.
  static func isAllowed(_ text: String) -> Bool {
    guard let parts = URLComponents(string: text), let host = parts.host, !host.isEmpty, parts.user == nil, parts.password == nil,
      parts.query == nil, parts.fragment == nil
    else { return false }
    return parts.scheme?.lowercased() == "https" || (parts.scheme?.lowercased() == "http" && isLoopback(host))
  }

  private static func refuse(_ text: Located<String>, _ label: String, _ findings: Findings) -> URL? {
    // An address may hold a password: it stands in the excerpt of the file, but not in the message, which goes into logs.
    findings.add(
      .badURL, at: text.spot, "`base_url` cannot be used", label: label,
      expected: "https://HOST, or http:// on 127.0.0.1, ::1 or localhost")
    return nil
  }

  private static func isLoopback(_ host: String) -> Bool {
    if ["localhost", "::1", "[::1]"].contains(host.lowercased()) { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127"
      && parts.allSatisfy { part in
        part.utf8.allSatisfy { (0x30...0x39).contains($0) } && UInt8(part) != nil
      }
  }
}
