internal import Foundation

/// The rules as a resource, and what is written down about what happens.
extension RealtimeService {
  func aboutRules(_ call: RealtimeCall) async throws -> HTTPAnswer {
    guard call.visitor.identity == .admin else { throw RealtimeFault(401, "Permission denied") }
    switch call.verb {
    case .get: return HTTPAnswer(status: 200, headers: HTTPAnswer.json, body: Array(book.rules.text.utf8))
    case .put:
      guard let text = String(validating: call.body, as: UTF8.self) else { throw RealtimeFault(400, "The rules are not UTF-8.") }
      let rules: SecurityRules
      do throws(RulesMistakes) {
        rules = try SecurityRules(reading: text)
      } catch {
        throw RealtimeFault(400, error.description)
      }
      let (now, who) = (now(), call.visitor.name)
      try await store.write { try $0.replaceRules(with: text, by: who, at: now) }
      book.replace(rules)
      return HTTPAnswer(.object(["status": .string("ok")]), call)
    default: throw RealtimeFault(405, "The rules can be read with GET and set with PUT.")
    }
  }

  /// Says which rule refused, in the log; the client is told no more than that it was refused.
  func tellWhy(_ fault: RealtimeFault, _ call: RealtimeCall) {
    guard let refusal = fault.refusal, let unsaid = log.mayTell(at: now()) else { return }
    let deed = call.isStream ? "listening to" : call.verb.rawValue
    let others = unsaid == 0 ? "" : " (and \(unsaid) more since the last such line)"
    let line = "denied: \(deed) \("/\(call.path.joined(separator: "/"))".cut(to: 300)) by \(call.visitor.name): \(refusal)"
    log.denied(line.cut(to: 1_500) + others)
  }

  /// Keeps that tokens were refused, without making who sends them wait.
  func record(_ count: Int, _ reason: String) {
    let (store, now, problem) = (store, now(), problem)
    Task {
      do {
        try await store.write { try $0.keep(.refused(count, reason), at: now) }
      } catch {
        problem("refused sign-ins cannot be kept in the audit log: \(error)")
      }
    }
  }

  /// What is still to be kept when the server ends.
  func recordRest() async {
    guard let count = log.restOfSignIns() else { return }
    let now = now()
    do {
      try await store.write { try $0.keep(.refused(count, "Before the end of the server."), at: now) }
    } catch {
      problem("refused sign-ins cannot be kept in the audit log: \(error)")
    }
  }
}

extension TreeWriting {
  /// Sets the rules, and keeps who did.
  public func replaceRules(with text: String, by who: String, at now: Double) throws {
    let before = try rules()
    try setRules(text)
    try keep(.rulesChanged(by: who, object: "the embedded realtime database", before: before, after: text), at: now)
  }
}

extension RealtimeDoor.Visitor {
  /// As the desk knows them; no part of a token.
  var name: String {
    let name: String =
      switch identity {
      case .admin: "the admin"
      case .nobody: "nobody"
      case .auth(let value): if case .string(let uid) = value["uid"] { "user \(uid.cut(to: 200))" } else { "somebody without a uid" }
      }
    return isAdmin && identity != .admin ? "the admin as \(name)" : name
  }
}

extension String {
  /// What clients and rules say may be long; a line of a log is not.
  func cut(to count: Int) -> String { utf8.count <= count ? self : String(decoding: utf8.prefix(count), as: UTF8.self) + "…" }
}

/// What is told to whoever operates the server, with a limit: a client must not be able to fill a disk with lines or rows.
final class ServiceLog: Sendable {
  let denied: @Sendable (String) -> Void
  private let lock = NSLock()
  nonisolated(unsafe) private var lines = Allowance(everyMilliseconds: 1_000)
  nonisolated(unsafe) private var signIns = Allowance(everyMilliseconds: 60_000)

  init(denied: @escaping @Sendable (String) -> Void) {
    self.denied = denied
  }

  private struct Allowance {
    let everyMilliseconds: Double
    var last = -Double.infinity
    var unsaid = 0

    /// - Returns: how many were held back before this one; nil: it is held back, too.
    mutating func take(at now: Double) -> Int? {
      guard now - last >= everyMilliseconds || now < last else {
        unsaid += 1
        return nil
      }
      defer { unsaid = 0 }
      last = now
      return unsaid
    }
  }

  func mayTell(at now: Double) -> Int? { lock.withLock { lines.take(at: now) } }

  /// - Returns: how many are to be kept now, this one and those before that were not.
  func refusesSignIn(at now: Double) -> Int? { lock.withLock { signIns.take(at: now).map { $0 + 1 } } }

  func restOfSignIns() -> Int? {
    lock.withLock {
      defer { signIns.unsaid = 0 }
      return signIns.unsaid == 0 ? nil : signIns.unsaid
    }
  }
}
