import Testing

@testable import Providers

@Suite struct `Provider settings` {
  @Test(arguments: [
    ("https://data-api.binance.vision", "https://data-api.binance.vision"),
    ("https://api.example.com:8443/base//", "https://api.example.com:8443/base"),
    ("http://127.0.0.1:8080", "http://127.0.0.1:8080"), ("http://127.9.9.9/", "http://127.9.9.9"), ("http://[::1]:80", "http://[::1]:80"),
    ("http://localhost:1", "http://localhost:1"), ("HTTPS://x.y", "HTTPS://x.y"),
  ])
  func `take https anywhere and http on a loopback address`(url: String, kept: String) throws {
    #expect(try ProviderSettings(name: "x", baseURL: url).baseURL == kept)
  }

  @Test(
    arguments: [
      ("http://example.com", .plainHTTP(host: "example.com")), ("http://127.0.0.1.example.com", .plainHTTP(host: "127.0.0.1.example.com")),
      ("http://127.0.0.256", .plainHTTP(host: "127.0.0.256")), ("http://128.0.0.1", .plainHTTP(host: "128.0.0.1")),
      ("http://169.254.169.254/latest", .plainHTTP(host: "169.254.169.254")), ("http://10.0.0.1", .plainHTTP(host: "10.0.0.1")),
      ("http://127.0.0.1@evil.com", .forbiddenPart("a user or password")), ("https://x.y?apikey=1", .forbiddenPart("a query")),
      ("https://x.y#a", .forbiddenPart("a fragment")), ("https://x y", .forbiddenPart("blanks or characters beyond ASCII")),
      ("https://", .noHost), ("https://:80", .noHost), ("https://x:0", .badPort), ("https://x:65536", .badPort), ("https://x:", .badPort),
      ("http://127.0.0.1\\@evil.com", .forbiddenPart("`\\`")), ("http://[::1]x", .badPort),
      ("file:///etc/passwd", .unknownScheme(url: "file:///etc/passwd")),
      ("", .unknownScheme(url: "")),
    ] as [(String, ProviderSettingsDefect)])
  func `refuse any other base URL with its reason`(url: String, defect: ProviderSettingsDefect) {
    #expect(throws: defect) { try ProviderSettings(name: "x", baseURL: url) }
  }
}
