internal import Foundation

/// Answers requests about the tree: what the Realtime Database's REST interface does.
struct RealtimeService: Sendable {
  let store: any TreeStore
  let door: RealtimeDoor
  let book: RulesBook
  let keys: PushKeys
  /// Milliseconds since 1970.
  let now: @Sendable () -> Double
  let problem: @Sendable (String) -> Void

  func answer(_ request: WireRequest) async -> HTTPAnswer {
    do {
      return try await respond(to: call(request))
    } catch let fault as RealtimeFault {
      return HTTPAnswer(error: fault.message, status: fault.status)
    } catch {
      problem("\(error)")
      return HTTPAnswer(error: "Internal server error.", status: 500)
    }
  }

  func call(_ request: WireRequest) throws(RealtimeFault) -> RealtimeCall { try RealtimeCall(request, door: door, now: now()) }

  private func respond(to call: RealtimeCall) async throws -> HTTPAnswer {
    if call.isAboutRules { return try await aboutRules(call) }
    do {
      switch call.verb {
      case .get: return try await read(call)
      case .put: return try await write(call, .put(try value(call.body), at: call.path))
      case .delete: return try await write(call, .put(.null, at: call.path))
      case .patch: return try await write(call, .patch(try RealtimeJSON.members(of: call.body), at: call.path))
      case .post: return try await push(call)
      }
    } catch let error as RealtimeJSONError {
      throw RealtimeFault(400, error.description)
    } catch let error as RealtimeWriteDefect {
      throw RealtimeFault(400, error.description)
    } catch let error as TreeSizeError {
      throw RealtimeFault(400, error.description)
    }
  }

  private func value(_ body: [UInt8]) throws -> RealtimeValue { try RealtimeJSON.value(of: body) }

  // MARK: - Reading

  private func read(_ call: RealtimeCall) async throws -> HTTPAnswer {
    let (rules, now) = (book.rules, now())
    try RealtimeService.checkIndex(call, rules)
    let deadline = call.timeout.map { ContinuousClock.now + .seconds($0) }
    let value = try await store.read { tree in
      try RealtimeService.checkReading(call, rules, tree, now: now)
      let tree: any TreeReading = deadline.map { HastyTree(tree: tree, deadline: $0) } ?? tree
      if call.isShallow { return try tree.shallow(at: call.path) }
      if let query = call.query { return try tree.result(of: query, at: call.path) }
      return try tree.value(at: call.path, withPriorities: call.isExport)
    }
    var answer = HTTPAnswer(value, call)
    if call.wantsTag {
      let tag = RealtimeTag.tag(of: value)
      answer.headers.append(("ETag", tag))
      if call.ifNoneMatch == tag { (answer.status, answer.body) = (304, []) }
      if let match = call.ifMatch, match != tag { answer.status = 412 }
    }
    return answer
  }

  static func checkIndex(_ call: RealtimeCall, _ rules: SecurityRules) throws {
    guard let index = call.query?.neededIndex, !rules.index(at: call.path).contains(index) else { return }
    throw RealtimeFault(
      400, "Index not defined, add \".indexOn\": \"\(index)\", for path \"/\(call.path.joined(separator: "/"))\", to the rules")
  }

  static func checkReading(_ call: RealtimeCall, _ rules: SecurityRules, _ tree: any TreeReading, now: Double) throws {
    guard call.visitor.identity != .admin else { return }
    let data = RuleData(tree)
    let verdict = rules.allowsRead(
      path: call.path, auth: call.visitor.identity, now: now, root: data, query: call.query?.asRulesSeeIt ?? .init())
    try data.check()
    guard verdict.isAllowed else { throw RealtimeFault(401, "Permission denied") }
  }

  // MARK: - Writing

  private func write(_ call: RealtimeCall, _ write: RealtimeWrite) async throws -> HTTPAnswer {
    let (value, tag) = try await carryOut(call, write)
    guard let value else {
      // Somebody else has written since the tag was told.
      return HTTPAnswer(status: 412, headers: HTTPAnswer.json + [("ETag", tag!)], body: RealtimeJSON.bytes(of: try await current(call)))
    }
    var answer = HTTPAnswer(value, call, isMembers: write.isPatch)
    if let tag { answer.headers.append(("ETag", tag)) }
    return answer
  }

  private func current(_ call: RealtimeCall) async throws -> RealtimeValue { try await store.read { try $0.value(at: call.path) } }

