import Foundation
import JobGraph
import Mirroring
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
      _ = try await rules.deploy(text)
    } catch let refused as RulesRefused {
      throw Failure(RulesDelivery.status(of: refused), refused.description)
    } catch let failure as RulesDeploymentFailure {
      throw Failure(.badData, failure.description)
    }
    return rules.place
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
