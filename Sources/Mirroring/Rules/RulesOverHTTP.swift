/// The rules of a Realtime Database elsewhere, over its REST interface.
///
/// It sends nothing itself: whoever makes it knows the address, the token, and how often to try.
/// Source: Firebase, Realtime Database REST API, `/.settings/rules.json`.
public struct RulesOverHTTP: RulesDeployment {
  public struct Answer: Sendable {
    public var status: Int
    public var body: [UInt8]

    public init(status: Int, body: [UInt8]) {
      (self.status, self.body) = (status, body)
    }
  }

  public let place: String
  private let exchange: @Sendable (_ method: String, _ keys: [String], _ body: [UInt8]?) async throws -> Answer

  /// Below the database's address, `.json` behind it.
  public static let keys = [".settings", "rules"]

  /// - Parameter exchange: sends a request with an admin's token: the method, the keys of the path, the body.
  public init(
    place: String, exchange: @escaping @Sendable (_ method: String, _ keys: [String], _ body: [UInt8]?) async throws -> Answer
  ) {
    (self.place, self.exchange) = (place, exchange)
  }

  public func put(rules: String) async throws {
    let answer = try await exchange("PUT", RulesOverHTTP.keys, Array(rules.utf8))
    guard answer.status == 200 else { throw refusal(answer) }
  }

  public func rules() async throws -> String {
    let answer = try await exchange("GET", RulesOverHTTP.keys, nil)
    guard answer.status == 200 else { throw refusal(answer) }
    return String(decoding: answer.body, as: UTF8.self)
  }

  private func refusal(_ answer: Answer) -> RulesRefused {
    // `try?`: a page of a proxy is no JSON; its status says enough.
    let document = try? RealtimeJSON.value(of: answer.body)
    let text: String? = if case .string(let text)? = document?["error"] { text } else { nil }
    return RulesRefused(
      place: place, status: answer.status, text: text.map { $0.split(whereSeparator: \.isNewline).joined(separator: "; ") })
  }
}

/// A database did not take, or did not show, its rules.
public struct RulesRefused: Error, Sendable, Equatable, CustomStringConvertible {
  public let place: String
  public let status: Int
  /// What the database says; nil when it says nothing that can be read.
  public let text: String?

  public init(place: String, status: Int, text: String?) {
    (self.place, self.status, self.text) = (place, status, text)
  }

  /// The key is wrong, or may not do this.
  public var isAboutCredentials: Bool { status == 401 || status == 403 }

  public var description: String {
    let said = text.map { ": \($0)" } ?? ""
    let next =
      switch status {
      case 400: "the rules were not replaced"
      case 401, 403: "the service account may not change rules; it needs the role Firebase Realtime Database Admin"
      case 404: "no database is there; look at its address and region"
      default: "the rules were not replaced; try again later"
      }
    return "\(place) answered \(status)\(said); \(next)"
  }
}