  /// - Returns: what was written, and its tag when that is wanted; no value and the tag of what is there when it is not what was expected.
  private func carryOut(_ call: RealtimeCall, _ write: RealtimeWrite) async throws -> (RealtimeValue?, String?) {
    let (rules, now) = (book.rules, now())
    return try await store.write { tree in
      let write = try write.resolved(now: now) { try tree.value(at: $0) }
      try RealtimeService.checkWriting(call, write, rules, tree, now: now)
      if let match = call.ifMatch {
        let tag = RealtimeTag.tag(of: try tree.value(at: call.path))
        if tag != match { return (nil, tag) }
      }
      let told = try tree.apply(write)
      guard !write.isPatch else {
        let members = told.changes.map { ($0.path.dropFirst(write.path.count).joined(separator: "/"), $0.value) }
        return (.object(Dictionary(members) { $1 }), nil)
      }
      let value = told.changes.first?.value ?? write.changes[0].value
      return (value, call.wantsTag ? RealtimeTag.tag(of: value) : nil)
    }
  }

  private static func checkWriting(
    _ call: RealtimeCall, _ write: RealtimeWrite, _ rules: SecurityRules, _ tree: any TreeWriting, now: Double
  ) throws {
    guard call.visitor.identity != .admin else { return }
    let before = RuleData(tree)
    let after = RuleData(before, changes: write.changes.map { ($0.path, TreeLeaves.plain($0.value)) })
    let verdict = rules.allowsWrite(
      changes: write.changes.map(\.path), auth: call.visitor.identity, now: now, root: before, newRoot: after)
    try before.check()
    try after.check()
    guard verdict.isAllowed else { throw RealtimeFault(401, "Permission denied") }
    // A condition on what may not be read would tell it.
    if call.ifMatch != nil { try checkReading(call, rules, tree, now: now) }
  }

  private func push(_ call: RealtimeCall) async throws -> HTTPAnswer {
    let key = keys.next(at: Int64(now()))
    _ = try await carryOut(call, .put(try value(call.body), at: call.path + [key]))
    return HTTPAnswer(.object(["name": .string(key)]), call)
  }

  // MARK: - Rules

  private func aboutRules(_ call: RealtimeCall) async throws -> HTTPAnswer {
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
      try await store.write { try $0.setRules(text) }
      book.replace(rules)
      return HTTPAnswer(.object(["status": .string("ok")]), call)
    default: throw RealtimeFault(405, "The rules can be read with GET and set with PUT.")
    }
  }
}

/// Makes the keys of pushed children.
final class PushKeys: Sendable {
  private let lock = NSLock()
  nonisolated(unsafe) private var keys = PushKey()

  func next(at millisecond: Int64) -> String {
    lock.withLock {
      var random = SystemRandomNumberGenerator()
      return keys.next(at: millisecond, using: &random)
    }
  }
}

/// A tree that must be read before an instant.
private struct HastyTree: TreeReading {
  let tree: any TreeReading
  let deadline: ContinuousClock.Instant

  func leaves(below path: String, _ body: (String, String) throws -> Void) throws {
    var count = 0
    try tree.leaves(below: path) { leaf, value in
      count += 1
      if count % 256 == 0, ContinuousClock.now > deadline { throw RealtimeFault(400, "The read took longer than its timeout.") }
      try body(leaf, value)
    }
  }

  func firstLeaf(from path: String, to end: String?) throws -> (path: String, value: String)? {
    if ContinuousClock.now > deadline { throw RealtimeFault(400, "The read took longer than its timeout.") }
    return try tree.firstLeaf(from: path, to: end)
  }

  func leaf(at path: String) throws -> String? { try tree.leaf(at: path) }
  func newestChange() throws -> Int64 { try tree.newestChange() }
  func changes(after sequence: Int64, limit: Int) throws -> [TreeChange] { try tree.changes(after: sequence, limit: limit) }
  func rules() throws -> String? { try tree.rules() }
}

extension HTTPAnswer {
  static let json: [(name: String, value: String)] = [
    ("Content-Type", "application/json; charset=utf-8"), ("Cache-Control", "no-cache"), ("X-Content-Type-Options", "nosniff"),
  ]

  /// - Parameter isMembers: it is an object whatever its keys are, and may hold nulls: what a PATCH said.
  init(_ value: RealtimeValue, _ call: RealtimeCall, isMembers: Bool = false) {
    self.init(status: call.isSilent ? 204 : 200, headers: HTTPAnswer.json)
    guard !call.isSilent else { return }
    if isMembers, !call.isPretty, case .object(let members) = value {
      let sorted = members.keys.sorted(by: RealtimeKey.precedes).map { (key: $0, value: RealtimeJSON.text(of: members[$0]!)) }
      body = Array(RealtimeJSON.object(sorted).utf8)
    } else {
      body = RealtimeJSON.bytes(of: value, isPretty: call.isPretty)
    }
  }

  /// The database's form of an error.
  init(error message: String, status: Int) {
    self.init(
      status: status, headers: HTTPAnswer.json, body: RealtimeJSON.bytes(of: .object(["error": .string(message)]), isPretty: true))
  }
}
