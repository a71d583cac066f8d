/// How far a mail came, as its sender sees it, and what that means.
struct MailDialogue: Sendable, Equatable {
  /// The server was told that the mail is whole (or may have been): from here on it may have it.
  var isWhole = false
  /// The last answer of the server, its code and its words.
  private(set) var code: Int?
  private(set) var words = ""
  /// The last one came after the mail was whole.
  private(set) var isAboutTheWhole = false

  /// Takes one line of the server: `250-SIZE 1000`, `550 5.1.1 no such user`.
  mutating func take(_ line: String) {
    let text = line.asOneLine
    // 221 answers the farewell, which follows a refusal too.
    guard text.utf8.count >= 3, let number = Int(text.prefix(3)), (200..<600).contains(number), number != 221 else { return }
    (code, isAboutTheWhole) = (number, isWhole)
    var rest = String(text.dropFirst(4))
    while rest.last == " " { rest.removeLast() }
    words = rest
  }

  /// What became of the mail when the connection has ended.
  /// - Parameter failure: what curl says went wrong; nil: nothing.
  func delivery(failure: String?) -> Delivery {
    guard let failure else { return .delivered(remark: nil) }
    if isWhole, !isAboutTheWhole || code.map({ $0 < 400 }) ?? true {
      // A 250 that was followed by a broken farewell is a 250.
      if isAboutTheWhole, let code, (200..<300).contains(code) { return .delivered(remark: nil) }
      return .unknown(why: "the connection ended before the server had said whether it has the mail: \(failure)")
    }
    guard let code, code >= 400 else { return .later(after: nil, why: failure) }
    let answer = "the server answered \(code) \(words)"
    return code < 500 ? .later(after: nil, why: answer) : .refused(why: answer)
  }
}
