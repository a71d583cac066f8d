import Foundation
import JobGraph
import Mirroring
import Running
import Scheduling
import Steps
import Storage
import Transport

/// Brings security rules to the database that realtime.yaml names.
struct RulesDelivery {
  private let workspace: Workspace
  private let desk: MirrorDesk

  init(_ workspace: Workspace) throws {
    self.workspace = workspace
    desk = MirrorDesk(workspace: workspace, configuration: try workspace.configuration().0)
  }

  /// - Returns: where they are now.
  /// - Throws: ``Failure``, ``Mirroring/MirrorFailure``.
  func deploy(_ text: String) async throws -> String {
    let http = CurlHTTPClient(userAgent: "jobs/\(Version.text)")
    defer { http.shutdown() }
    let rules = try desk.rules(http: http) {
      // An older schema has no place for them; this says so, and makes no file.
      try workspace.reading().close()
      return try TreeFile(workspace.database)
    }
    do {
      let before = desk.remote == nil ? nil : try await rules.rules()
      _ = try await rules.deploy(text)
      // The embedded database keeps its own changes.
      if let before {
        try await keep(.rulesChanged(by: Process.person(RulesDelivery.command), object: rules.place, before: before, after: text))
      }
    } catch let refused as RulesRefused {
      throw Failure(RulesDelivery.status(of: refused), refused.description)
    } catch let failure as RulesDeploymentFailure {
      throw Failure(.badData, failure.description)
    }
    return rules.place
  }

  static let command = "jobs realtime rules --deploy"

  /// In the audit log of the warehouse, when there is one that knows of it.
  private func keep(_ deed: TreeDeed) async throws {
    guard FileManager.default.fileExists(atPath: workspace.database) else {
      return Output.say("note: there is no warehouse yet, and so no audit log that keeps this")
    }
    let file = try TreeFile(workspace.database)
    let now = Double(SystemTime().now().milliseconds)
    try await EmbeddedTree(file).write { try $0.keep(deed, at: now) }
    try file.close()
  }

  private static func status(of refused: RulesRefused) -> CommandStatus {
    switch refused.status {
    case 400: .badData
    case 401, 403: .credentials
    case 404: .configuration
    default: .tryAgainLater
    }
  }
}
