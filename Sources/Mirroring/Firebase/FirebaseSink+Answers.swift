import Transport

extension FirebaseSink {
  /// - Throws: ``MirrorFailure`` unless the answer is one of success.
  func demand(_ answer: HTTPResponse, _ subject: String) async throws {
    if (200...299).contains(answer.status) {
      guard answer.body.first(where: { $0 > 0x20 }) != UInt8(ascii: "<") else {
        throw MirrorFailure(
          .permanent,
          "\(subject): a web page came instead of an answer; is `database` in Jobs/config/realtime.yaml right, or does a proxy answer?")
      }
      return
    }
    let text = await sender.serverText().shown(FirebaseSink.errorText(answer))
    throw FirebaseSink.failure(status: answer.status, text, subject, isAccount: sender.hasAccount)
  }

  /// `{"error":"…"}`, or whatever came.
  private static func errorText(_ answer: HTTPResponse) -> String {
    if case .object(let fields)? = WireValue(json: answer.body), case .string(let text)? = fields["error"] { return text }
    return String(decoding: answer.body.prefix(500), as: UTF8.self)
  }

  private static func failure(status: Int, _ text: String, _ subject: String, isAccount: Bool) -> MirrorFailure {
    let lower = text.lowercased()
    let begin = "\(subject): it answered \(status)" + (text.isEmpty ? "" : ", \(text)")
    switch status {
    case 400 where lower.contains("exceeds the maximum size"), 413: return MirrorFailure(.tooLarge, begin)
    case 400: return MirrorFailure(.refused, begin)
    case 401 where lower.contains("permission denied"):
      return MirrorFailure(
        .denied,
        "\(begin); the rules of the database do not let us write it: no `.write` allows the path, or a `.validate` refuses the value, "
          + "see `jobs realtime rules`")
    case 401:
      let next = isAccount ? "is the service account one of this database's project?" : "an emulator lets in `Bearer owner`; is this one?"
      return MirrorFailure(.credentials, "\(begin); \(next)")
    case 402: return MirrorFailure(.permanent, "\(begin); the project's plan is used up or not paid: see its usage in the Firebase console")
    case 403:
      return MirrorFailure(.permanent, "\(begin); the database is disabled or over its quota: see its usage in the Firebase console")
    case 404:
      if let address = otherRegion(text) {
        return MirrorFailure(
          .permanent, "\(subject): the database lives elsewhere; set `database: \(address)` in Jobs/config/realtime.yaml")
      }
      return MirrorFailure(
        .permanent, "\(begin); there is no such database: copy its address from the Firebase console into Jobs/config/realtime.yaml")
    case 423: return MirrorFailure(.permanent, "\(begin); the database is locked or disabled: see the Firebase console")
    default: return MirrorFailure(.permanent, begin)
    }
  }

  /// `Database lives in a different region. Please change your database URL to https://…`
  private static func otherRegion(_ text: String) -> String? {
    guard text.lowercased().contains("region"),
      let word = text.split(separator: " ").first(where: { $0.hasPrefix("https://") }),
      let address = WebAddress(String(word).trimmingSuffix { ".,;\"'".contains($0) }), address.isSafe
    else { return nil }
    return address.origin
  }
}

extension String {
  fileprivate func trimmingSuffix(while belongs: (Character) -> Bool) -> String {
    var text = self[...]
    while let last = text.last, belongs(last) { text.removeLast() }
    return String(text)
  }
}
