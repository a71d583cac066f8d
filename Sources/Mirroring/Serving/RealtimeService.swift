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
  let log: ServiceLog
  let gate = WriteGate()

  func answer(_ request: WireRequest) async -> HTTPAnswer {
    do {
      return try await respond(to: call(request))
    } catch {
      return answer(to: error, request)
    }
  }

  /// What a request is answered with that cannot be done; why, is for the log.
  func answer(to error: any Error, _ request: WireRequest) -> HTTPAnswer {
    guard let fault = error as? RealtimeFault else {
      problem("\(error)")
      return HTTPAnswer(error: "Internal server error.", status: 500)
    }
    if fault.isSignIn, let count = log.refusesSignIn(at: now()) { record(count, fault.message) }
    return HTTPAnswer(error: fault.message, status: fault.status)
  }

  func call(_ request: WireRequest) throws(RealtimeFault) -> RealtimeCall { try RealtimeCall(request, door: door, now: now()) }

  private func respond(to call: RealtimeCall) async throws -> HTTPAnswer {
    if call.isAboutRules { return try await aboutRules(call) }
    do {
      if call.verb == .get { return try await read(call) }
      return try await gate.pass(call.body.count) { try await change(call) }
    } catch let fault as RealtimeFault {
      tellWhy(fault, call)
      throw fault
    } catch let error as RealtimeJSONError {
      throw RealtimeFault(400, error.description)
    } catch let error as RealtimeWriteDefect {
      throw RealtimeFault(400, error.description)
    } catch let error as TreeSizeError {
      throw RealtimeFault(400, error.description)
    }
  }

  private func change(_ call: RealtimeCall) async throws -> HTTPAnswer {
    switch call.verb {
    case .get: try await read(call)
    case .put: try await write(call, .put(try value(call.body), at: call.path))
    case .delete: try await write(call, .put(.null, at: call.path))
    case .patch: try await write(call, .patch(try RealtimeJSON.members(of: call.body, WriteSize.options), at: call.path))
    case .post: try await push(call)
    }
  }

  private func value(_ body: [UInt8]) throws -> RealtimeValue { try RealtimeJSON.value(of: body, WriteSize.options) }

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
    if let refusal = verdict.refusal { throw RealtimeFault(denied: refusal) }
  }

  // MARK: - Writing

  private func write(_ call: RealtimeCall, _ write: RealtimeWrite) async throws -> HTTPAnswer {
    switch try await carryOut(call, write) {
    case .stale(let value, let tag):
      // Somebody else has written since the tag was told.
      return HTTPAnswer(status: 412, headers: HTTPAnswer.json + [("ETag", tag)], body: RealtimeJSON.bytes(of: value))
    case .done(let value):
      var answer = HTTPAnswer(value, call, isMembers: write.isPatch)
      if call.wantsTag, !write.isPatch { answer.headers.append(("ETag", RealtimeTag.tag(of: value))) }
      return answer
    }
  }

  private enum Written: Sendable {
    case done(RealtimeValue)
    /// What is there is not what was expected: what it is, and its tag, of one moment.
    case stale(RealtimeValue, tag: String)
  }

  private func carryOut(_ call: RealtimeCall, _ write: RealtimeWrite) async throws -> Written {
    let (rules, now) = (book.rules, now())
    return try await store.write { tree in
      let write = try write.resolved(now: now) { try tree.value(at: $0) }
      try RealtimeService.checkWriting(call, write, rules, tree, now: now)
      if let match = call.ifMatch {
        let current = try tree.value(at: call.path)
        let tag = RealtimeTag.tag(of: current)
        if tag != match { return .stale(current, tag: tag) }
      }
      try call.sizeLimit?.check(write, tree)
      let before = try UserPlaces(of: call, write)?.digest(in: tree)
      let told = try tree.apply(write)
      if let places = UserPlaces(of: call, write) { try tree.keep(places.deed(by: call.visitor, before: before, in: tree), at: now) }
      guard !write.isPatch else {
        let members = told.changes.map { ($0.path.dropFirst(write.path.count).joined(separator: "/"), $0.value) }
        return .done(.object(Dictionary(members) { $1 }))
      }
      return .done(told.changes.first?.value ?? write.changes[0].value)
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
    if let refusal = verdict.refusal { throw RealtimeFault(denied: refusal) }
    // A condition on what may not be read would tell it.
    if call.ifMatch != nil { try checkReading(call, rules, tree, now: now) }
  }

  private func push(_ call: RealtimeCall) async throws -> HTTPAnswer {
    let key = keys.next(at: Int64(now()))
    _ = try await carryOut(call, .put(try value(call.body), at: call.path + [key]))
    return HTTPAnswer(.object(["name": .string(key)]), call)
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
