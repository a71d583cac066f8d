/// The address of a Realtime Database: `https://NAME.europe-west1.firebasedatabase.app`, or of an emulator:
/// `http://127.0.0.1:9000?ns=NAME`.
public struct FirebaseAddress: Sendable, Hashable {
  let web: WebAddress
  /// The database's name, where the host does not say it: in an emulator.
  let namespace: String?

  /// nil unless it is https, or http to a loopback address, without a path and with nothing but `ns` in its query.
  public init?(_ text: String) {
    guard let web = WebAddress(text), web.isSafe, ["", "/"].contains(web.path), Set(web.query.keys).isSubset(of: ["ns"]) else { return nil }
    (self.web, namespace) = (web, web.query["ns"].flatMap { $0.isEmpty ? nil : $0 })
  }

  /// The same database in an emulator, as `FIREBASE_DATABASE_EMULATOR_HOST` names it: `127.0.0.1:9000`.
  public func emulated(at host: String) -> FirebaseAddress? {
    let name = namespace ?? web.host.split(separator: ".").first.map(String.init) ?? "default"
    return FirebaseAddress("http://\(host)?ns=\(percentEncoded(name))")
  }

  public var isLoopback: Bool { web.isLoopback }

  /// As people read it.
  public var shown: String { web.origin + (namespace.map { "?ns=\($0)" } ?? "") }

  /// - Parameter keys: as they are written in the database; each is encoded once more for the URL.
  func url(_ keys: [String], query: [(String, String)] = []) -> String {
    let path = WireKey.texts(of: keys).map(percentEncoded).joined(separator: "/")
    let all = (namespace.map { [("ns", $0)] } ?? []) + query
    let text = all.map { "\($0.0)=\(percentEncoded($0.1))" }.joined(separator: "&")
    return "\(web.origin)/\(path).json" + (text.isEmpty ? "" : "?\(text)")
  }
}
