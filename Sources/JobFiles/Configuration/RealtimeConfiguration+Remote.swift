import Foundation

extension RealtimeConfiguration {
  /// A database on another computer.
  public struct Remote: Sendable, Equatable {
    public var kind: Kind
    /// `https://NAME.REGION.firebasedatabase.app`, or `http://127.0.0.1:9000?ns=NAME`; nil: Google's own address of Firestore.
    public var address: String?
    /// Of Firestore; nil for the Realtime Database.
    public var project: String?
    /// The name of the secret that holds the service account's key file; nil: an emulator, which lets its owner in by name.
    public var secret: String?

    public enum Kind: Sendable, Equatable {
      case firebase, firestore
    }
  }

  /// The name of the secret when the file does not say it.
  public static let secretName = "firebase"

  /// Where the mirror is when it is not in the warehouse; nil: it is.
  static func remote(_ sink: Sink, _ section: Section) -> Remote? {
    let (findings, kind) = (section.findings, sink.kind)
    guard let kind else {
      for key in ["database", "project", "secret"] where section[key] != nil {
        findings.add(
          .unknownKey, at: section.keySpot(key), "`\(key)` is for a database elsewhere", label: "the sink is `embedded`",
          expected: "`sink: firebase` or `sink: firestore` with it")
      }
      return nil
    }
    let address = section.text("database").flatMap { Self.address($0, kind, findings) }
    if kind == .firebase {
      section.require("database", "`database: https://NAME.REGION.firebasedatabase.app`, as the Firebase console shows it")
    }
    if kind == .firestore { section.require("project", "`project: NAME`, the id of the Google Cloud project") }
    let project = section.text("project").flatMap { Self.project($0, findings) }
    let secret = section.text("secret").flatMap { Names.check($0, "secret", findings) ? $0.value : nil }
    let isEmulator = address.map { $0.hasPrefix("http://") } ?? false
    return Remote(
      kind: kind, address: address, project: project, secret: secret ?? (isEmulator ? nil : RealtimeConfiguration.secretName))
  }

  private static func address(_ text: Located<String>, _ kind: Remote.Kind, _ findings: Findings) -> String? {
    guard var parts = URLComponents(string: text.value) else { return refuse(text, "not an address", findings) }
    let items = parts.queryItems ?? []
    guard items.isEmpty || (kind == .firebase && items.count == 1 && items[0].name == "ns" && items[0].value?.isEmpty == false) else {
      return refuse(text, "a query", findings)
    }
    guard ["", "/"].contains(parts.path) else { return refuse(text, "a path", findings) }
    (parts.query, parts.path) = (nil, "")
    guard let plain = parts.string, ProviderURL.isAllowed(plain) else { return refuse(text, "not https", findings) }
    return plain + (items.first?.value.map { "?ns=\($0)" } ?? "")
  }

  private static func refuse(_ text: Located<String>, _ label: String, _ findings: Findings) -> String? {
    findings.add(
      .badURL, at: text.spot, "`database` cannot be used", label: label,
      expected: "https://HOST, or http:// on 127.0.0.1, ::1 or localhost, with `?ns=NAME` for an emulator")
    return nil
  }

  private static func project(_ text: Located<String>, _ findings: Findings) -> String? {
    if text.value.wholeMatch(of: /[a-z][a-z0-9-]{4,62}/) != nil { return text.value }
    findings.add(
      .badName, at: text.spot, "`\(text.value)` is no project", label: "not the id of a project",
      expected: "lower-case letters, digits and `-`, as the console shows it")
    return nil
  }
}

extension RealtimeConfiguration.Sink {
  /// nil: it is in the warehouse.
  fileprivate var kind: RealtimeConfiguration.Remote.Kind? {
    switch self {
    case .embedded: nil
    case .firebase: .firebase
    case .firestore: .firestore
    }
  }
}
