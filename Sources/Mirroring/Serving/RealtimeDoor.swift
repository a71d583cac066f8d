internal import Foundation
public import Transport

/// Who a request comes from.
public struct RealtimeDoor: Sendable {
  /// As Google's emulator: `owner` is the admin, and a user is whoever an unsigned token says. For tests on one's own machine.
  public static let emulator = RealtimeDoor(isEmulator: true, token: Secret("owner"))

  /// The admin has this token; nobody else can say who they are.
  public static func token(_ token: Secret) -> RealtimeDoor { RealtimeDoor(isEmulator: false, token: token) }

  let isEmulator: Bool
  private let token: Secret

  /// Who asks, and until when that is so in milliseconds since 1970.
  struct Visitor: Sendable, Hashable {
    var identity: RealtimeIdentity
    var expiresAt: Double?
    /// The admin's token was sent, perhaps to act as somebody else.
    var isAdmin = false
  }

  /// - Throws: ``RealtimeFault`` 401 for a token that is none.
  func visitor(_ request: WireRequest, _ parameters: [(name: String, value: String)], now: Double) throws(RealtimeFault) -> Visitor {
    func parameter(_ name: String) -> String? { parameters.first { $0.name == name }?.value }
    var sent = parameter("auth") ?? parameter("access_token")
    if let header = request["authorization"] {
      let parts = header.split(separator: " ", maxSplits: 1)
      guard parts.count == 2, parts[0].lowercased() == "bearer" else { throw RealtimeFault(signIn: "Unauthorized request.") }
      sent = String(parts[1])
    }
    guard let sent, !sent.isEmpty else { return Visitor(identity: .nobody) }
    guard isAdmin(sent) else { return try user(sent, now: now) }
    guard let override = parameter("auth_variable_override") else { return Visitor(identity: .admin, isAdmin: true) }
    guard let value = try? RealtimeJSON.value(of: Array(override.utf8), .init(keys: .any)) else {
      throw RealtimeFault(400, "auth_variable_override must be valid JSON")
    }
    return Visitor(identity: value.isNull ? .nobody : .auth(value), isAdmin: true)
  }

  /// In a time that does not tell how much of it was right.
  private func isAdmin(_ sent: String) -> Bool {
    token.reveal { token in
      sent.utf8.count == token.utf8.count && zip(sent.utf8, token.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
  }

  private func user(_ text: String, now: Double) throws(RealtimeFault) -> Visitor {
    let unknown = RealtimeFault(signIn: "Could not parse auth token.")
    guard isEmulator else { throw unknown }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[2].isEmpty, let head = RealtimeDoor.object(parts[0]), let claims = RealtimeDoor.object(parts[1]),
      head["alg"] == .string("none")
    else { throw unknown }
    guard case .string(let uid)? = [claims["user_id"], claims["sub"], claims["uid"]].first(where: { !$0.isNull }) else { throw unknown }
    var expiresAt: Double?
    if case .number(let seconds) = claims["exp"] { expiresAt = seconds * 1000 }
    if let expiresAt, expiresAt <= now { throw RealtimeFault(signIn: "Auth token is expired") }
    return Visitor(identity: .user(uid, claims: claims.children), expiresAt: expiresAt)
  }

  private static func object(_ part: Substring) -> RealtimeValue? {
    var text = part.replacing("-", with: "+").replacing("_", with: "/")
    text += String(repeating: "=", count: (4 - text.count % 4) % 4)
    guard let data = Data(base64Encoded: String(text)), let value = try? RealtimeJSON.value(of: [UInt8](data), .init(keys: .any)) else {
      return nil
    }
    return value
  }
}

/// What a request is answered with when it cannot be done.
struct RealtimeFault: Error, Sendable, Equatable {
  let status: Int
  let message: String
  /// The rule that refused; for whoever operates the server, never for the client.
  let refusal: RulesRefusal?
  /// A token was sent that is none.
  let isSignIn: Bool

  init(_ status: Int, _ message: String) {
    (self.status, self.message, refusal, isSignIn) = (status, message, nil, false)
  }

  init(signIn message: String) {
    (status, self.message, refusal, isSignIn) = (401, message, nil, true)
  }

  init(denied refusal: RulesRefusal) {
    (status, message, self.refusal, isSignIn) = (401, "Permission denied", refusal, false)
  }
}
