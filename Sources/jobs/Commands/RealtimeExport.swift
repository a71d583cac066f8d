import ArgumentParser
import JobFiles
import JobGraph
import Mirroring
import Running
import Scheduling
import Steps
import Storage
import Transport

struct RealtimeExport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Writes out all that is held of one user.",
    discussion: """
      EXAMPLES
        jobs realtime export ann > ann.json

      One JSON document for the user: `data` is everything below /users/ID of the realtime database, `warehouse` what the last pull took of
      it, what it put into quarantine, and what is to be told there. Nothing is left out, and nothing of anybody else is in it. Backups are
      not looked into. Exit status 65 when nothing is held.
      """)

  @Argument(help: "The id of the user, as the realtime database has it.")
  var user: String

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let path = [UserLimits.top, user]
    // A path that is longer than it should be would reach into the data of others.
    guard !user.isEmpty, !user.unicodeScalars.contains(where: { ".$#[]/".unicodeScalars.contains($0) || $0.value < 32 || $0.value == 127 })
    else {
      throw Failure(.usage, "that cannot be the id of a user")
    }
    let workspace = try place.workspace()
    let (configuration, diagnostics) = try workspace.configuration()
    guard !diagnostics.hasErrors else { throw Diagnostics(list: diagnostics) }
    let warehouse = try workspace.reading()
    let http = CurlHTTPClient(userAgent: "jobs/\(Version.text)")
    defer { http.shutdown() }
    let source = try MirrorDesk(workspace: workspace, configuration: configuration).reading(warehouse, http: http)
    let root = RealtimeValue.null.setting(try await source.value(at: path), at: path)
    let held = try await warehouse.read { [user] in try $0.held(of: user, at: RealtimePath(path).description) }
    try warehouse.close()
    let now = SystemTime().now().iso8601
    guard let text = UserExport.document(of: user, in: root, warehouse: RealtimeValue(held), writtenAt: now) else {
      throw Failure(.badData, "\(source.place) and the warehouse hold nothing of that user")
    }
    try Output.write(Array(text.utf8))
  }
}

extension RealtimeValue {
  /// By table, columns as in the data dictionary.
  fileprivate init(_ held: HeldOfUser) {
    func text(_ value: String?) -> RealtimeValue { value.map { .string($0) } ?? .null }
    func list(_ items: [RealtimeValue]) -> RealtimeValue {
      .node(Dictionary(uniqueKeysWithValues: items.enumerated().map { (String($0.offset), $0.element) }))
    }
    self = .node([
      "users": .node([
        "uid": text(held.user?.uid), "display_name": text(held.user?.displayName), "email": text(held.user?.email),
        "locale": text(held.user?.locale), "time_zone": text(held.user?.timeZone), "pulled_at": text(held.pulledAt?.iso8601),
      ]), "user_watchlists": list(held.user?.watchlist.map { .string($0) } ?? []),
      "user_alerts": list(
        held.user?.alerts.map {
          .node([
            "slot": .string($0.slot), "symbol": .string($0.symbol), "kind": .string($0.kind),
            "threshold": $0.threshold.map { .number($0) } ?? .null, "channel": .string($0.channel), "is_enabled": .bool($0.isEnabled),
            "note": text($0.note),
          ])
        } ?? []),
      "user_quarantine": list(
        held.quarantine.map {
          .node(["path": .string($0.path), "rule": .string($0.rule), "sentence": .string($0.sentence), "value": .string($0.value)])
        }), "outbox": list(held.told.map { .node(["path": .string($0.path), "value": text($0.value)]) }),
    ])
  }
}
