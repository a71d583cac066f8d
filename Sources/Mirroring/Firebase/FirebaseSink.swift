public import Scheduling
import Transport

/// Firebase's Realtime Database over REST.
///
/// Changed paths go as one PATCH of the root, which is atomic; everything is put under keys that we choose, so any request may be sent twice.
/// Source: Firebase, Realtime Database REST API.
public struct FirebaseSink: RemoteSink {
  public let bounds: BatchBounds
  public let requestsMax: Int
  public let hasCopy = true
  public let keepsArrays = false
  public let canCompare = true
  public var place: String { "firebase \(address.shown)" }
  public var latest: Instant? {
    get { sender.latest }
    set { sender.latest = newValue }
  }

  /// What a service account must be allowed to do.
  public static let scopes = ["https://www.googleapis.com/auth/firebase.database", "https://www.googleapis.com/auth/userinfo.email"]

  let address: FirebaseAddress
  var sender: PatientSender
  /// A request may take so long; a large one is given as long as the database works on it.
  private static let deadline: Duration = .seconds(60)

  public init(_ address: FirebaseAddress, sender: PatientSender, bounds: BatchBounds = .firebase, requestsMax: Int = 3) {
    (self.address, self.sender, self.bounds, self.requestsMax) = (address, sender, bounds, requestsMax)
  }

  public func write(_ changes: [WireChange], in copy: MirrorCopy, with pointer: MirrorPointer?) async throws {
    guard !changes.isEmpty || pointer != nil else { return }
    do {
      try await patch(changes, in: copy, with: pointer)
    } catch let failure as MirrorFailure where failure.kind == .tooLarge {
      try await writeInParts(changes, in: copy, with: pointer, failure)
    }
  }

  private func patch(_ changes: [WireChange], in copy: MirrorCopy, with pointer: MirrorPointer?) async throws {
    let subject = subject(changes)
    let answer = try await sender.send(
      request("PATCH", [], query: [("print", "silent")], body: body(changes, in: copy, with: pointer)), subject: subject)
    try await demand(answer, subject)
  }

  /// `{"quotes/binance/BTCUSDT/1d":{…},"signals/x":null}`
  func body(_ changes: [WireChange], in copy: MirrorCopy, with pointer: MirrorPointer?) -> [UInt8] {
    var bytes: [UInt8] = [UInt8(ascii: "{")]
    func add(_ path: String, _ value: WireValue) {
      if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
      WireValue.write(path, to: &bytes)
      bytes.append(UInt8(ascii: ":"))
      value.write(to: &bytes, key: WireKey.text(of:))
    }
    let prefix = copy.prefix.map { $0 + "/" }.joined()
    for change in changes { add(prefix + change.key, change.value) }
    if let pointer { add(WireKey.path(MirrorPointer.path.keys), pointer.value) }
    bytes.append(UInt8(ascii: "}"))
    return bytes
  }

  public func pointer() async throws -> SeenPointer {
    let subject = "\(place): the pointer at \(MirrorPointer.path)"
    var request = request("GET", MirrorPointer.path.keys)
    request.headers.append(HTTPHeader("X-Firebase-ETag", "true"))
    let answer = try await sender.send(request, subject: subject)
    try await demand(answer, subject)
    return try seen(answer, subject)
  }

  public func point(to pointer: MirrorPointer, replacing seen: SeenPointer) async throws -> SeenPointer {
    let subject = "\(place): the pointer at \(MirrorPointer.path)"
    // A silent answer has no tag of what was written.
    var request = request("PUT", MirrorPointer.path.keys, body: Array(pointer.value.json.utf8))
    request.headers += [HTTPHeader("X-Firebase-ETag", "true"), HTTPHeader("if-match", seen.version)]
    let answer = try await sender.send(request, subject: subject)
    if answer.status != 412 { try await demand(answer, subject) }
    return try self.seen(answer, subject)
  }

  private func seen(_ answer: HTTPResponse, _ subject: String) throws -> SeenPointer {
    guard let value = WireValue(json: answer.body), let version = answer.header("ETag") else {
      throw MirrorFailure(.permanent, "\(subject): the answer has no ETag; is `database` in Jobs/config/realtime.yaml a Realtime Database?")
    }
    return SeenPointer(pointer: MirrorPointer(value), version: version)
  }

  public func value(at path: RealtimePath, in copy: MirrorCopy, bytesMax: Int) async throws -> WireValue? {
    try await read(path, [], in: copy, bytesMax: bytesMax)
  }

  public func children(
    of path: RealtimePath, from first: String, through last: String, in copy: MirrorCopy, bytesMax: Int
  ) async throws -> WireValue? {
    func quoted(_ key: String) -> String { WireValue.string(WireKey.text(of: key)).json }
    return try await read(
      path, [("orderBy", "\"$key\""), ("startAt", quoted(first)), ("endAt", quoted(last))], in: copy, bytesMax: bytesMax)
  }

  private func read(
    _ path: RealtimePath, _ query: [(String, String)], in copy: MirrorCopy, bytesMax: Int
  ) async throws -> WireValue? {
    let subject = "\(place): \(path)"
    var request = request("GET", copy.prefix + path.keys, query: query)
    request.limits.bodyBytesMax = bytesMax
    request.limits.wireBytesMax = bytesMax
    let answer: HTTPResponse
    do {
      answer = try await sender.send(request, subject: subject)
    } catch let failure as MirrorFailure where failure.message.contains(TransportError.tooLarge(bytesMax: bytesMax).description) {
      return nil
    }
    try await demand(answer, subject)
    guard let value = WireValue(json: answer.body) else { throw MirrorFailure(.permanent, "\(subject): the answer is not JSON") }
    return value
  }

  public func keys(at path: RealtimePath, in copy: MirrorCopy) async throws -> [String] {
    let subject = "\(place): \(path)"
    let answer = try await sender.send(request("GET", copy.prefix + path.keys, query: [("shallow", "true")]), subject: subject)
    try await demand(answer, subject)
    guard let value = WireValue(json: answer.body) else { throw MirrorFailure(.permanent, "\(subject): the answer is not JSON") }
    guard case .object(let children) = value else { return [] }
    return children.keys.sorted()
  }

  func request(_ method: String, _ keys: [String], query: [(String, String)] = [], body: [UInt8]? = nil) -> HTTPRequest {
    var request = HTTPRequest(method: method, url: address.url(keys, query: query), body: body)
    if body != nil { request.headers.append(HTTPHeader("Content-Type", "application/json; charset=utf-8")) }
    request.limits.deadline = FirebaseSink.deadline
    // A database may think for long before it answers, and then says little.
    request.limits.bytesPerSecondMin = 1
    request.limits.slowness = FirebaseSink.deadline
    return request
  }

  func subject(_ changes: [WireChange]) -> String {
    guard let first = changes.first else { return "\(place): the pointer" }
    let more = changes.count > 1 ? "\(changes.count) paths from \(first.key.prefix(120))" : "\(first.key.prefix(120))"
    return "\(place): \(more)"
  }
}
