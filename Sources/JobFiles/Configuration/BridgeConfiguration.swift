/// `bridge.yaml`: where the trading bots speak, and what is kept of it.
///
///     redis: 127.0.0.1:6379
///     user: jobs
///     secret: redis
///     format: "ticker:{symbol}"
///     symbols: [AAPL]
///     channels: ["bots:*"]
///     history: true
///     volume: traded
public struct BridgeConfiguration: Sendable, Equatable {
  public var host = "127.0.0.1"
  public var port = 6379
  public var user: String?
  /// The name of the secret that holds the password; nil: Redis wants none.
  public var secret: String?
  /// The name of a ticker's channel; `{symbol}` stands for the ticker.
  public var format = "ticker:{symbol}"
  /// The tickers; empty: all.
  public var symbols: [String] = []
  /// More channels, or patterns with `*`, `?` and `[…]`.
  public var channels: [String] = []
  /// Whether prices are kept beyond the latest: one a second for each ticker at most.
  public var hasHistory = true
  public var volume = Volume.traded

  /// What `volume` in a message means.
  public enum Volume: String, Sendable, CaseIterable { case traded, total, none }

  public init() {}

  /// `HOST:PORT`, `HOST` or `[::1]:PORT`; nil for anything else.
  public static func address(_ text: String) -> (host: String, port: Int)? {
    let (host, port): (Substring, Substring?)
    if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
      let rest = text[text.index(after: end)...]
      guard rest.isEmpty || rest.first == ":" else { return nil }
      (host, port) = (text[text.index(after: text.startIndex)..<end], rest.isEmpty ? nil : rest.dropFirst())
    } else {
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count <= 2 else { return nil }
      (host, port) = (parts[0], parts.count == 2 ? parts[1] : nil)
    }
    let isName = !host.isEmpty && host.utf8.count <= 253 && host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x40 && $0 != 0x2F }
    guard isName else { return nil }
    guard let port else { return (String(host), 6379) }
    guard let number = Int(port), (1...65535).contains(number) else { return nil }
    return (String(host), number)
  }
}

extension BridgeConfiguration {
  static let keys = ["redis", "user", "secret", "format", "symbols", "channels", "history", "volume"]

  init(_ root: Tree, _ findings: Findings) {
    guard let section = Section(root, title: "the bridge", findings: findings) else { return }
    section.refuseKeys(except: Self.keys)
    if let text = section.text("redis") { readAddress(text, findings) }
    user = section.text("user").flatMap { Self.isPlain($0.value, 128) ? $0.value : Self.refuse($0, "user", findings) }
    if let name = section.text("secret"), Names.check(name, "secret", findings) { secret = name.value }
    if user != nil, secret == nil, section["secret"] == nil {
      findings.add(
        .missingKey, at: section.keySpot("user"), "`user` stands without `secret`", label: "no password",
        expected: "`secret: NAME`, and `jobs secrets set NAME` for the password")
    }
    if let text = section.text("format") {
      if text.value.contains("{symbol}"), Self.isPlain(text.value, 256) {
        format = text.value
      } else {
        findings.add(
          .badName, at: text.spot, "`\(text.value)` names no channel of a ticker", label: "no `{symbol}`",
          expected: "a text in which `{symbol}` stands for the ticker, such as `ticker:{symbol}`")
      }
    }
    symbols = section.texts("symbols").compactMap { Self.isPlain($0.value, 64) ? $0.value : Self.refuse($0, "symbol", findings) }
    channels = section.texts("channels").compactMap { Self.isPlain($0.value, 256) ? $0.value : Self.refuse($0, "channel", findings) }
    hasHistory = section.flag("history") ?? true
    if let text = section.text("volume") {
      if let word = Volume(rawValue: text.value) {
        volume = word
      } else {
        findings.add(
          .badName, at: text.spot, "`\(text.value)` is no meaning of a volume", label: "not known",
          expected: "`traded` (since the message before), `total` (of the day until then) or `none`")
      }
    }
  }

  private mutating func readAddress(_ text: Located<String>, _ findings: Findings) {
    guard let address = Self.address(text.value) else {
      // An address may hold a password: it stands in the excerpt of the file, but not in the message, which goes into logs.
      findings.add(
        .badURL, at: text.spot, "`redis` cannot be used", label: "not HOST:PORT",
        expected: "the server's name or address and its port, such as `127.0.0.1:6379`; the password is a secret")
      return
    }
    (host, port) = address
  }

  /// Something that Redis can be told, on one line.
  private static func isPlain(_ text: String, _ bytesMax: Int) -> Bool {
    !text.isEmpty && text.utf8.count <= bytesMax && text.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }
  }

  private static func refuse(_ text: Located<String>, _ kind: String, _ findings: Findings) -> String? {
    findings.add(
      .badName, at: text.spot, "a \(kind) is not empty, not long, and has no control characters", label: "not a \(kind)")
    return nil
  }
}
