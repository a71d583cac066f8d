/// What one listener is told of changes: pure.
enum StreamEvent {
  /// `event: put`, with the place relative to the listener's.
  static func put(_ path: some Sequence<String>, _ value: String) -> String { data("put", path, value) }

  static func patch(_ path: some Sequence<String>, _ members: [(key: String, value: String)]) -> String {
    data("patch", path, RealtimeJSON.object(members))
  }

  static let keepAlive = "event: keep-alive\ndata: null\n\n"
  /// The rules no longer allow what the listener does.
  static let cancel = "event: cancel\ndata: Permission denied\n\n"
  /// The listener's token is no longer one.
  static let authRevoked = "event: auth_revoked\ndata: credential is no longer valid\n\n"

  private static func data(_ event: String, _ path: some Sequence<String>, _ value: String) -> String {
    let place = RealtimeJSON.text(of: .string("/" + path.joined(separator: "/")))
    return "event: \(event)\ndata: {\"path\":\(place),\"data\":\(value)}\n\n"
  }

  /// What a listener at a place without a query is told of a change.
  ///
  /// - Parameter current: the value at a path, for a change that was too long to be kept.
  static func events(of change: StreamChange, for listener: [String], current: ([String]) throws -> RealtimeValue) throws -> [String] {
    switch change.what {
    case .put(let value): return try put(change.path, value, for: listener, current).map { [$0] } ?? []
    case .patch(let members):
      var (events, below) = ([String](), [(key: String, value: String)]())
      // Merged where it was merged, or where the listener is when that is deeper.
      let place = change.path.count >= listener.count ? change.path : listener
      guard place.starts(with: listener), place.starts(with: change.path) else { return [] }
      for member in members {
        let path = change.path + member.path
        if path.count > place.count, path.starts(with: place) {
          below.append((path.dropFirst(place.count).joined(separator: "/"), RealtimeJSON.text(of: member.value)))
        } else if let event = try put(path, member.value, for: listener, current) {
          events.append(event)
        }
      }
      if !below.isEmpty { events.append(patch(place.dropFirst(listener.count), below)) }
      return events
    }
  }

  private static func put(
    _ path: [String], _ value: RealtimeValue?, for listener: [String], _ current: ([String]) throws -> RealtimeValue
  ) throws -> String? {
    if path.starts(with: listener) {
      return put(path.dropFirst(listener.count), RealtimeJSON.text(of: try value ?? current(path)))
    }
    guard listener.starts(with: path) else { return nil }
    return put([], RealtimeJSON.text(of: try value.map { $0[listener.dropFirst(path.count)] } ?? current(listener)))
  }

  /// What a listener with a query is told when its result is another one: the children that differ.
  static func events(from old: RealtimeValue, to new: RealtimeValue) -> [String] {
    guard old != new else { return [] }
    guard case .object(let before) = old, case .object(let after) = new else { return [put([], RealtimeJSON.text(of: new))] }
    let keys = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }.sorted(by: RealtimeKey.precedes)
    let members = keys.map { (key: $0, value: after[$0].map { RealtimeJSON.text(of: $0) } ?? "null") }
    return members.count == 1 ? [put([members[0].key], members[0].value)] : [patch([], members)]
  }
}

/// A change of the tree, read.
struct StreamChange: Sendable {
  enum What: Sendable {
    /// Nil: too long to be kept.
    case put(RealtimeValue?)
    case patch([(path: [String], value: RealtimeValue)])
  }

  let sequence: Int64
  let path: [String]
  let what: What

  init(_ change: TreeChange) throws {
    sequence = change.sequence
    path = change.path.split(separator: TreeLeaves.separator).map(String.init)
    guard let text = change.value else {
      what = .put(nil)
      return
    }
    let bytes = Array(text.utf8)
    what =
      change.isPatch
      ? .patch(try RealtimeJSON.members(of: bytes).map { ($0.key.keysOfPath(), $0.value) })
      : .put(try RealtimeJSON.value(of: bytes))
  }

  /// Whether anything at or below a place, or a whole above it, may be another.
  func touches(_ place: [String]) -> Bool {
    switch what {
    case .put: return path.starts(with: place) || place.starts(with: path)
    case .patch(let members):
      return members.contains { member in
        let path = path + member.path
        return path.starts(with: place) || place.starts(with: path)
      }
    }
  }
}
