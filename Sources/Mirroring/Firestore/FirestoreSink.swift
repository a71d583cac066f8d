public import Scheduling
import Transport

/// Cloud Firestore over REST: each request is one commit of at most 500 writes, which is atomic.
///
/// There is one tree only: a set larger than a commit is written in order, and `mirror/current` says `complete: false` meanwhile.
/// Source: Google, Cloud Firestore REST API v1.
public struct FirestoreSink: RemoteSink {
  public let bounds = BatchBounds.firestore
  /// Commits of one document after another: two at once would contend for it.
  public let requestsMax = 1
  public let hasCopy = false
  public let keepsArrays = true
  public let canCompare = true
  public var place: String { "firestore \(web.origin)/\(project)" }
  public var latest: Instant? {
    get { sender.latest }
    set { sender.latest = newValue }
  }

  /// What a service account must be allowed to do.
  public static let scopes = ["https://www.googleapis.com/auth/datastore"]
  public static let address = "https://firestore.googleapis.com"

  private let web: WebAddress
  private let project: String
  var sender: PatientSender
  /// Documents of one page of a list.
  private static let pageMax = 300

  /// - Parameters:
  ///   - web: ``address``, or that of an emulator.
  ///   - project: of letters, digits and hyphens.
  public init(_ web: WebAddress, project: String, sender: PatientSender) {
    (self.web, self.project, self.sender) = (web, project, sender)
  }

  var root: String { "projects/\(project)/databases/(default)/documents" }
  var base: String { "\(web.origin)/v1/projects/\(percentEncoded(project))/databases/(default)/documents" }

  public func write(_ changes: [WireChange], in copy: MirrorCopy, with pointer: MirrorPointer?) async throws {
    precondition(copy == .root, "there is one tree only")
    var writes = FirestoreWrites(root: root)
    for change in changes { try await add(change, to: &writes) }
    if let pointer { writes.set(pointer.value, at: FirestoreSink.pointerPlace) }
    guard !writes.isEmpty else { return }
    let subject = subject(changes)
    for body in writes.bodies(max: bounds.pathsMax) { try await demand(try await commit(body, subject), subject) }
  }

  private func add(_ change: WireChange, to writes: inout FirestoreWrites) async throws {
    switch FirestoreLayout.target(of: change.path.keys) {
    case .place(let place): writes.set(change.value, at: place)
    case .documents(let collection, let beginning):
      for document in try await documents(in: collection, beginning: beginning) {
        writes.delete(collection: collection, document: document)
      }
      for child in change.children(afterDeleting: false) where child.path != change.path { try await add(child, to: &writes) }
    case .none:
      if change.value == .null, change.path.keys.count > 1 {
        // A source of quotes: it is a field of many documents.
        let depth = change.path.keys.count + 1
        let paths = try await everyPath(below: change.path, depth: depth)
        for keys in paths { try await add(WireChange(path: RealtimePath(keys), value: .null, origin: change.origin), to: &writes) }
        return
      }
      guard case .object = change.value else {
        throw MirrorFailure(.refused, "\(subject([change])): Firestore has no document of this path, so it cannot be changed as a whole")
      }
      for child in change.children(afterDeleting: false) { try await add(child, to: &writes) }
    }
  }

  private func commit(_ body: WireValue, _ subject: String) async throws -> HTTPResponse {
    var request = HTTPRequest(
      method: "POST", url: base + ":commit", headers: [HTTPHeader("Content-Type", "application/json; charset=utf-8")],
      body: Array(body.json.utf8))
    request.limits.bytesPerSecondMin = 1
    request.limits.slowness = .seconds(60)
    // Contention: the whole commit may be tried again. It puts values, so one that was applied unseen changes nothing.
    return try await sender.send(request, subject: subject) { $0.status == 409 && FirestoreError($0).status == "ABORTED" }
  }

  private static let pointerPlace = FirestoreLayout.Place(collection: "mirror", document: "current", field: [])

  public func pointer() async throws -> SeenPointer {
    let subject = "\(place): the pointer at \(MirrorPointer.path)"
    let answer = try await sender.send(HTTPRequest(url: "\(base)/mirror/current"), subject: subject)
    if answer.status == 404, FirestoreError(answer).isMissingDocument { return SeenPointer(pointer: nil, version: "") }
    try await demand(answer, subject)
    guard case .object(let document)? = WireValue(json: answer.body), case .string(let version)? = document["updateTime"] else {
      throw MirrorFailure(.permanent, "\(subject): the answer is no document; is `database` in Jobs/config/realtime.yaml right?")
    }
    let fields = FirestoreValue.decoded(.object(["mapValue": .object(document["fields"].map { ["fields": $0] } ?? [:])]))
    return SeenPointer(pointer: fields.flatMap { MirrorPointer($0) }, version: version)
  }

  public func point(to pointer: MirrorPointer, replacing seen: SeenPointer) async throws -> SeenPointer {
    let subject = "\(place): the pointer at \(MirrorPointer.path)"
    var writes = FirestoreWrites(root: root)
    let condition: [String: WireValue] = seen.version.isEmpty ? ["exists": .bool(false)] : ["updateTime": .string(seen.version)]
    writes.set(pointer.value, at: FirestoreSink.pointerPlace, condition: .object(condition))
    let answer = try await commit(writes.bodies(max: 1)[0], subject)
    let refusals = ["FAILED_PRECONDITION", "ALREADY_EXISTS", "NOT_FOUND"]
    if !refusals.contains(FirestoreError(answer).status) { try await demand(answer, subject) }
    return try await self.pointer()
  }

  /// The names of the documents of a collection that begin so.
  private func documents(in collection: String, beginning: String) async throws -> [String] {
    var (names, page): ([String], String?) = ([], nil)
    let subject = "\(place): \(collection)"
    repeat {
      var url = "\(base)/\(percentEncoded(collection))?pageSize=\(FirestoreSink.pageMax)&mask.fieldPaths=__name__"
      if let page { url += "&pageToken=\(percentEncoded(page))" }
      let answer = try await sender.send(HTTPRequest(url: url), subject: subject)
      try await demand(answer, subject)
      guard case .object(let list)? = WireValue(json: answer.body) else {
        throw MirrorFailure(.permanent, "\(subject): the answer is no list of documents")
      }
      if case .array(let documents)? = list["documents"] {
        for case .object(let document) in documents {
          guard case .string(let name)? = document["name"], let last = name.split(separator: "/").last else { continue }
          if last.hasPrefix(beginning) { names.append(String(last)) }
        }
      }
      if case .string(let token)? = list["nextPageToken"], !token.isEmpty { page = token } else { page = nil }
    } while page != nil
    return names
  }

  private func subject(_ changes: [WireChange]) -> String {
    guard let first = changes.first else { return "\(place): the pointer" }
    return "\(place): " + (changes.count > 1 ? "\(changes.count) paths from \(first.key.prefix(120))" : String(first.key.prefix(120)))
  }
}
