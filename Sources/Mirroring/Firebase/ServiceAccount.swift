import CCrypto
import Foundation
import Scheduling
public import Transport

/// A service account of Google, as its key file says it.
///
/// Source: SOURCES of RFC 7523 (JWT bearer grants) and Google's "OAuth 2.0 for server to server applications".
public struct ServiceAccount: Sendable {
  /// `jobs@project.iam.gserviceaccount.com`
  public let email: String
  public let project: String?
  /// Where tokens are asked for; https, or http to a loopback address.
  public let tokenAddress: String
  private let keyID: String?
  private let privateKey: Secret

  /// Reads the JSON of a key file.
  /// - Throws: ``MirrorFailure`` that names what is missing, and nothing of what is there.
  public init(_ keyFile: Secret) throws(MirrorFailure) {
    let read = keyFile.reveal { WireValue(json: $0) }
    guard case .object(let fields) = read else { throw ServiceAccount.refusal("it is not the JSON of a key file") }
    func text(_ name: String) -> String? { if case .string(let text) = fields[name] { text } else { nil } }
    guard text("type") == "service_account" else { throw ServiceAccount.refusal("its `type` is not `service_account`") }
    guard let email = text("client_email"), !email.isEmpty else { throw ServiceAccount.refusal("it has no `client_email`") }
    guard let key = text("private_key"), key.contains("PRIVATE KEY") else { throw ServiceAccount.refusal("it has no `private_key`") }
    let address = text("token_uri") ?? "https://oauth2.googleapis.com/token"
    guard let place = WebAddress(address), place.isSafe else {
      throw ServiceAccount.refusal("its `token_uri` is not https (http is for loopback addresses only)")
    }
    (self.email, project, tokenAddress) = (email, text("project_id"), address)
    (keyID, privateKey) = (text("private_key_id"), Secret(key))
    guard let probe = signature(of: []), !probe.isEmpty else { throw ServiceAccount.refusal("its `private_key` cannot be used to sign") }
  }

  private static func refusal(_ reason: String) -> MirrorFailure {
    MirrorFailure(
      .credentials,
      "the service account's key cannot be used: \(reason); make one in the Google Cloud console under IAM, service accounts, keys, and "
        + "store it with `jobs secrets set NAME < key.json`")
  }

  /// A signed statement that we are this account, good for an hour: base64url, three parts.
  func assertion(scopes: [String], at now: Instant) throws(MirrorFailure) -> Secret {
    // A clock that runs half a minute ahead of Google's must not make it a statement of the future.
    let issued = now.milliseconds / 1000 - 30
    var header: [String: WireValue] = ["alg": .string("RS256"), "typ": .string("JWT")]
    if let keyID { header["kid"] = .string(keyID) }
    let claims: [String: WireValue] = [
      "iss": .string(email), "scope": .string(scopes.joined(separator: " ")), "aud": .string(tokenAddress),
      "iat": .number(String(issued)), "exp": .number(String(issued + 3600)),
    ]
    let signed = base64url(Array(WireValue.object(header).json.utf8)) + "." + base64url(Array(WireValue.object(claims).json.utf8))
    guard let signature = signature(of: Array(signed.utf8)) else {
      throw ServiceAccount.refusal("its `private_key` cannot be used to sign")
    }
    return Secret(signed + "." + base64url(signature))
  }

  /// RSASSA-PKCS1-v1_5 with SHA-256; nil when the key is none of RSA.
  private func signature(of bytes: [UInt8]) -> [UInt8]? {
    var output = [UInt8](repeating: 0, count: 1024)
    let count = privateKey.reveal { pem in
      jo_rs256(pem, pem.utf8.count, bytes, bytes.count, &output, output.count)
    }
    return count > 0 ? Array(output.prefix(count)) : nil
  }

  /// Hides what is secret of the account: the key, also line by line, as half of it is a secret too.
  var secrets: [Secret] {
    privateKey.reveal { pem in
      pem.split { $0.isNewline }.filter { !$0.hasPrefix("-----") && $0.utf8.count >= 8 }.map { Secret(String($0)) } + [Secret(pem)]
    }
  }
}

/// RFC 4648, section 5, without padding.
private func base64url(_ bytes: [UInt8]) -> String {
  Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
}
